import type { Ask, Exchange } from './exchange.ts'
import { INITIALIZE } from './first-answer.ts'
import { type Fault, openReport, type Report, type StepReport } from './report.ts'

/** Resembles no real subject, so that finding it in an answer means something. */
const PROBE = 'forwardgate-doctor-was-here'
const SPOOFED = 'X-Auth-Subject'
const ALIAS = 'X_Auth_Subject'

/** What can be wrong with the answer to a request with a token. */
export const WITH_TOKEN_FAULTS = {
  unreachable: {
    severity: 'error',
    why: 'The request passed the gate or hangs before it.',
    fix: 'Look at the log of the upstream.',
  },
  'token-refused': {
    severity: 'error',
    why: 'forwardgate refused this token.',
    fix: 'See docs/reference/denials.md, and forwardgate explain --token-file for the details.',
  },
  'identity-spoofable': {
    severity: 'error',
    why: 'Every client with a token can take any identity.',
    fix: 'List every identity header in authResponseHeaders of the middleware; `forwardgate generate traefik` does.',
  },
  'identity-alias': {
    severity: 'warning',
    why: 'CGI-like backends (PHP, WSGI) read it as the identity header.',
    fix: 'Let forwardgate see all headers (no authRequestHeaders); set aliasHeadersStrategy and underscoreHeadersStrategy: delete on the entry point.',
  },
  'token-in-query': {
    severity: 'error',
    why: 'It ends in logs and histories; MCP forbids it.',
    fix: 'Find the component that reads access_token; forwardgate does not.',
  },
  'token-in-query-unknown': {
    severity: 'warning',
    why: 'A token there ends in logs and histories; MCP forbids it.',
    fix: 'Look at the log of the proxy and try again.',
  },
} as const satisfies Readonly<Record<string, Fault>>

type TokenReport = Report<keyof typeof WITH_TOKEN_FAULTS>

/** Step 4: the token is accepted, and a client cannot choose its own identity. */
export async function checkWithToken(url: string, token: string, ask: Ask): Promise<StepReport> {
  const report: TokenReport = openReport('a request with the token', url, WITH_TOKEN_FAULTS)
  const send = (extra: Readonly<Record<string, string>>) =>
    ask(url, { ...INITIALIZE, headers: { ...INITIALIZE.headers, authorization: `Bearer ${token}`, ...extra } })
  if (!isAccepted(report, await send({}))) return report.done()

  const spoofed = await send({ [SPOOFED]: PROBE })
  if (spoofed.ok && spoofed.body.includes(PROBE)) {
    report.find('identity-spoofable', `the upstream saw the ${SPOOFED} that the client sent`)
  } else report.ok('identity-spoofable', `a client's own ${SPOOFED} is not seen in the answer`)

  if (isRefused(await send({ [ALIAS]: PROBE }))) {
    report.ok('identity-alias', `a request with the alias ${ALIAS} is refused`)
  } else report.find('identity-alias', `a request with ${ALIAS} passes`)

  const query = new URL(url)
  query.searchParams.set('access_token', token)
  judgeQuery(report, await ask(query.href, INITIALIZE))
  return report.done()
}

function judgeQuery(report: TokenReport, answer: Exchange): void {
  if (!answer.ok || answer.status >= 500) {
    report.find('token-in-query-unknown', 'a token in the query could not be tried')
  } else if (isRefused(answer)) report.ok('token-in-query', 'a token in the query is not accepted')
  else report.find('token-in-query', 'a token in the query is accepted')
}

/** Turned away by a gate; any other answer came from behind it. */
function isRefused(answer: Exchange): boolean {
  return answer.ok && [400, 401, 403].includes(answer.status)
}

function isAccepted(report: TokenReport, answer: Exchange): boolean {
  if (!answer.ok) {
    report.find('unreachable', `nothing answers: ${answer.problem}`)
    return false
  }
  const { status, headers } = answer
  if (status !== 401 && status !== 403 && status < 500) {
    report.ok('token-refused', `status ${status}`)
    return true
  }
  const reason = headers.get('x-forwardgate-reason')
  if (reason !== null) report.find('token-refused', `status ${status} (${reason})`)
  else {
    report.find('token-refused', `status ${status}`, {
      why: 'Not forwardgate, or its reason is hidden: the upstream may check tokens too.',
      fix: 'Look at the log of the upstream.',
    })
  }
  return false
}
