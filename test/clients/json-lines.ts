import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Desk } from './desk.ts'

/** A program that is spoken with in lines. */
export interface JsonLines {
  write(line: string): void
  /** Its next line of JSON; rejects when it ends without one. */
  next(): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

/** Starts one at a desk. What it writes to stderr is shown only where it ends too early. */
export function openJsonLines(command: string, args: readonly string[], { env, home, signal }: Desk): JsonLines {
  const child = spawn(command, args, { env, cwd: home, signal })
  const closed = once(child, 'close')
  closed.catch(() => {})
  let complaints = ''
  child.stderr.on('data', (data) => {
    complaints = `${complaints}${data}`.slice(-2000)
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    write: (line) => child.stdin.write(`${line}\n`),
    next: async () => {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error(`${command} ended:\n${complaints}`)
        if (value.startsWith('{')) return JSON.parse(value)
      }
    },
    close: async () => {
      child.stdin.end()
      child.kill()
      const force = setTimeout(() => child.kill('SIGKILL'), 3000)
      await closed
      clearTimeout(force)
    },
  }
}
