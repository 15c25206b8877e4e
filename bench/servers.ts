import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { builtFile, imageFlagsReadingAll } from '../build/program.ts'
import { startChild, waitUntil } from '../lab/child-process.ts'
import { pinned } from './load.ts'
import { cpuSeconds, familyOf } from './usage.ts'

/** A server under load. */
export interface Server {
  readonly origin: string
  /** Of the operations port; forwardgate only. */
  readonly operations?: string | undefined
  readonly pids: readonly number[]
  /** Milliseconds from the start of the process until it listens. */
  readonly startup: number
  /** Milliseconds of CPU until then. */
  readonly startupCpu: number
  stop(): Promise<void>
}

/** How a server is started. */
export interface ServerOptions {
  /** The only core that it may use; undefined: any. */
  readonly core: number | undefined
  readonly env?: Readonly<Record<string, string>>
}

const RIVALS = ['bare-http', 'bare-fastify', 'verifier', 'verifier-lru'] as const

/** The rivals that are Node scripts, by their file. */
export type Rival = (typeof RIVALS)[number]

/** Bundles the scripts of bench/rivals into `folder`, as forwardgate is built: one file each, plain JavaScript. */
export function bundleRivals(folder: string): void {
  buildSync({
    entryPoints: RIVALS.map((rival) => fileURLToPath(new URL(`./rivals/${rival}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
  })
}

/** Starts a script of bench/rivals that `bundleRivals` put into `folder`, without flags of its own. */
export function startRival(rival: Rival, { folder, ...options }: ServerOptions & { folder: string }): Promise<Server> {
  return startNode([join(folder, `${rival}.cjs`)], options)
}

/** Starts a script of bench/rivals as people run one: as it is written, with its packages in node_modules. */
export function startUnbundled(rival: Rival, options: ServerOptions): Promise<Server> {
  return startNode([fileURLToPath(new URL(`./rivals/${rival}.ts`, import.meta.url))], options)
}

/** What the image starts: the built program, with the flags of the image. */
export function imageProgram(): readonly string[] {
  return [...imageFlagsReadingAll(), builtFile('main.cjs')]
}

/** Starts `forwardgate serve` with this configuration file, by default as the image does. */
export function startForwardgate(
  config: string,
  options: ServerOptions,
  program: readonly string[] = imageProgram(),
): Promise<Server> {
  return startNode([...program, 'serve'], {
    ...options,
    env: {
      FORWARDGATE_CONFIG: config,
      FORWARDGATE_LISTEN: '127.0.0.1:0',
      FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
      ...options.env,
    },
  })
}

/** Starts any program and waits until `isUp`. */
export async function startProgram(
  command: readonly string[],
  { core, env = {} }: ServerOptions,
  origin: string,
  cwd: string,
): Promise<Server> {
  const [program = '', ...args] = [...pinned(core), ...command]
  // taskset says "not found" on its own, without the sentence that names the program.
  await (await startChild(command[0] ?? '', ['-v'], { env: { PATH: process.env['PATH'] } })).stop()
  const start = performance.now()
  const child = await startChild(program, args, { cwd, env: { PATH: process.env['PATH'], ...env } })
  await waitUntil(`${command[0]} listens`, () => answers(origin), child.failed)
  const startup = performance.now() - start
  const pids = await familyOf(child.pid)
  return { origin, pids, startup, startupCpu: (await cpuSeconds(pids)) * 1000, stop: child.stop }
}

async function startNode(args: readonly string[], { core, env = {} }: ServerOptions): Promise<Server> {
  const [program = '', ...rest] = [...pinned(core), process.execPath, ...args]
  let listening: { readonly auth: string; readonly operations?: string; readonly after: number } | undefined
  const start = performance.now()
  const child = await startChild(program, rest, {
    env: { PATH: process.env['PATH'], ...env },
    onLine: (line) => {
      if (listening !== undefined || !line.includes('"listening"')) return
      listening = { ...JSON.parse(line), after: performance.now() - start }
    },
  })
  await waitUntil('the server listens', async () => listening !== undefined, child.failed)
  if (listening === undefined) throw new Error('the server did not say where it listens')
  const startupCpu = (await cpuSeconds([child.pid])) * 1000
  return {
    origin: listening.auth,
    operations: listening.operations,
    pids: [child.pid],
    startup: listening.after,
    startupCpu,
    stop: child.stop,
  }
}

async function answers(origin: string): Promise<boolean> {
  const response = await fetch(origin, { signal: AbortSignal.timeout(1000) })
  await response.body?.cancel()
  return true
}
