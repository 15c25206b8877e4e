import type { Http2Session } from 'node:http2'

/** The connections of an HTTP/2 listener, and their ends. */
export interface Sessions {
  add(session: Http2Session): void
  /** Runs `send` now; on a connection that is to end, when its end is announced. */
  beforeEnd(session: Http2Session, send: () => void): void
  /** Ends all of them, each after its next answer or soon. */
  endAll(): void
}

export interface SessionDeps {
  readonly draining: () => boolean
  /** From 0 to 1. */
  readonly random: () => number
}

/** The highest stream id: a GOAWAY with it announces the end and refuses nothing. */
const EVERY_STREAM = 2 ** 31 - 1
/** How long a peer may take to acknowledge a PING, in milliseconds. */
const PATIENCE_MS = 1000
/** For how long a connection that is to end may wait for one more request to answer. */
const IDLE_MS = 10_000
/** For how long a peer may take to read its last answers. */
const CUT_OFF_MS = 30_000
/** One connection of a proxy carries all its calls; without an end it would stay with one replica forever. */
const MAX_AGE_MS = 5 * 60_000

/**
 * Ends connections so that no request is lost (RFC 9113 §6.8): the end is announced, then a PING shows that the peer has
 * seen this and opens no more streams, then what is new is refused, and the last answer closes. Node's own `close()`
 * immediately refuses what is under way. The announcement waits for a request, and its answer for the PING: nghttp2
 * reads nothing more from a connection with a GOAWAY and no stream. Ages spread over a minute, so that not all come back at
 * the same moment.
 */
export function createSessions({ draining, random }: SessionDeps): Sessions {
  const open = new Set<Http2Session>()
  const ending = new Set<Http2Session>()
  const announced = new Map<Http2Session, Promise<void>>()

  const end = (session: Http2Session): void => {
    if (ending.has(session)) return
    ending.add(session)
    const timers = [setTimeout(() => session.close(), IDLE_MS), setTimeout(() => session.destroy(), CUT_OFF_MS)]
    for (const timer of timers) timer.unref()
    session.once('close', () => timers.forEach(clearTimeout))
  }

  const announce = (session: Http2Session): Promise<void> => {
    const known = announced.get(session)
    if (known !== undefined) return known
    const seen = sayGoodbye(session)
    announced.set(session, seen)
    return seen
  }

  return {
    add(session) {
      open.add(session)
      const timer = setTimeout(() => end(session), MAX_AGE_MS * (1 + 0.2 * random())).unref()
      session.once('close', () => {
        clearTimeout(timer)
        for (const known of [open, ending, announced]) known.delete(session)
      })
    },
    beforeEnd(session, send) {
      if (draining()) end(session)
      if (!ending.has(session) || session.closed || session.destroyed) return send()
      void announce(session).then(send)
    },
    endAll() {
      for (const session of open) end(session)
    },
  }
}

/** Resolves when the peer has seen that it must open no more streams here, or has had its time. */
function sayGoodbye(session: Http2Session): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(impatience)
      session.close()
      resolve()
    }
    const impatience = setTimeout(done, PATIENCE_MS)
    session.once('close', done)
    session.goaway(0, EVERY_STREAM)
    if (!session.ping(done)) done()
  })
}
