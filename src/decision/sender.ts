import type { Route } from '../config/model.ts'
import type { ImportProofKey } from '../keys/proof-key.ts'
import type { Denial } from './denial.ts'
import type { Presented } from './request/credentials.ts'
import type { ForwardedRequest } from './request/forwarded-request.ts'
import type { HeaderFields } from './request/header-fields.ts'
import { targetUris } from './request/target-uri.ts'
import type { VerifiedToken } from './token/access-token.ts'
import { judgeProof, type ProofFault } from './token/proof.ts'
import { isFreshNonce } from './token/proof-nonce.ts'

/** What proofs are judged with. */
export interface ProofDeps {
  readonly importKey: ImportProofKey
  /** Whether a proof was used before; if not, it is from now on. Times are seconds. */
  readonly useProof: (thumbprint: string, id: string, until: number, now: number) => boolean
}

/** One request with a verified token, as far as its sender is concerned. */
export interface Sent {
  readonly presented: Presented
  readonly proof: HeaderFields['dpop']
  readonly request: ForwardedRequest
  readonly token: VerifiedToken
}

/**
 * Whether the sender may use this token (RFC 9449 §7): a token that is bound to a key needs a proof by that key, and the
 * scheme `DPoP`; one that is not is a bearer token. Answers without a promise unless there is a proof to check.
 */
export function checkSender(
  sent: Sent,
  route: Route,
  now: number,
  deps: ProofDeps,
): Denial | undefined | Promise<Denial | undefined> {
  const { presented, proof, token } = sent
  const bound = token.keyThumbprint !== undefined
  if (presented.scheme === 'bearer') {
    if (bound)
      return {
        reason: 'token_bound',
        step: 'proof',
        hint: 'a token that is bound to a key is sent as DPoP, with a proof',
      }
    if (route.dpop.mode !== 'required') return undefined
    return { reason: 'proof_missing', step: 'proof', hint: 'this route takes tokens that are bound to a key only' }
  }
  if (!bound)
    return { reason: 'proof_key_mismatch', step: 'proof', hint: 'the token has no cnf.jkt: it is not bound to a key' }
  if (proof === undefined) return { reason: 'proof_missing', step: 'proof' }
  return checkProof(sent, token.keyThumbprint, route, now, deps)
}

async function checkProof(
  { presented, proof: field, request }: Sent,
  thumbprint: string,
  { dpop, resources }: Route,
  now: number,
  { importKey, useProof }: ProofDeps,
): Promise<Denial | undefined> {
  const { algorithms, maxAgeSeconds, nonceSecret, refuseReplay } = dpop
  const demand = {
    method: request.method,
    uris: targetUris(resources, request),
    token: presented.token,
    thumbprint,
    algorithms,
    maxAgeSeconds,
    now,
    ...(nonceSecret && { isFreshNonce: (nonce: string) => isFreshNonce(nonce, nonceSecret, now) }),
  }
  const judged = await judgeProof(field, demand, importKey)
  if (!judged.ok) return denialOf(judged)
  const replayed = refuseReplay && useProof(thumbprint, judged.id, judged.until, now)
  return replayed ? { reason: 'proof_replayed', step: 'proof' } : undefined
}

function denialOf({ ok: _, ...evidence }: ProofFault): Denial {
  switch (evidence.check) {
    case 'nonce':
      return { reason: 'proof_nonce_required', step: 'proof', ...evidence }
    case 'key':
      return { reason: 'proof_key_mismatch', step: 'proof', ...evidence }
    default:
      return { reason: 'proof_invalid', step: 'proof', ...evidence }
  }
}
