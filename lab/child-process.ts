import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a child is started. */
export interface ChildOptions {
  readonly cwd?: string
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv
  /** Called with each line that it writes, also to stderr. */
  readonly onLine?: (line: string) => void
  /** A listening server whose socket the child inherits as descriptor 3. */
  readonly inherit?: Server
}

/** A running child process. */
export interface Child {
  readonly pid: number
  /** Rejects when the child ends before it was stopped; never resolves. */
  readonly failed: Promise<never>
  /** Asks it to end and waits; after three seconds it has no choice. */
  stop(): Promise<void>
  /** Ends it at once, as when a machine fails. */
  kill(): Promise<void>
}

/** Starts a program. Rejects with a plain sentence when there is no such program. */
export async function startChild(command: string, args: readonly string[], options: ChildOptions): Promise<Child> {
  const spawnOptions: SpawnOptions = { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] }
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd
  if (options.inherit !== undefined) spawnOptions.stdio = ['ignore', 'pipe', 'pipe', descriptor(options.inherit)]
  const child = spawn(command, args, spawnOptions)

  const last: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    if (output === null) continue
    createInterface({ input: output }).on('line', (line) => {
      last.push(line)
      if (last.length > 20) last.shift()
      options.onLine?.(line)
    })
  }
  await started(child, command)

  const state = { stopping: false }
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('close', (code, signal) => {
      if (!state.stopping) reject(new Error(`${command} ended (${signal ?? code}):\n${last.join('\n')}`))
    })
  })
  // Whoever waits for it hears of it; nobody has to.
  failed.catch(() => {})
  return {
    pid: child.pid ?? 0,
    failed,
    stop: () => {
      state.stopping = true
      return end(child)
    },
    kill: () => {
      state.stopping = true
      return end(child, 'SIGKILL')
    },
  }
}

/** Asks again and again until the answer is yes; gives up with a sentence when patience ends, or a child. */
export async function waitUntil(
  what: string,
  ready: () => Promise<boolean>,
  failed: Promise<never>,
  patience = 60_000,
): Promise<void> {
  const stop = { now: false }
  const polled = (async () => {
    const giveUp = Date.now() + patience
    while (!stop.now) {
      if (await ready().catch(() => false)) return
      if (Date.now() > giveUp) throw new Error(`waited ${patience / 1000} s in vain until ${what}`)
      await sleep(20)
    }
  })()
  try {
    await Promise.race([polled, failed])
  } finally {
    stop.now = true
  }
}

/** Node has no public way to the descriptor of a listening socket. */
function descriptor(server: Server): number {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } }
  if (handle?.fd === undefined || handle.fd < 0)
    throw new Error('this platform does not tell the descriptor of a socket')
  return handle.fd
}

async function started(child: ChildProcess, command: string): Promise<void> {
  try {
    await once(child, 'spawn')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const advice = 'is not installed, or not in PATH (TRAEFIK_BIN, CADDY_BIN or ENVOY_BIN names the program)'
    throw new Error(`${command} ${missing ? advice : 'does not start'}`, { cause: error })
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), 3000)
  await closed
  clearTimeout(force)
}
