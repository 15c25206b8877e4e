import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something holds, a minute at most; `explain` says what was seen instead. */
export async function until(holds: () => Promise<boolean>, explain: () => string): Promise<void> {
  for (const end = Date.now() + 60_000; ; await sleep(100)) {
    if (await holds().catch(() => false)) return
    if (Date.now() > end) throw new Error(`not within a minute: ${explain()}`)
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A program that was started and what it printed. */
export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  readonly end: () => Promise<void>
}

/** Starts a program that runs until `end`. */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const exited = once(child, 'exit')
  return {
    child,
    output: () => output,
    end: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
