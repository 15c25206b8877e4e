import { fstatSync, write as writeFile } from 'node:fs'
import { Socket } from 'node:net'

/** Writes some bytes, perhaps later, and says how many; `gone` if no reader will ever come again. */
export interface LogSink {
  write(bytes: Buffer, done: (result: LogWrite) => void): void
  /** Lets go of what is being written. */
  close(): void
}

export type LogWrite =
  | { readonly kind: 'written'; readonly bytes: number }
  | { readonly kind: 'failed' }
  | { readonly kind: 'gone' }

/** Bytes that wait for a slow reader; some 3,000 lines. */
const MAX_BUFFER_BYTES = 1024 * 1024
const RETRY_MS = 1000

/**
 * Holds lines for a sink that is slow, full or gone, up to a bound; past it, lines are given up and counted. The gate of
 * a whole cluster must not stop because a disk is full or its log is not read: a write that waits, or tries again
 * and again, stops every decision.
 */
export class LogOutput {
  readonly #sink: LogSink
  readonly #now: () => number
  readonly #maxBytes: number
  #waiting: string[] = []
  #waitingBytes = 0
  /** What the sink has not taken yet of the lines that it was given. */
  #batch: Buffer | undefined
  #batchLines = 0
  #lost = 0
  /** Lost lines that the log does not mention yet. */
  #unreported = 0
  #gone = false
  #retry: NodeJS.Timeout | undefined
  #onIdle = () => {}

  constructor(sink: LogSink, now: () => number = Date.now, maxBytes: number = MAX_BUFFER_BYTES) {
    this.#sink = sink
    this.#now = now
    this.#maxBytes = maxBytes
  }

  /** Takes a line and returns immediately, whatever has become of the reader. */
  write(line: string): void {
    const size = Buffer.byteLength(line)
    if (this.#gone || this.#taken() + size > this.#maxBytes) {
      this.#giveUp(1)
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += size
    if (this.#batch === undefined) this.#next()
  }

  /** Whether more than half of the room is taken: time to leave out what matters less. */
  crowded(): boolean {
    return this.#taken() > this.#maxBytes / 2
  }

  /** Lines that were given up so far. */
  lost(): number {
    return this.#lost
  }

  /** Resolves when everything is written, or when `within` milliseconds have passed: then the rest is given up. */
  async end(within: number): Promise<void> {
    if (this.#batch === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onIdle = resolve
    const giveUpAt = setTimeout(() => this.#abandon(), within)
    await promise
    clearTimeout(giveUpAt)
  }

  #taken(): number {
    return this.#waitingBytes + (this.#batch?.length ?? 0)
  }

  #giveUp(lines: number): void {
    this.#lost += lines
    this.#unreported += lines
  }

  #next(): void {
    if (this.#waiting.length === 0) {
      this.#batch = undefined
      this.#onIdle()
      return
    }
    this.#batch = Buffer.from(`${this.#reportLost()}${this.#waiting.join('')}`)
    this.#batchLines = this.#waiting.length
    this.#waiting = []
    this.#waitingBytes = 0
    this.#send()
  }

  /** A line in the place of those that are missing. */
  #reportLost(): string {
    if (this.#unreported === 0) return ''
    const time = new Date(this.#now()).toISOString()
    const line = { level: 'warn', time, lost: this.#unreported, msg: 'log lines lost' }
    this.#unreported = 0
    return `${JSON.stringify(line)}\n`
  }

  #send(): void {
    if (this.#batch !== undefined) this.#sink.write(this.#batch, (result) => this.#take(result))
  }

  #take(result: LogWrite): void {
    if (this.#gone || this.#batch === undefined) return
    switch (result.kind) {
      case 'written':
        this.#batch = this.#batch.subarray(result.bytes)
        if (this.#batch.length === 0) this.#next()
        else this.#send()
        return
      case 'failed':
        this.#retry = setTimeout(() => this.#send(), RETRY_MS).unref()
        return
      case 'gone':
        this.#abandon()
        return
    }
  }

  #abandon(): void {
    this.#gone = true
    clearTimeout(this.#retry)
    this.#giveUp(this.#waiting.length + (this.#batch === undefined ? 0 : this.#batchLines))
    this.#waiting = []
    this.#batch = undefined
    this.#sink.close()
    this.#onIdle()
  }
}

/**
 * The sink of a file descriptor. A pipe is written without blocking: a write that waits for its reader would hold the
 * process at its end. A file is written by another thread, and may be full for a while.
 */
export function sinkOf(fd: number): LogSink {
  const kind = fstatSync(fd)
  return kind.isFIFO() || kind.isSocket() ? pipeSink(fd) : fileSink(fd)
}

function pipeSink(fd: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true })
  // `done` reports it; without a listener it would end the process.
  socket.on('error', () => {})
  socket.unref()
  return {
    write(bytes, done) {
      socket.write(bytes, (error) => done(error ? { kind: 'gone' } : { kind: 'written', bytes: bytes.length }))
    },
    close: () => socket.destroy(),
  }
}

function fileSink(fd: number): LogSink {
  return {
    write(bytes, done) {
      writeFile(fd, bytes, (error, written) =>
        done(error === null ? { kind: 'written', bytes: written } : { kind: 'failed' }),
      )
    },
    close() {},
  }
}
