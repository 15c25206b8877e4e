import { operationsAuthority, readSettings } from '../../settings.ts'
import type { Status } from '../../status/status.ts'
import { command, type Result } from '../frame/command.ts'
import type { Finding } from '../frame/findings.ts'
import { statusText } from './status-text.ts'

/** Prints the status page of a running service. */
export const status = command({
  name: 'status',
  synopsis: ['status [URL]'],
  about:
    'Shows the state of a running service: what is wrong first, then routes, last refusals, issuers and configuration. URL is that of the operations port; default: the port of FORWARDGATE_OPERATIONS_LISTEN on this machine.',
  operands: { min: 0, max: 1, missing: '' },
  reads: 'nothing',
  options: {},
  exitCodes: {
    0: 'ready, and nothing is wrong but warnings',
    1: 'not ready, problems, or no answer',
    2: 'usage error',
  },
  async run({ operands: [given], terminal }): Promise<Result> {
    const base = given === undefined ? defaultUrl(terminal.env) : parseUrl(given)
    if (typeof base === 'string') return { misuse: base }
    const status = await ask(new URL('status.json', base))
    if ('severity' in status) return { findings: [status] }
    const exitCode = status.ready && status.state !== 'problem' ? 0 : 1
    return { json: status, text: (page) => statusText(status, page), exitCode }
  },
})

/** The URL, or what is wrong with the environment. */
function defaultUrl(env: Readonly<Record<string, string | undefined>>): URL | string {
  const { FORWARDGATE_OPERATIONS_LISTEN } = env
  const read = readSettings({ FORWARDGATE_OPERATIONS_LISTEN })
  return read.ok ? new URL(`http://${operationsAuthority(read.settings)}/`) : read.problems.join('; ')
}

/** As given, with a slash at the end; or what is wrong with it. */
function parseUrl(text: string): URL | string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return `"${text}" is not an http or https URL; write it as http://127.0.0.1:9090`
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

const MAX_WAIT_MS = 5_000

async function ask(url: URL): Promise<Status | Finding> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(MAX_WAIT_MS) })
    const body: unknown = response.status === 200 ? await response.json() : undefined
    return isStatus(body) ? body : refused(url, `answers ${response.status}, not with a status`, OTHER)
  } catch {
    return refused(url, 'does not answer with a status', NOTHING)
  }
}

const NOTHING = 'give the URL of the operations port, by default http://127.0.0.1:9090, and see that the service runs'
const OTHER = 'give the URL of the operations port; with FORWARDGATE_STATUS_PAGE=false there is no status'

function refused(url: URL, what: string, fix: string): Finding {
  return { severity: 'error', id: 'no-status', what: `${url.host} ${what}`, path: url.href, fix }
}

/** Whether it comes from forwardgate: what is printed is there, whatever else a newer version has. */
function isStatus(body: unknown): body is Status {
  const members = [
    'version',
    'time',
    'state',
    'findings',
    'configuration',
    'issuers',
    'routes',
    'unmatched',
    'refusals',
  ]
  return typeof body === 'object' && body !== null && members.every((member) => Object.hasOwn(body, member))
}
