import type { Readable } from 'node:stream'
import { proxyBodySize } from '../../config/mcp-body-size.ts'
import { type BodyReading, tooLarge } from '../../decision/mcp/mcp.ts'

/** The proxy sends a body that it has whole, so what takes longer is a client that plays with us. Milliseconds. */
const MAX_WAIT_MS = 5_000

/**
 * Reads a body into memory, and gives up on one that does not come to its end. Of one that is larger than `limit` nothing is
 * kept; it is read on up to `discarded` bytes, as a proxy that still writes may not look at an answer.
 */
export function readBody(stream: Readable, limit: number, discarded = limit): Promise<BodyReading> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let length = 0
    const finish = (reading: BodyReading): void => {
      clearTimeout(timer)
      stream.off('data', take).off('end', end).off('error', cut).off('aborted', cut).off('close', cut)
      // An error without a listener would end the process.
      stream.on('error', () => {})
      resolve(length > limit ? tooLarge(limit) : reading)
    }
    const take = (chunk: Buffer): void => {
      length += chunk.length
      if (length > limit) chunks = []
      else chunks.push(chunk)
      if (length > discarded) cut()
    }
    const end = (): void => finish({ ok: true, bytes: Buffer.concat(chunks) })
    const cut = (): void => finish({ ok: false, tooLarge: false, problem: 'the body does not come to its end' })
    const timer = setTimeout(cut, MAX_WAIT_MS)
    // A stream that is over emits nothing more.
    if (stream.readableEnded) end()
    else if (stream.destroyed) cut()
    else stream.on('end', end).on('error', cut).on('aborted', cut).on('close', cut).on('data', take)
  })
}

/** Reads the body of a call that a proxy passes on: of one that the route does not read whole, as much as the proxy should have let through. */
export function readCallBody(stream: Readable, limit: number): Promise<BodyReading> {
  return readBody(stream, limit, limit === 0 ? 0 : proxyBodySize(limit))
}
