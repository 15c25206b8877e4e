import type { Clock } from './clock.ts'

/** Questions to one issuer that wait for their answers; any client can make up tokens. */
export const MAX_IN_FLIGHT = 64
/** Of these, the most about tokens that were never active: the rest is kept for callers whose token was. */
export const MAX_IN_FLIGHT_OF_STRANGERS = 48
/** Questions of each kind that wait for their turn. */
export const MAX_QUEUED = 512
/** The longest wait for a turn, in milliseconds. */
export const MAX_TURN_WAIT_MS = 3_000

/** Turns at one issuer. */
export interface QuestionPool {
  /** Resolves with true when it is this question's turn, with false when there will be none soon. */
  enter(known: boolean): Promise<boolean> | boolean
  /** Must follow each turn. */
  leave(known: boolean): void
}

interface Waiting {
  readonly settle: (turn: boolean) => void
  readonly cancel: () => void
}

/**
 * Bounds the questions that are under way, and lets the others wait for a moment. Tokens that were active before go first
 * and have turns of their own, so that made-up ones take none from them.
 */
export function createQuestionPool(clock: Clock): QuestionPool {
  const queues = { known: new Set<Waiting>(), strangers: new Set<Waiting>() }
  const inFlight = { known: 0, strangers: 0 }
  const lineOf = (known: boolean) => (known ? 'known' : 'strangers')

  const hasTurn = (known: boolean): boolean =>
    inFlight.known + inFlight.strangers < MAX_IN_FLIGHT && (known || inFlight.strangers < MAX_IN_FLIGHT_OF_STRANGERS)

  const wait = (known: boolean): Promise<boolean> => {
    const queue = queues[lineOf(known)]
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const cancel = clock.schedule(MAX_TURN_WAIT_MS, () => {
      queue.delete(waiting)
      resolve(false)
    })
    const waiting = { settle: resolve, cancel }
    queue.add(waiting)
    return promise
  }

  const callNext = (known: boolean): void => {
    const queue = queues[lineOf(known)]
    const [next] = queue
    if (next === undefined || !hasTurn(known)) return
    queue.delete(next)
    next.cancel()
    inFlight[lineOf(known)] += 1
    next.settle(true)
  }

  return {
    enter(known) {
      if (hasTurn(known)) {
        inFlight[lineOf(known)] += 1
        return true
      }
      return queues[lineOf(known)].size < MAX_QUEUED && wait(known)
    },
    leave(known) {
      inFlight[lineOf(known)] -= 1
      callNext(true)
      callNext(false)
    },
  }
}
