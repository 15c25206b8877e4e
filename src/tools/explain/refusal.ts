import { formatSpan } from '../../config/time.ts'
import { type Denial, type DenialEvidence, denialRow, evidenceOf } from '../../decision/denial.ts'
import type { VerifiedToken } from '../../decision/token/access-token.ts'
import type { Step } from '../../decision/trace.ts'
import { formatInstant } from '../frame/time-text.ts'
import type { Described, Seen } from './seen.ts'
import { listed, shown } from './values.ts'

/**
 * Why a step failed. All of it comes from the evidence and from the row of the reason, so that a new reason has nothing to
 * add here.
 */
export function describeDenial(denial: Denial, seen: Seen): Described {
  const { problem, hint, claim, expected, missing, actual, limit, ...found } = evidenceOf(denial)
  const about = problem ?? denialRow(denial.reason).message
  const detail = claim === undefined ? about : `${claim}${problem === undefined ? ':' : ''} ${about}`
  const wanted =
    (expected && joined(expected)) ??
    (missing && `all of ${joined(missing)}`) ??
    limitOf(limit, found) ??
    asked(denial.step, seen)
  const there = [...(actual === undefined ? [] : [joined(actual)]), ...describeFound(found)].join(', ')
  return {
    detail: hint === undefined ? detail : `${detail}; ${hint}`,
    ...(wanted === undefined ? {} : { expected: wanted }),
    ...(there !== '' ? { actual: there } : trouble(denial, seen)),
  }
}

const UNITS: Readonly<Record<string, (amount: number) => string>> = {
  bytes: (amount) => `${amount} bytes`,
  length: (amount) => `${amount} characters`,
  seconds: formatSpan,
  secondsAhead: (amount) => `${formatSpan(amount)} too early`,
  secondsPast: (amount) => `${formatSpan(amount)} too late`,
}

/** `unverifiedKeyId: a` as `key id a`, `secondsPast: 300` as `5 m too late`. */
function describeFound(found: DenialEvidence): readonly string[] {
  return Object.entries(found).map(([name, value], _, all) => {
    if (typeof value === 'number') return UNITS[name]?.(value) ?? `${name} ${value}`
    if (all.length === 1 && name.startsWith('unverified')) return shown(value)
    const words = name.replace(/^unverified/, '').replace(/(?!^)[A-Z]/g, ' $&')
    return `${words.toLowerCase()} ${shown(value)}`
  })
}

/** Texts that may hold blanks, such as `anyOf: family`. */
function joined(values: readonly string[]): string {
  if (values.length === 0) return 'none'
  return values.map((value) => (/^[\x20-\x7e]{1,200}$/.test(value) ? value : shown(value))).join(', ')
}

/** The limit is of the kind of what was measured. */
function limitOf(limit: number | undefined, measured: DenialEvidence): string | undefined {
  const [name] = Object.keys(measured)
  return limit === undefined || name === undefined ? undefined : `at most ${UNITS[name]?.(limit) ?? limit}`
}

/** What a step wants of every request of the route, if the evidence does not say it. */
function asked(step: Step, { decision }: Seen): string | undefined {
  const { route, token } = decision
  switch (step) {
    case 'credentials':
      return placeOfToken(decision.route)
    case 'issuer':
      return listed((route?.accept ?? []).map(({ issuer }) => issuer.issuer).filter((iss) => iss !== ''))
    case 'time':
      return token && `a time ${spanOf(token)}, give or take ${formatSpan(token.issuer.clockTolerance)}`
  }
  return undefined
}

function spanOf({ notBefore, issuedAt, expiresAt }: VerifiedToken): string {
  const begin = notBefore ?? issuedAt
  const until = `before ${formatInstant(expiresAt)}`
  return begin === undefined ? until : `after ${formatInstant(begin)} and ${until}`
}

function placeOfToken(route: Seen['decision']['route']): string {
  const source = route?.tokenSource
  if (source === undefined || source.kind === 'authorization') return 'Authorization: Bearer and a token'
  return `a token in the ${source.kind} ${source.name}`
}

/** Why an issuer could not be asked. */
function trouble(denial: Denial, { readings, introspections }: Seen): { readonly actual?: string } {
  if (denialRow(denial.reason).class !== 'service') return {}
  const events = [...readings.values(), ...introspections.values()]
  const failures = events.flatMap((event) =>
    event.outcome === 'failure' ? [`issuers.${event.issuer}: ${event.reason}`] : [],
  )
  if (failures.length > 0) return { actual: failures.join('; ') }
  return denial.step === 'key' ? { actual: 'no answer within 5 s' } : {}
}
