import type { Terminal } from '../../../src/cli/terminal.ts'

/** A process for a command under test: what it writes is kept, what it reads is given. */
export interface CapturedTerminal extends Terminal {
  readonly out: () => string
  readonly err: () => string
}

export function captureTerminal(env: Readonly<Record<string, string>> = {}): CapturedTerminal {
  const written = { out: '', err: '' }
  const into = (stream: 'out' | 'err') => ({
    write(text: string) {
      written[stream] += text
    },
  })
  return {
    env,
    stdin: (async function* () {})(),
    stdout: into('out'),
    stderr: into('err'),
    once: () => {},
    out: () => written.out,
    err: () => written.err,
  }
}
