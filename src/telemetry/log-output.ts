import { fstatSync, write as writeFile } from 'node:fs'
import { Socket } from 'node:net'

/** Where log lines go. */
export interface LogOutput {
  /** Takes a line and returns at once, whatever has become of the reader. */
  write(line: string): void
  /** Whether more than half of the room is taken: time to leave out what matters less. */
  crowded(): boolean
  /** Lines that were given up so far. */
  lost(): number
  /** Resolves when everything is written, or when `within` milliseconds have passed: then the rest is given up. */
  end(within: number): Promise<void>
}

/** Writes some bytes, perhaps later, and says how many; `gone` when nobody will ever read again. */
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
 * a whole cluster must not stand still because a disk is full or nobody reads its log: a write that waits, or tries again
 * and again, stops every decision.
 */
export function createLogOutput(sink: LogSink, now: () => number = Date.now, mostBytes = MAX_BUFFER_BYTES): LogOutput {
  let waiting: string[] = []
  let waitingBytes = 0
  let batch: Buffer | undefined
  let batchLines = 0
  let lost = 0
  let untold = 0
  let gone = false
  let retry: NodeJS.Timeout | undefined
  let onIdle = () => {}

  const taken = (): number => waitingBytes + (batch?.length ?? 0)

  const write = (line: string): void => {
    const size = Buffer.byteLength(line)
    if (gone || taken() + size > mostBytes) {
      giveUp(1)
      return
    }
    waiting.push(line)
    waitingBytes += size
    if (batch === undefined) next()
  }

  const giveUp = (lines: number): void => {
    lost += lines
    untold += lines
  }

  const next = (): void => {
    if (waiting.length === 0) {
      batch = undefined
      onIdle()
      return
    }
    batch = Buffer.from(`${tellLost()}${waiting.join('')}`)
    batchLines = waiting.length
    waiting = []
    waitingBytes = 0
    send()
  }

  /** Stands where the lines are missing. */
  const tellLost = (): string => {
    if (untold === 0) return ''
    const line = { level: 'warn', time: new Date(now()).toISOString(), lost: untold, msg: 'log lines lost' }
    untold = 0
    return `${JSON.stringify(line)}\n`
  }

  const send = (): void => {
    if (batch !== undefined) sink.write(batch, take)
  }

  const take = (result: LogWrite): void => {
    if (gone || batch === undefined) return
    switch (result.kind) {
      case 'written':
        batch = batch.subarray(result.bytes)
        if (batch.length === 0) next()
        else send()
        return
      case 'failed':
        retry = setTimeout(send, RETRY_MS).unref()
        return
      case 'gone':
        abandon()
        return
    }
  }

  const abandon = (): void => {
    gone = true
    clearTimeout(retry)
    giveUp(waiting.length + (batch === undefined ? 0 : batchLines))
    waiting = []
    batch = undefined
    sink.close()
    onIdle()
  }

  const end = async (within: number): Promise<void> => {
    if (batch === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    onIdle = resolve
    const giveUpAt = setTimeout(abandon, within)
    await promise
    clearTimeout(giveUpAt)
  }

  return { write, crowded: () => taken() > mostBytes / 2, lost: () => lost, end }
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
  // Told to `done`; without a listener it would end the process.
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
