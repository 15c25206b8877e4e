import { DISAGREEMENTS, type Disagreement, type Verifier } from './disagreements.ts'
import { createJsonwebtokenJudge, createOauth4webapiJudge, createOurJudge, type Verdict } from './judges.ts'
import type { Change, Keys } from './token-draft.ts'

type Other = Exclude<Verifier, 'forwardgate'>
const OTHERS: readonly Other[] = ['oauth4webapi', 'jsonwebtoken']

/** Counts of one run. */
export interface Comparison {
  /** Judges one token by every judge; throws at an unexplained disagreement. */
  readonly judge: (alg: string, changes: readonly Change[]) => Promise<void>
  readonly tokens: () => number
  readonly allowed: () => ReadonlyMap<Verifier, number>
  /** How often we differed from whom, by its explanation. */
  readonly differences: () => ReadonlyMap<Disagreement, ReadonlyMap<Other, number>>
}

/** Compares our decision with those of two other verifiers that share no code with us but Node's cryptography. */
export function createComparison(keys: Keys): Comparison {
  const ours = createOurJudge(keys)
  const judges = { oauth4webapi: createOauth4webapiJudge(keys), jsonwebtoken: createJsonwebtokenJudge(keys) }
  let tokens = 0
  const allowed = new Map<Verifier, number>()
  const differences = new Map(DISAGREEMENTS.map((known) => [known, new Map<Other, number>()]))
  const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1)

  const judge: Comparison['judge'] = async (alg, changes) => {
    const token = keys.make(alg, changes)
    const credentials = changes.findLast((change) => change.credentials !== undefined)?.credentials?.(token)
    const field = credentials ?? `Bearer ${token}`
    const we = await ours(field, token)
    tokens += 1
    if (we === undefined) count(allowed, 'forwardgate')
    for (const other of OTHERS) {
      const they = await judges[other](field, token)
      if (they === undefined) count(allowed, other)
      if ((we === undefined) === (they === undefined)) continue
      const known = explain(other, we, they).find(({ besides }) => besides?.(token, keys.jwks) ?? true)
      if (known === undefined) {
        throw new Error(`unexplained: we say ${we ?? 'yes'}, ${other} says ${they ?? 'yes'}: ${field}`)
      }
      count(differences.get(known) ?? new Map<Other, number>(), other)
    }
  }
  return { judge, tokens: () => tokens, allowed: () => allowed, differences: () => differences }
}

function explain(other: Other, we: Verdict, they: Verdict): readonly Disagreement[] {
  const [refuser, words] = we === undefined ? [other, they ?? ''] : ['forwardgate', we]
  return DISAGREEMENTS.filter((known) => known.refusedBy === refuser && known.words.test(words))
}
