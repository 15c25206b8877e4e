import type { Readable } from 'node:stream'
import { type BodyReading, tooLarge } from '../../decision/mcp/mcp.ts'

/** The proxy sends a body that it has whole, so what takes longer is a client that plays with us. Milliseconds. */
const MAX_WAIT_MS = 5_000

/** Reads a body into memory; gives up at the first byte past `limit`, and on one that does not come to its end. */
export function readBody(stream: Readable, limit: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const finish = (reading: BodyReading): void => {
      clearTimeout(timer)
      stream.off('data', take).off('end', end).off('error', cut).off('aborted', cut).off('close', cut)
      // An error without a listener would end the process.
      stream.on('error', () => {})
      resolve(reading)
    }
    const take = (chunk: Buffer): void => {
      length += chunk.length
      if (length > limit) finish(tooLarge(limit))
      else chunks.push(chunk)
    }
    const end = (): void => finish({ ok: true, bytes: Buffer.concat(chunks) })
    const cut = (): void => finish({ ok: false, problem: 'the body does not come to its end' })
    const timer = setTimeout(cut, MAX_WAIT_MS)
    // A stream that is over emits nothing more.
    if (stream.readableEnded) end()
    else if (stream.destroyed) cut()
    else stream.on('end', end).on('error', cut).on('aborted', cut).on('close', cut).on('data', take)
  })
}
