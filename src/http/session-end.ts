import type { Http2Session } from 'node:http2'

/** The highest stream id: a GOAWAY with it announces the end and refuses nothing (RFC 9113 §6.8). */
const EVERY_STREAM = 2 ** 31 - 1

/** How long a peer may take to acknowledge that it will open no more streams, and then to read its last answers. */
const PATIENCE_MS = 5_000

/** One connection of a proxy carries all its calls; without an end it would stay with one replica for ever. */
const LONGEST_AGE_MS = 5 * 60_000

/**
 * Ends an HTTP/2 connection so that no request is lost: announces it, waits until the peer has seen that (everything
 * that it sent before is here then), refuses what is new, and closes after the last answer (RFC 9113 §6.8). Node's own
 * `close()` skips the announcement, so that requests that are under way would be refused.
 * Resolves when no new stream can come; a peer that says nothing is cut off.
 */
export function endGently(session: Http2Session): Promise<void> {
  if (session.closed || session.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => session.destroy(), 2 * PATIENCE_MS).unref()
    const close = () => {
      clearTimeout(impatience)
      session.close()
      resolve()
    }
    const impatience = setTimeout(close, PATIENCE_MS).unref()
    session.once('close', () => {
      clearTimeout(cutOff)
      close()
    })
    session.goaway(0, EVERY_STREAM)
    if (!session.ping(close)) close()
  })
}

/** Ends a connection when it is five to six minutes old; the spread keeps many from coming back at the same moment. */
export function limitAge(session: Http2Session, random: () => number): void {
  const age = LONGEST_AGE_MS * (1 + 0.2 * random())
  const timer = setTimeout(() => void endGently(session), age).unref()
  session.once('close', () => clearTimeout(timer))
}
