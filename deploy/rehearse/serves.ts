import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const LONGEST_WAIT_MS = 30_000
const [ISSUER, RESOURCE] = ['http://127.0.0.1:9', 'https://api.example.com']
/** A configuration with the route that is asked for. */
export const CONFIGURATION = JSON.stringify({ issuers: { main: ISSUER }, routes: { default: { resource: RESOURCE } } })

/**
 * Starts a gate by a command, asks it, ends it; tells what it answered. The route comes from the environment, or from the
 * file that `env` names.
 */
export async function checkServes(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      ...('FORWARDGATE_CONFIG' in env ? {} : { OIDC_ISSUER: ISSUER, RESOURCE_URL: RESOURCE }),
      ...env,
      FORWARDGATE_LISTEN: '127.0.0.1:0',
      FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
      FORWARDGATE_SHUTDOWN_DELAY: '0s',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const giveUp = setTimeout(() => child.kill('SIGKILL'), LONGEST_WAIT_MS)
  try {
    const origin = await Promise.race([listening(child.stdout), ended.then(() => undefined)])
    if (origin === undefined) throw new Error('it ended before it listened')
    const forwarded = { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Host': 'api.example.com', 'X-Forwarded-Uri': '/' }
    const { status, headers } = await fetch(`${origin}/verify`, { headers: forwarded })
    const reason = headers.get('x-forwardgate-reason')
    if (status !== 401 || reason !== 'credentials_missing') throw new Error(`it answered ${status} ${reason}`)
    child.kill('SIGTERM')
    const [code] = await ended
    if (code !== 0) throw new Error(`it ended with ${code}`)
    return `${status} ${reason}, ended with 0`
  } finally {
    clearTimeout(giveUp)
    child.kill('SIGKILL')
  }
}

async function listening(stdout: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: stdout })) {
    const entry: { readonly msg?: string; readonly auth?: string } = JSON.parse(line)
    if (entry.msg === 'listening') {
      stdout.resume()
      return entry.auth
    }
  }
  return undefined
}
