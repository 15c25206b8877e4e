import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../build/program.ts'
import { startChild, waitUntil } from './child-process.ts'

/** A running forwardgate. */
export interface Gate {
  /** Origin of the auth port. */
  readonly auth: string
  /** Origin of the operations port. */
  readonly operations: string
  /** The configuration file in use. */
  readonly configFile: string
  stop(): Promise<void>
  /** Ends it without a word to anybody, as when a machine fails. */
  kill(): Promise<void>
}

/**
 * Starts `forwardgate serve` as a process of its own with this configuration, on free loopback ports, and resolves once
 * it is ready. It inherits no setting from this process's environment; `variables` are more of its own. Without a
 * configuration there is no file, and the variables describe the route. `onLine` hears its log.
 */
export async function startGate(
  configuration: string | undefined,
  onLine: (line: string) => void = () => {},
  variables: Readonly<Record<string, string>> = {},
): Promise<Gate> {
  const directory = await mkdtemp(join(tmpdir(), 'forwardgate-demo-'))
  const configFile = join(directory, 'config.yaml')
  if (configuration !== undefined) await writeFile(configFile, configuration)

  let addresses: { readonly auth: string; readonly operations: string } | undefined
  const child = await startChild(process.execPath, [PROGRAM, 'serve'], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      ...variables,
      ...(configuration === undefined ? {} : { FORWARDGATE_CONFIG: configFile }),
      FORWARDGATE_LISTEN: '127.0.0.1:0',
      FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
      FORWARDGATE_DECISION_LOG: 'all',
    },
    onLine: (line) => {
      addresses ??= readAddresses(line)
      onLine(line)
    },
  })
  const remove = () => rm(directory, { recursive: true, force: true })
  const stop = () => child.stop().finally(remove)
  const kill = () => child.kill().finally(remove)
  try {
    await waitUntil(
      'forwardgate is ready',
      async () => addresses !== undefined && isReady(addresses.operations),
      child.failed,
    )
    if (addresses === undefined) throw new Error('forwardgate did not say where it listens')
    return { ...addresses, configFile, stop, kill }
  } catch (error) {
    await stop()
    throw error
  }
}

async function isReady(operations: string): Promise<boolean> {
  const response = await fetch(`${operations}/readyz`, { signal: AbortSignal.timeout(1000) })
  await response.body?.cancel()
  return response.ok
}

function readAddresses(line: string): { readonly auth: string; readonly operations: string } | undefined {
  let entry: unknown
  try {
    entry = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof entry !== 'object' || entry === null || !('msg' in entry) || entry.msg !== 'listening') return undefined
  if (!('auth' in entry && 'operations' in entry)) return undefined
  const { auth, operations } = entry
  return typeof auth === 'string' && typeof operations === 'string' ? { auth, operations } : undefined
}
