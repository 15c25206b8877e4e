import type { Ask, Exchange } from './exchange.ts'
import { type Challenge, readChallenge } from './read-challenge.ts'
import { openNotebook, type Report, type StepReport } from './report.ts'

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

/** Step 1: a request without credentials gets 401 and a challenge that real clients can read, the same each time. */
export async function checkFirstAnswer(url: string, ask: Ask): Promise<[StepReport, Challenge | undefined]> {
  const notebook = openNotebook('a request without credentials', url)
  const first = await ask(url, INITIALIZE)
  if (!first.ok) {
    notebook.find(
      'error',
      'unreachable',
      `nothing answers: ${first.problem}`,
      'No client can connect.',
      'Correct the URL, DNS, TLS or the route to the proxy.',
    )
    return [notebook.report(), undefined]
  }
  if (first.status !== 401) {
    judgeStatus(notebook, first)
    return [notebook.report(), undefined]
  }
  notebook.good('status 401')
  const challenge = judgeChallenge(notebook, first.headers.get('www-authenticate'))
  if (challenge === undefined) return [notebook.report(), undefined]
  const second = await ask(url, INITIALIZE)
  if (second.ok && second.headers.get('www-authenticate') !== challenge.text) {
    notebook.find(
      'error',
      'challenge-unstable',
      'the challenge differs from one request to the next',
      'The SDKs stop a login loop when the same challenge comes twice; this one would loop for ever.',
      'Take nonces, times and request ids out of WWW-Authenticate.',
    )
  } else notebook.good('the challenge is the same each time')
  return [notebook.report(), challenge]
}

type Answered = Extract<Exchange, { ok: true }>

function judgeStatus(notebook: Report, { status, headers }: Answered): void {
  const refused = `status ${status} instead of 401`
  if (status < 300) {
    notebook.find(
      'error',
      'unprotected',
      `status ${status}: the resource is open to everybody`,
      'Nobody is asked for a token.',
      'Put the forwardAuth middleware on this router, and see that no other router answers for this path.',
    )
  } else if (status < 400) {
    const where = headers.get('location') ?? 'nowhere'
    notebook.find(
      'error',
      'redirected',
      `${refused}, to ${where}`,
      'No MCP client follows a browser login; the SDKs need a 401 with a challenge.',
      'Keep login middlewares (and authSigninURL) away from this router.',
    )
  } else if (status === 400 || status === 404 || status === 405) {
    notebook.find(
      'error',
      'old-server',
      refused,
      'Clients take 400, 404 and 405 for a server of the old transport and try that instead of logging in.',
      'Correct the path of the router; forwardgate itself never answers so for lack of a token.',
    )
  } else if (status >= 500) {
    notebook.find(
      'error',
      'verifier-down',
      refused,
      'Traefik answers a bare 500 when it cannot reach forwardgate; 503 says that the keys of the issuer are missing.',
      'Look at the log of the proxy and of forwardgate.',
    )
  } else {
    const reason = headers.get('x-forwardgate-reason')
    notebook.find(
      'error',
      'refused',
      `${refused}${reason === null ? '' : ` (${reason})`}`,
      'A client that gets no 401 does not log in.',
      'See docs/reference/denials.md for the reason; without one, another middleware refused.',
    )
  }
}

function judgeChallenge(notebook: Report, text: string | null): Challenge | undefined {
  if (text === null) {
    notebook.find(
      'error',
      'challenge-missing',
      'the 401 has no WWW-Authenticate',
      'The client does not learn where to log in; it guesses, and most guess wrong.',
      'Take the `errors` middleware off 401 and raise maxResponseBodySize to 16384: both drop the header.',
    )
    return undefined
  }
  const challenge = readChallenge(text)
  if (challenge === undefined) {
    notebook.find(
      'error',
      'challenge-form',
      'the challenge does not begin with Bearer, one space and parameters',
      'The TypeScript and Python SDKs then see none of it.',
      'Send the Bearer challenge first, with one space after the scheme.',
    )
    return undefined
  }
  const { resourceMetadata, parameters } = challenge
  if (resourceMetadata === undefined) {
    notebook.find(
      'error',
      'resource-metadata-missing',
      'the challenge has no resource_metadata',
      'Clients fall back to guessing well-known URLs on this host (RFC 9728 §5.1).',
      'Let the challenge of forwardgate through unchanged.',
    )
  } else if (!/^https?:\/\//.test(resourceMetadata)) {
    notebook.find(
      'error',
      'resource-metadata-relative',
      'resource_metadata is not an absolute URL',
      'claude.ai and the SDKs ignore a relative one.',
      'Send the absolute URL.',
    )
  } else notebook.good('the challenge points to the metadata')
  if (parameters.get('scope') === '') {
    notebook.find(
      'error',
      'scope-empty',
      'the challenge has an empty scope',
      'Clients ask the login server for the scope `""`.',
      'Leave scope out when there is none.',
    )
  }
  if (parameters.has('error')) {
    notebook.find(
      'warning',
      'error-without-credentials',
      'the challenge has an error although no token was sent',
      'RFC 6750 §3.1 reserves it for tokens that were refused; some clients throw theirs away.',
      'Leave error out where there are no credentials.',
    )
  }
  if ([...parameters.values()].some((value) => /[,\\]/.test(value))) {
    notebook.find(
      'warning',
      'challenge-quoting',
      'a value of the challenge holds a comma or a backslash',
      'The C# SDK splits at commas inside quotes, the TypeScript one stops at a backslash.',
      'Use texts without comma, quote and backslash.',
    )
  }
  return challenge
}
