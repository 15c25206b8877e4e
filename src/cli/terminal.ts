/** Where text goes; `isTTY` where people read along. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

/** What a command sees of the process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: TextStream
  readonly stderr: TextStream
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/** One command of the program. `run` resolves to the exit code. */
export interface Command {
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}
