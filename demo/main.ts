import { parseArgs } from 'node:util'
import { PROXY_KINDS, type ProxyKind } from '../lab/open-proxy.ts'
import { playMcp } from './mcp-play.ts'
import { Mismatch, play } from './play.ts'
import { openStage, type Stage } from './stage.ts'
import { type Keep, type Stoppable, startWorld, type World } from './world.ts'

const HELP = `npm run demo -- [options]

Starts an authorization server, forwardgate, a proxy and an upstream on this machine, plays through what a client sees,
and checks every answer. Then everything stays up for trying it out until Ctrl-C.

  --proxy KIND   ${PROXY_KINDS.join(' | ')}   (default: builtin; TRAEFIK_BIN, CADDY_BIN and ENVOY_BIN name the programs, else PATH)
  --mcp          play scopes for single MCP tools instead, with the official client; not behind Caddy, which forwards no body
  --once         end after the last scene; exit status 0 when every answer was right, 1 when one was not
  --verbose      also show what forwardgate and the proxy log, on standard error
  --help         this text
`

interface Options {
  readonly proxy: ProxyKind
  readonly mcp: boolean
  readonly once: boolean
  readonly verbose: boolean
}

// Not exitCode: whatever a cut-short scene left open must not keep the process.
process.exit(await main())

async function main(): Promise<number> {
  const options = readOptions()
  if (typeof options === 'number') return options
  const stage = openStage()
  const parts: Promise<Stoppable | undefined>[] = []
  const state: State = { played: false, closing: false }
  const keep: Keep = async (starting) => {
    parts.push(starting.catch(() => undefined))
    const part = await starting
    if (state.closing) throw new Error('interrupted')
    return part
  }
  try {
    return await Promise.race([run(options, stage, keep, state), interrupted(state)])
  } catch (error) {
    process.stderr.write(`\n${error instanceof Mismatch ? 'unexpected: ' : ''}${said(error)}\n`)
    return 1
  } finally {
    state.closing = true
    for (const part of parts.toReversed()) await (await part)?.stop()
  }
}

interface State {
  /** Every scene was right. */
  played: boolean
  /** Parts are being stopped; no more may start. */
  closing: boolean
}

async function run(options: Options, stage: Stage, keep: Keep, state: State): Promise<number> {
  const onLine = options.verbose ? (line: string) => process.stderr.write(`   ${line}\n`) : () => {}
  if (options.mcp && options.proxy !== 'caddy') {
    await playMcp(options.proxy, keep, onLine, stage)
    stage.note('\nEvery answer was as expected.')
    return 0
  }
  const world = await startWorld(options.proxy, keep, onLine)
  stage.note(`forwardgate behind ${world.proxy.name}, with this configuration (${world.gate.configFile}):\n`)
  stage.note(world.configuration.replace(/^(?=.)/gm, '   ').trimEnd())
  await play(world, stage)
  state.played = true
  if (options.once) {
    stage.note('\nEvery answer was as expected.')
    return 0
  }
  summary(world, stage)
  // Until Ctrl-C; the servers keep the process alive.
  return new Promise(() => {})
}

function summary({ proxy, issuer, gate, kubernetes }: World, stage: Stage): void {
  stage.note(`
Every answer was as expected. Everything stays up until Ctrl-C, and the lines above work in another terminal. Also:

   ${kubernetes}   the protected resource, for an MCP Inspector or any OAuth client
   ${proxy.origin}/.well-known/oauth-protected-resource/mcp/kubernetes   its metadata
   ${issuer.url}/.well-known/openid-configuration   the issuer: registers clients, and logs every user in as alice
   ${gate.operations}/   the status page: what was refused, and why
   ${gate.operations}/metrics   decisions by route and reason
   ${gate.operations}/readyz?verbose   the state of the issuer's keys
   ${gate.configFile}   edit it: it is read again within two seconds`)
}

/** Resolves at the first Ctrl-C. npm passes it on, so that it comes twice: the second must not end us half cleaned up. */
function interrupted(state: State): Promise<number> {
  return new Promise((resolve, reject) => {
    for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
      process.on(signal, () => resolve(state.played ? 0 : 128 + number))
    }
    process.on('uncaughtException', reject)
  })
}

function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        proxy: { type: 'string', default: 'builtin' },
        mcp: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(HELP)
      return 0
    }
    const proxy = PROXY_KINDS.find((kind) => kind === values.proxy)
    if (proxy === undefined) throw new Error(`--proxy ${values.proxy}: it is ${PROXY_KINDS.join(' | ')}`)
    if (values.mcp && proxy === 'caddy') throw new Error('--mcp: Caddy forwards no body, and mcp decides by bodies')
    return { proxy, mcp: values.mcp, once: values.once, verbose: values.verbose }
  } catch (error) {
    process.stderr.write(`${said(error)}\n\n${HELP}`)
    return 2
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
