import { type Paint, plain } from '../../cli/output.ts'
import { denialRow } from '../../decision/denial.ts'
import { formatInstant } from '../frame/time-text.ts'
import { type Seen, unverifiedTokenOf } from './seen.ts'
import { type StepResult, stepsOf } from './steps.ts'

/** A decision laid open. It holds no signature and no secret, so that it may be pasted into a ticket. */
export interface Explanation {
  readonly route: string | null
  readonly at: string
  readonly outcome: string
  readonly reason: string
  /** The fixed text of the reason; null on an allow. */
  readonly message: string | null
  readonly steps: readonly StepResult[]
  /** What the token says; `verified` says whether its signature held. */
  readonly token: { readonly verified: boolean; readonly header: object; readonly claims: object } | null
  /** Seconds until `exp`; negative after it. */
  readonly secondsLeft: number | null
  readonly answer: {
    readonly status: number
    readonly headers: readonly (readonly [name: string, value: string])[]
    readonly body: string
  }
  readonly notes: readonly string[]
}

/** Lays a decision open, with the answer that the proxy gets. */
export function buildExplanation(seen: Seen, notes: readonly string[]): Explanation {
  const { decision, answer, call, now } = seen
  const unverified = unverifiedTokenOf(call, decision.route)
  const { algorithm: alg, keyId: kid, type: typ } = unverified ?? {}
  const exp = unverified === undefined ? decision.token?.expiresAt : unverified.payload['exp']
  const allowed = decision.outcome === 'allow'
  return redact({
    route: decision.route?.name ?? null,
    at: formatInstant(now),
    outcome: decision.outcome,
    reason: decision.reason,
    message: allowed ? null : denialRow(decision.reason).message,
    steps: stepsOf(seen),
    token:
      unverified === undefined
        ? opaqueToken(seen)
        : {
            verified: decision.issuer !== undefined && !seen.whatIf,
            header: { alg, ...(kid === undefined ? {} : { kid }), ...(typ === undefined ? {} : { typ }) },
            claims: unverified.payload,
          },
    secondsLeft: typeof exp === 'number' ? Math.round(exp - now) : null,
    answer: { status: answer.status, headers: shownHeaders(answer.headers), body: answer.body },
    notes: [...notes, ...notesOn(seen)],
  })
}

function opaqueToken({ decision, whatIf }: Seen): Explanation['token'] {
  return decision.token === undefined ? null : { verified: !whatIf, header: {}, claims: decision.token.claims }
}

/** The explanation for people: the steps, the decision, the answer. */
export function formatExplanation(explanation: Explanation, paint: Paint): string {
  const { steps, outcome, reason, message, answer, notes } = explanation
  const style = outcome === 'allow' ? 'good' : outcome === 'would_deny' ? 'doubtful' : 'bad'
  const blocks = [
    formatSteps(steps, paint),
    `${paint(style, `${outcome}: ${reason}`)}${message === null ? '' : ` (${message})`}`,
    formatAnswer(explanation),
    ...notes.map((note) => `${paint('strong', 'note:')} ${plain(note)}`),
  ]
  return `${blocks.join('\n\n')}\n`.replace(answer.body === '' ? /\n+$/ : /$^/, '\n')
}

const MARKS = { pass: ['pass', 'good'], fail: ['FAIL', 'bad'], skip: [' -- ', 'quiet'] } as const

/** One line for each step, and one for all that a failure kept from being reached. */
function formatSteps(steps: readonly StepResult[], paint: Paint): string {
  const width = Math.max(...steps.map(({ step }) => step.length))
  const lines: string[] = []
  for (const [index, result] of steps.entries()) {
    const rest = steps.slice(index)
    if (rest.length > 1 && rest.every((other) => other.result === 'skip' && other.detail === result.detail)) {
      const names = rest.map(({ step }) => step).join(', ')
      return [...lines, paint('quiet', `${MARKS.skip[0]}  ${result.detail}: ${names}`)].join('\n')
    }
    lines.push(formatStep(result, width, paint))
  }
  return lines.join('\n')
}

/** Expected and actual follow below if they say more. */
function formatStep({ step, result, detail, expected, actual }: StepResult, width: number, paint: Paint): string {
  const [mark, style] = MARKS[result]
  const indent = ' '.repeat(width + 8)
  const line = `  ${step.padEnd(width)}  ${plain(detail)}`
  const below = [
    ...(expected === undefined ? [] : [`${indent}expected: ${plain(expected)}`]),
    ...(actual === undefined || actual === detail ? [] : [`${indent}actual:   ${plain(actual)}`]),
  ]
  return [result === 'skip' ? paint(style, `${mark}${line}`) : `${paint(style, mark)}${line}`, ...below].join('\n')
}

function formatAnswer({ outcome, answer }: Explanation): string {
  const passes = outcome === 'allow' || outcome === 'would_deny'
  const lines = [
    passes ? 'The proxy lets the request pass. It was answered:' : 'The proxy relays this answer:',
    '',
    `  HTTP/1.1 ${answer.status}`,
    ...answer.headers.map(([name, value]) => `  ${name}: ${plain(value)}`.trimEnd()),
    ...(answer.body === '' ? [] : ['', `  ${plain(answer.body)}`]),
  ]
  return lines.join('\n')
}

function notesOn({ decision, whatIf, now }: Seen): readonly string[] {
  const notes: string[] = []
  if (whatIf) notes.push('No signature was checked: a key made for this run signed the claims.')
  if (decision.outcome === 'would_deny')
    notes.push('The route is observed: what would be denied passes, without identity.')
  if (decision.reason === 'token_expired' && decision.token !== undefined) {
    const then = decision.token.issuedAt ?? now
    notes.push(`To see what comes after the expiry, judge it at an earlier time: --at ${formatInstant(then)}`)
  }
  return notes
}

/** What the upstream gets as Authorization may be a secret from a file. */
function shownHeaders(headers: readonly string[]): readonly (readonly [string, string])[] {
  return headers.flatMap((name, at) => {
    if (at % 2 === 1) return []
    const value = headers[at + 1] ?? ''
    const secret = name.toLowerCase() === 'authorization' && value !== ''
    return [[name, secret ? `(not shown: ${value.length} characters)` : value] as const]
  })
}

/** Takes the signature out of everything that looks like a signed JWT: in claims, headers and messages alike. */
function redact<T>(value: T): T {
  if (typeof value === 'string') {
    return value.replace(/(?<signed>eyJ[\w-]+\.[\w-]*\.)[\w-]+/g, '$<signed>(signature)') as T
  }
  if (Array.isArray(value)) return value.map(redact) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), redact(member)])) as T
}
