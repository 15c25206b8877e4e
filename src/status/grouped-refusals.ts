import type { Refusal } from './recording/recent-refusals.ts'

/** Refusals that say the same. */
export interface GroupedRefusal {
  /** The newest of them. */
  readonly refusal: Refusal
  /** How many, those that the log left out included. */
  readonly times: number
  /** The time of the oldest. */
  readonly since: string
}

const SAME = [
  'route',
  'issuer',
  'outcome',
  'reason',
  'method',
  'host',
  'path',
  'mcpMethod',
  'mcpName',
  'sub',
  'client',
  'claims',
  'evidence',
] as const satisfies readonly (keyof Refusal)[]

/** Puts together what agrees in all that an operator can act on: a client in a loop is one line. `refusals`: newest first. */
export function groupRefusals(refusals: readonly Refusal[]): readonly GroupedRefusal[] {
  const groups = new Map<string, GroupedRefusal>()
  for (const refusal of refusals) {
    const { time, suppressed = 0 } = refusal
    const key = JSON.stringify(SAME.map((member) => refusal[member] ?? null))
    const known = groups.get(key) ?? { refusal, times: 0, since: time }
    groups.set(key, { ...known, times: known.times + 1 + suppressed, since: time })
  }
  return [...groups.values()]
}

/** Who asked, as the log line says it: label and text. What a token says is verified, the address is what the proxy heard. */
export function askerOf({ sub, client, claims = {}, forwardedFor }: Refusal): readonly (readonly [string, string])[] {
  const texts = { sub, client, ...claims, 'forwarded for': forwardedFor }
  return Object.entries(texts).flatMap(([label, text]) =>
    text === undefined ? [] : [[label, [text].flat().join(', ')]],
  )
}
