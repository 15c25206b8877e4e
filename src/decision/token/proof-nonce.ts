import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long one nonce is handed out; it passes as long again. */
export const NONCE_WINDOW_SECONDS = 300
/** So that the secret of the file can never sign anything else. */
const PURPOSE = 'forwardgate DPoP nonce'

/**
 * The nonce of the window that `now` (seconds) is in (RFC 9449 §8). Nothing is kept: it is an HMAC of the window, so that all
 * replicas with one secret hand out and accept the same, and none can be foreseen without it.
 */
export function currentNonce(secret: Buffer, now: number): string {
  return nonceOf(secret, windowOf(now))
}

/** Whether a nonce is that of the current or of the previous window. */
export function isFreshNonce(nonce: string, secret: Buffer, now: number): boolean {
  const window = windowOf(now)
  const matches = [window, window - 1].map((candidate) => isEqual(nonce, nonceOf(secret, candidate)))
  return matches.includes(true)
}

function windowOf(now: number): number {
  return Math.floor(now / NONCE_WINDOW_SECONDS)
}

function nonceOf(secret: Buffer, window: number): string {
  return createHmac('sha256', secret).update(`${PURPOSE} ${window}`).digest('base64url')
}

function isEqual(sent: string, expected: string): boolean {
  const [left, right] = [Buffer.from(sent), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}
