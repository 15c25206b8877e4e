import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import type { Finding } from '../frame/findings.ts'
import type { Sources } from '../frame/source-lines.ts'
import { allowComments } from './allow-comments.ts'

/** With one of these nothing else was judged: there is nothing to accept. */
const NEVER: ReadonlySet<string> = new Set(['config', 'environment', 'input'])

interface Acceptance {
  readonly id: string
  /** Where it is written. */
  readonly place: Pick<Finding, 'path' | 'position'>
  readonly covers: (finding: Finding) => boolean
}

/**
 * Takes out what is accepted, by `--allow ID` or by a comment beside it. An acceptance that matches nothing is a
 * finding, so that none outlives its reason; `isLookedFor` says whether an id could be found at all this time.
 */
export function acceptFindings(
  findings: readonly Finding[],
  sources: Sources,
  allowed: readonly string[],
  { ids, isLookedFor }: { readonly ids: Iterable<string>; readonly isLookedFor: (id: string) => boolean },
): { readonly findings: readonly Finding[]; readonly accepted: readonly Finding[] } {
  const acceptances = [...allowed.map(byOption), ...byComments(sources)]
  const used = new Set<Acceptance>()
  const isAccepted = (finding: Finding): boolean => {
    const matching = acceptances.filter((one) => one.id === finding.id && !NEVER.has(one.id) && one.covers(finding))
    for (const one of matching) used.add(one)
    return matching.length > 0
  }
  const groups = Map.groupBy(findings, isAccepted)
  const known = [...ids]
  const unused = acceptances
    .filter((one) => !used.has(one) && isLookedFor(one.id))
    .map((one) => unusedFinding(one, known))
  return { findings: [...(groups.get(false) ?? []), ...unused], accepted: groups.get(true) ?? [] }
}

function byOption(id: string): Acceptance {
  return { id, place: { path: '--allow' }, covers: () => true }
}

function byComments(sources: Sources): readonly Acceptance[] {
  return allowComments(sources).flatMap(({ ids, position, from, to }) =>
    ids.map((id) => ({
      id,
      place: { path: '', position },
      covers: ({ position: at }: Finding) =>
        at !== undefined && at.file === position.file && from <= at.line && at.line <= to,
    })),
  )
}

function unusedFinding({ id, place }: Acceptance, known: readonly string[]): Finding {
  const hint = known.includes(id) ? '' : didYouMean(id, known)
  return {
    severity: 'warning',
    id: 'allow-unused',
    what: NEVER.has(id) ? `${quote(id)} cannot be accepted` : `${quote(id)} is accepted, and not found here${hint}`,
    ...place,
    why: 'it would hide the next finding of this kind, which may be another one',
    fix: 'remove it, or move it next to what it accepts',
  }
}
