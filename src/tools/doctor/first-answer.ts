import type { Ask, Exchange } from './exchange.ts'
import { type Challenge, readChallenge } from './read-challenge.ts'
import { onlyDifference } from './redirect.ts'
import type { Fault, Report } from './report.ts'

/** The first message of an MCP session, as a client sends it. */
export const INITIALIZE = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'forwardgate-doctor', version: '1' },
    },
  }),
} as const

/** What can be wrong with the answer to a request without credentials. */
export const FIRST_ANSWER_FAULTS = {
  unreachable: {
    severity: 'error',
    why: 'No client can connect.',
    fix: 'Correct the URL, DNS, TLS or the route to the proxy.',
  },
  unprotected: {
    severity: 'error',
    why: 'A request needs no token.',
    fix: 'Put the forwardAuth middleware on this router, and see that no other router answers for this path.',
  },
  redirected: {
    severity: 'error',
    why: 'No MCP client follows a browser login; the SDKs need a 401 with a challenge.',
    fix: 'Keep login middlewares (and authSigninURL) away from this router.',
  },
  'old-server': {
    severity: 'error',
    why: 'Clients take 400, 404 and 405 for a server of the old transport and try that instead of logging in.',
    fix: 'Correct the path of the router; forwardgate itself never answers so for lack of a token.',
  },
  'verifier-down': {
    severity: 'error',
    why: 'Traefik answers a bare 500 when it cannot reach forwardgate; 503 means that the keys of the issuer are missing.',
    fix: 'Look at the log of the proxy and of forwardgate.',
  },
  refused: {
    severity: 'error',
    why: 'A client that gets no 401 does not log in.',
    fix: 'forwardgate explain --reason says what the reason means; without one, another middleware refused.',
  },
  'challenge-unstable': {
    severity: 'error',
    why: 'The SDKs stop a login loop when the same challenge comes twice; this one would loop forever.',
    fix: 'Take nonces, times and request ids out of WWW-Authenticate.',
  },
  'challenge-missing': {
    severity: 'error',
    why: 'The client does not learn where to log in; it guesses, and most guess wrong.',
    fix: 'Take the `errors` middleware off 401 and raise maxResponseBodySize to 16384: both drop the header.',
  },
  'challenge-form': {
    severity: 'error',
    why: 'The TypeScript and Python SDKs then ignore all of it.',
    fix: 'Send the Bearer challenge first, with one space after the scheme.',
  },
  'challenge-dpop': {
    severity: 'note',
    why: 'The route has dpop: required. Clients that know only Bearer, as those of the MCP SDKs 1.x, stop here.',
    fix: 'Write dpop: accepted if such clients are to log in.',
  },
  'resource-metadata-missing': {
    severity: 'error',
    why: 'Clients fall back to guessing well-known URLs on this host (RFC 9728 §5.1).',
    fix: 'Let the challenge of forwardgate through unchanged.',
  },
  'resource-metadata-relative': {
    severity: 'error',
    why: 'claude.ai and the SDKs ignore a relative one.',
    fix: 'Send the absolute URL.',
  },
  'scope-empty': {
    severity: 'error',
    why: 'Clients ask the login server for the scope `""`.',
    fix: 'Leave scope out if there is none.',
  },
  'error-without-credentials': {
    severity: 'warning',
    why: 'RFC 6750 §3.1 reserves it for tokens that were refused; some clients throw theirs away.',
    fix: 'Leave error out if there are no credentials.',
  },
  'challenge-quoting': {
    severity: 'warning',
    why: 'The C# SDK splits at commas inside quotes, the TypeScript one stops at a backslash.',
    fix: 'Use texts without comma, quote and backslash.',
  },
} as const satisfies Readonly<Record<string, Fault>>

type FirstReport = Report<keyof typeof FIRST_ANSWER_FAULTS>

/** Step 1: a request without credentials gets 401 and a challenge that real clients can read, the same each time. */
export async function checkFirstAnswer(report: FirstReport, url: string, ask: Ask): Promise<Challenge | undefined> {
  const first = await ask(url, INITIALIZE)
  if (!first.ok) return report.find('unreachable', `nothing answers: ${first.problem}`)
  if (first.status !== 401) return judgeStatus(report, first)
  report.ok('refused', 'status 401')
  const challenge = judgeChallenge(report, first.headers.get('www-authenticate'))
  if (challenge === undefined) return undefined
  const second = await ask(url, INITIALIZE)
  const isStable = !second.ok || second.headers.get('www-authenticate') === challenge.text
  const differs = 'the challenge differs from one request to the next'
  report.judge('challenge-unstable', isStable, 'the challenge is the same each time', differs)
  return challenge
}

type Answered = Extract<Exchange, { ok: true }>

function judgeStatus(report: FirstReport, { status, headers, url }: Answered): undefined {
  const refused = `status ${status} instead of 401`
  if (status < 300) return report.find('unprotected', `status ${status}: the resource is open to everyone`)
  if (status < 400) return judgeRedirect(report, refused, url, headers.get('location') ?? '')
  if (status === 400 || status === 404 || status === 405) return report.find('old-server', refused)
  if (status >= 500) return report.find('verifier-down', refused)
  const reason = headers.get('x-forwardgate-reason')
  return report.find('refused', `${refused}${reason === null ? '' : ` (${reason})`}`)
}

function judgeRedirect(report: FirstReport, refused: string, url: string, location: string): undefined {
  const difference = onlyDifference(url, location)
  if (difference === undefined) return report.find('redirected', `${refused}, to ${location || 'nowhere'}`)
  return report.find('redirected', `${refused}, to ${location}: only ${difference} differs`, {
    why: 'Something answers before forwardgate is asked; clients do not repeat a POST elsewhere.',
    fix: 'Let users type the URL that it redirects to, or take the redirect off this router.',
  })
}

function judgeChallenge(report: FirstReport, text: string | null): Challenge | undefined {
  if (text === null) return report.find('challenge-missing', 'the 401 has no WWW-Authenticate')
  const challenge = readChallenge(text)
  if (challenge === undefined)
    return report.find('challenge-form', 'the challenge does not begin with Bearer or DPoP, one space and parameters')
  judgeParameters(report, challenge)
  return challenge
}

function judgeParameters(report: FirstReport, { scheme, resourceMetadata, parameters }: Challenge): void {
  if (scheme === 'dpop') report.find('challenge-dpop', 'the challenge is DPoP: tokens must be bound to a key')
  if (resourceMetadata === undefined) {
    report.find('resource-metadata-missing', 'the challenge has no resource_metadata')
  } else if (!/^https?:\/\//.test(resourceMetadata)) {
    report.find('resource-metadata-relative', 'resource_metadata is not an absolute URL')
  } else report.ok('resource-metadata-missing', 'the challenge points to the metadata')
  if (parameters.get('scope') === '') report.find('scope-empty', 'the challenge has an empty scope')
  if (parameters.has('error')) {
    report.find('error-without-credentials', 'the challenge has an error although no token was sent')
  }
  if ([...parameters.values()].some((value) => /[,\\]/.test(value))) {
    report.find('challenge-quoting', 'a value of the challenge holds a comma or a backslash')
  }
}
