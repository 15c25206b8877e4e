import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PROGRAM } from '../../build/program.ts'

export type Variables = Readonly<Record<string, string>>

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  readonly lines: readonly string[]
}

/** What a process is started in. */
export interface Surroundings {
  /** A command that becomes the service at its end, such as `prlimit --nofile=64 --`. */
  readonly within?: readonly string[]
  /** Options of Node. */
  readonly nodeOptions?: readonly string[]
  /** Milliseconds after which it is killed; default 60 s. */
  readonly longest?: number
}

/** `forwardgate serve` as a process of its own. */
export interface GateProcess {
  readonly pid: number
  readonly auth: string
  readonly operations: string
  readonly lines: readonly string[]
  kill(signal: NodeJS.Signals): void
  ended(): Promise<Ended>
}

const LOOPBACK: Variables = { FORWARDGATE_LISTEN: '127.0.0.1:0', FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0' }

/** Runs a command to its end; one that does not end within a minute is killed, and its signal says so. */
export async function runGate(
  t: TestContext,
  variables: Variables,
  args: readonly string[] = ['serve'],
): Promise<Ended> {
  return launch(t, variables, args).ended()
}

/** Starts the service and resolves when it listens. */
export async function startGateProcess(
  t: TestContext,
  variables: Variables,
  surroundings: Surroundings = {},
): Promise<GateProcess> {
  const { child, lines, ended } = launch(t, variables, ['serve'], surroundings)
  const listening = new Promise<Record<string, unknown>>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry: Record<string, unknown> = JSON.parse(line)
      if (entry['msg'] === 'listening') resolve(entry)
    })
  })
  const first = await Promise.race([listening, ended()])
  if (!('auth' in first)) return assert.fail(`it ended: ${JSON.stringify(first)}`)
  return {
    pid: child.pid ?? 0,
    auth: String(first['auth']),
    operations: String(first['operations']),
    lines,
    kill: (signal) => {
      child.kill(signal)
    },
    ended,
  }
}

function launch(
  t: TestContext,
  variables: Variables,
  args: readonly string[],
  { within = [], nodeOptions = [], longest = 60_000 }: Surroundings = {},
) {
  const [command = '', ...rest] = [...within, process.execPath, ...nodeOptions, PROGRAM, ...args]
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(command, rest, {
    // Nothing of this process's own variables, and no ./config.yaml to be found.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env['PATH'], ...LOOPBACK, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let stderr = ''
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const closed = once(child, 'close')
  const giveUp = setTimeout(() => child.kill('SIGKILL'), longest)
  t.after(async () => {
    child.kill('SIGKILL')
    await closed
    assert.doesNotMatch(lines.join('\n'), /eyJ/, 'a log line holds a part of a token')
  })
  const ended = async (): Promise<Ended> => {
    const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null]
    clearTimeout(giveUp)
    return { code, signal, stderr, lines }
  }
  return { child, lines, ended }
}
