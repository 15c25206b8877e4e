import { type Credentials, presenting } from './credentials.ts'
import type { Ask, Exchange } from './exchange.ts'
import { INITIALIZE } from './first-answer.ts'
import { checkAlias, checkIdentity, IDENTITY_FAULTS, type IdentityNames } from './identity.ts'
import { readChallenge } from './read-challenge.ts'
import { onlyDifference } from './redirect.ts'
import type { Fault, Report } from './report.ts'

/** What can be wrong with the answer to a request with a token. */
export const WITH_TOKEN_FAULTS = {
  unreachable: {
    severity: 'error',
    why: 'The request without a token was answered, so this one probably passed forwardgate, and the service does not answer.',
    fix: 'Look at the log of the service.',
  },
  'token-lost': {
    severity: 'error',
    why: 'forwardgate saw no token in this request: something in front of it removed the Authorization field, or the route takes its token from another place.',
    fix: 'Look for authRequestHeaders or a headers middleware without Authorization, for a proxy in front of the proxy, and for tokenSource on the route.',
  },
  'token-refused': {
    severity: 'error',
    why: 'forwardgate refused this token.',
    fix: 'Run forwardgate explain --token-file for the details, and forwardgate explain --reason for what the reason means.',
  },
  'gate-answers': {
    severity: 'warning',
    why: 'The router of this path leads to forwardgate itself: the token passed, and the service never sees the request.',
    fix: 'Lead the router to the service; two services of one name in the proxy’s files are one.',
  },
  'upstream-missing': {
    severity: 'warning',
    why: 'The token passed, and nothing answers there: clients take 404 and 405 for a server of the old transport.',
    fix: 'Correct the path of the service (stripPrefix, replacePath), or the URL; a service that takes no POST answers 405 to this probe.',
  },
  'upstream-failed': {
    severity: 'warning',
    why: 'The token passed, and the service or the way to it failed; a bare 500 is also what Traefik says when it cannot reach forwardgate.',
    fix: 'Look at the log of the proxy and of the service.',
  },
  'upstream-redirects': {
    severity: 'warning',
    why: 'Clients do not repeat a POST with its token elsewhere; the official SDKs fail.',
    fix: 'Let users type the URL that the service redirects to, or switch the redirect off.',
  },
  ...IDENTITY_FAULTS,
  'binding-ignored': {
    severity: 'error',
    why: 'A stolen token can be used: the proof protects nothing.',
    fix: 'Use a token with cnf.jkt (DPoP turned on for the client at the issuer); forwardgate refuses such a token as Bearer.',
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
type Answered = Extract<Exchange, { ok: true }>

/** Step 4: the token is accepted, and a client cannot choose its own identity. */
export async function checkWithToken(
  report: TokenReport,
  url: string,
  credentials: Credentials,
  identity: IdentityNames,
  ask: Ask,
) {
  const { token } = credentials
  const send = presenting(url, credentials, ask)
  if (!isAccepted(report, await send({}))) return
  if (credentials.key !== undefined) judgeDowngrade(report, await presenting(url, { token }, ask)({}))

  await checkIdentity(report, identity, send)
  await checkAlias(report, send, isRefused)

  const query = new URL(url)
  query.searchParams.set('access_token', token)
  judgeQuery(report, await ask(query.href, INITIALIZE))
}

/** RFC 9449 §7.2: a token that is bound to a key is worth nothing as a bearer token. */
function judgeDowngrade(report: TokenReport, answer: Exchange): void {
  const wrong = 'the token passes as Bearer, without a proof'
  report.judge('binding-ignored', isRefused(answer), 'the token without its proof is not accepted', wrong)
}

function judgeQuery(report: TokenReport, answer: Exchange): undefined {
  if (!answer.ok || answer.status >= 500)
    return report.find('token-in-query-unknown', 'a token in the query could not be tried')
  const right = 'a token in the query is not accepted'
  return report.judge('token-in-query', isRefused(answer), right, 'a token in the query is accepted')
}

/** Turned away by a gate; any other answer came from behind it. */
function isRefused(answer: Exchange): boolean {
  return answer.ok && [400, 401, 403].includes(answer.status)
}

function isAccepted(report: TokenReport, answer: Exchange): boolean | undefined {
  if (!answer.ok) return report.find('unreachable', `nothing answers: ${answer.problem}`)
  const { status, headers } = answer
  const reason = headers.get('x-forwardgate-reason')
  if (status === 401 && (reason === 'credentials_missing' || (reason === null && asksForCredentials(headers)))) {
    const how = reason === null ? ', without an error' : ` (${reason})`
    return report.find('token-lost', `status 401${how}: the token did not arrive`)
  }
  if (reason !== null) return report.find('token-refused', `status ${status} (${reason})`)
  if (status === 401 || status === 403)
    return report.find('token-refused', `status ${status}`, {
      why: 'Not forwardgate, or its reason is hidden: the upstream may check tokens too.',
      fix: 'Look at the log of the upstream.',
    })
  judgeService(report, answer)
  return status < 500
}

/** A challenge of forwardgate has an error unless there was no token at all (RFC 6750 §3.1). */
function asksForCredentials(headers: Headers): boolean {
  const challenge = readChallenge(headers.get('www-authenticate') ?? '')
  return challenge?.resourceMetadata !== undefined && !challenge.parameters.has('error')
}

function judgeService(report: TokenReport, answer: Answered): void {
  const { status, headers, url } = answer
  if (status >= 500) report.find('upstream-failed', `status ${status}`)
  else if (status >= 300 && status < 400) {
    const to = headers.get('location') ?? ''
    const difference = onlyDifference(url, to)
    const how = difference === undefined ? '' : `: only ${difference} differs`
    report.find('upstream-redirects', `status ${status} to ${to || 'nowhere'}${how}`)
  } else if (status === 404 && answer.body === '{"error":"not_found"}') {
    report.find('gate-answers', 'status 404, the answer of forwardgate itself')
  } else if (status === 404 || status === 405) report.find('upstream-missing', `status ${status}`)
  else report.ok('token-refused', `status ${status}`)
}
