import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { operationsAuthority, readSettings } from '../settings.ts'
import { readArguments } from './arguments.ts'
import type { Command, Usage } from './usage.ts'

const UNUSED = 'accepted, as by every command, and not used'

const USAGE: Usage = {
  name: 'healthcheck',
  synopsis: ['healthcheck'],
  about: 'Reads /readyz of the service in this container, at the port of FORWARDGATE_OPERATIONS_LISTEN.',
  options: {
    config: { value: 'FILE', about: UNUSED },
    format: { value: 'FORMAT', about: UNUSED },
  },
  exitCodes: { 0: 'ready', 1: 'not ready, or nothing answers', 2: 'usage error' },
}

/** For a container's HEALTHCHECK, where there is no shell and no curl. */
export const healthcheck: Command = {
  usage: USAGE,
  async run(args, terminal) {
    const read = readArguments(args, USAGE, terminal)
    if (!read.ok) return read.exitCode
    const parsed = readSettings(terminal.env)
    if (!parsed.ok) {
      for (const problem of parsed.problems) terminal.stderr.write(`forwardgate: ${problem}\n`)
      return 2
    }
    const authority = operationsAuthority(parsed.settings)
    try {
      const { status, body } = await ask(`http://${authority}/readyz`)
      terminal.stdout.write(body)
      return status === 200 ? 0 : 1
    } catch {
      terminal.stderr.write(`forwardgate: nothing answers at ${authority}\n`)
      return 1
    }
  },
}

/** By `node:http`: `fetch` takes Node longer to load than all the rest of a probe that runs every few seconds. */
async function ask(url: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { signal: AbortSignal.timeout(2_000), agent: false }, resolve).on('error', reject)
  })
  return { status: response.statusCode, body: await text(response) }
}
