import { durationSeconds } from '../duration.ts'
import type { RuleEntry } from '../format/schema.ts'
import type { Authentication } from '../model-requirement.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'

const MIN_AGE_SECONDS = 10
const MAX_AGE_SECONDS = 365 * 24 * 60 * 60

/** The `acr` and `maxAuthAge` of a map at a path; undefined without either. */
export function compileAuthentication(
  { acr, maxAuthAge }: Pick<RuleEntry, 'acr' | 'maxAuthAge'>,
  path: Path,
  sink: ProblemSink,
): Authentication | undefined {
  if (acr === undefined && maxAuthAge === undefined) return undefined
  const maxAgeSeconds = maxAuthAge === undefined ? undefined : durationSeconds(maxAuthAge)
  if (maxAgeSeconds !== undefined && !isUsable(maxAgeSeconds)) {
    sink.problem([...path, 'maxAuthAge'], `${quote(maxAuthAge)} does not work; write whole seconds, 10s to 365d`)
  }
  return { acr: acr && [...new Set(acr)], maxAgeSeconds }
}

/**
 * What satisfies all of these together: the values that every list of `acr` has, in the order of the first list, and the
 * shortest age. No value at all if the lists have none in common: then no token passes.
 */
export function combineAuthentication(all: readonly (Authentication | undefined)[]): Authentication | undefined {
  const written = all.filter((one) => one !== undefined)
  if (written.length === 0) return undefined
  const [first, ...others] = written.flatMap(({ acr }) => (acr === undefined ? [] : [acr]))
  const ages = written.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? [])
  return {
    acr: first?.filter((value) => others.every((list) => list.includes(value))),
    maxAgeSeconds: ages.length === 0 ? undefined : Math.min(...ages),
  }
}

/** RFC 9470 §3: `max_age` is an integer. */
function isUsable(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_AGE_SECONDS && seconds <= MAX_AGE_SECONDS
}
