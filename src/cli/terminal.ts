/** Where text goes. */
export interface TextStream {
  write(text: string): unknown
  /** True if a person reads along. */
  readonly isTTY?: boolean | undefined
  /** The width of a terminal. */
  readonly columns?: number | undefined
}

/** What a command sees of the process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: TextStream
  readonly stderr: TextStream
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}
