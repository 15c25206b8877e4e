/** What a command sees of the process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/** One command of the program. `run` resolves to the exit code. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}
