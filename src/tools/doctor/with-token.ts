import type { Ask, Exchange } from './exchange.ts'
import { INITIALIZE } from './first-answer.ts'
import { openNotebook, type Report, type StepReport } from './report.ts'

/** Looks like no real subject, so that finding it in an answer means something. */
const PROBE = 'forwardgate-doctor-was-here'
const SPOOFED = 'X-Auth-Subject'
const ALIAS = 'X_Auth_Subject'

/** Step 4: the token opens the door, and a client cannot say who it is by itself. */
export async function checkWithToken(url: string, token: string, ask: Ask): Promise<StepReport> {
  const notebook = openNotebook('a request with the token', url)
  const send = (extra: Readonly<Record<string, string>>) =>
    ask(url, { ...INITIALIZE, headers: { ...INITIALIZE.headers, authorization: `Bearer ${token}`, ...extra } })

  const plain = await send({})
  if (!opens(notebook, plain)) return notebook.report()

  const spoofed = await send({ [SPOOFED]: PROBE })
  if (spoofed.ok && spoofed.body.includes(PROBE)) {
    notebook.find(
      'error',
      'identity-spoofable',
      `the upstream saw the ${SPOOFED} that the client sent`,
      'Anybody with a token can be anybody.',
      'List every identity header in authResponseHeaders of the middleware; `forwardgate generate traefik` does.',
    )
  } else notebook.good(`a client's own ${SPOOFED} is not seen in the answer`)

  const alias = await send({ [ALIAS]: PROBE })
  if (!refused(alias)) {
    notebook.find(
      'warning',
      'identity-alias',
      `a request with ${ALIAS} passes`,
      'CGI-like backends (PHP, WSGI) read it as the identity header.',
      'Let forwardgate see all headers (no authRequestHeaders); set aliasHeadersStrategy and underscoreHeadersStrategy: delete on the entry point.',
    )
  } else notebook.good(`a request with the alias ${ALIAS} is refused`)

  const query = new URL(url)
  query.searchParams.set('access_token', token)
  const inQuery = await ask(query.href, INITIALIZE)
  if (!inQuery.ok || inQuery.status >= 500) {
    notebook.find(
      'warning',
      'token-in-query-unknown',
      'a token in the query could not be tried',
      'A token there ends in logs and histories; MCP forbids it.',
      'Look at the log of the proxy and try again.',
    )
  } else if (!refused(inQuery)) {
    notebook.find(
      'error',
      'token-in-query',
      'a token in the query is accepted',
      'It ends in logs and histories; MCP forbids it.',
      'Find the component that reads access_token; forwardgate does not.',
    )
  } else notebook.good('a token in the query is not accepted')
  return notebook.report()
}

/** Turned away by a gate; any other answer came from behind it. */
function refused(answer: Exchange): boolean {
  return answer.ok && [400, 401, 403].includes(answer.status)
}

function opens(notebook: Report, answer: Exchange): boolean {
  if (!answer.ok) {
    notebook.find(
      'error',
      'unreachable',
      `nothing answers: ${answer.problem}`,
      'The request passed the gate or hangs before it.',
      'Look at the log of the upstream.',
    )
    return false
  }
  if (answer.status !== 401 && answer.status !== 403 && answer.status < 500) {
    notebook.good(`status ${answer.status}`)
    return true
  }
  const reason = answer.headers.get('x-forwardgate-reason')
  notebook.find(
    'error',
    'token-refused',
    `status ${answer.status}${reason === null ? '' : ` (${reason})`}`,
    reason === null
      ? 'Not forwardgate, or its reason is hidden: the upstream may check tokens too.'
      : 'forwardgate refused this token.',
    reason === null
      ? 'Look at the log of the upstream.'
      : `See docs/reference/denials.md, and forwardgate explain --token-file for the details.`,
  )
  return false
}
