import { until } from '../support/service.ts'
import type { TokenForge } from './token-forge.ts'
import { type Send, toWireRequest } from './transport.ts'
import type { Vector } from './vector.ts'

/** A cool-down of fetches, and the fetch after it. */
const PATIENCE_MS = 15_000

/**
 * Shows the service every unknown `kid` of these vectors, and waits until it knows that the issuers have no such keys:
 * before that the answer is 503.
 */
export async function settleUnknownKids(vectors: readonly Vector[], forge: TokenForge, send: Send): Promise<void> {
  const unknown = vectors.filter(({ expect }) => expect.status === 401 && expect.reason === 'key_unknown')
  const allSettled = async () => {
    let settled = true
    for (const vector of unknown) if ((await send(toWireRequest(vector, forge))).status === 503) settled = false
    return settled
  }
  await until('no unknown kid is new', allSettled, PATIENCE_MS)
}
