import { hash } from 'node:crypto'
import { publicMembers } from '../../src/keys/jwk-import.ts'
import { type ProofJwk, thumbprintOf } from '../../src/keys/proof-key.ts'
import { makeSigningKey, type SigningKey, signToken } from './fake-issuer-keys.ts'

/** What a proof may be signed with by default, in the order of the metadata. */
export const PROOF_ALGORITHMS: readonly string[] = 'ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512'.split(
  ' ',
)

/** The key of a client that exists only in a test. */
export interface ClientKey extends SigningKey {
  /** What the header of a proof has. */
  readonly publicJwk: Readonly<Record<string, unknown>>
  readonly thumbprint: string
}

/** What a proof says; a member that is undefined is left out. */
export interface ProofDraft {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** How it is signed, and by which key; default: as the header says, by the client's key. */
  readonly alg?: string
  readonly signer?: SigningKey
}

export async function makeClientKey(alg = 'ES256'): Promise<ClientKey> {
  const key = await makeSigningKey(alg, 'client')
  const members = publicMembers(key.publicKey.export({ format: 'jwk' }) as Record<string, unknown>)
  if (typeof members === 'string') throw new Error(members)
  return { ...key, publicJwk: { ...members }, thumbprint: thumbprintOf(members satisfies ProofJwk['members']) }
}

/** A proof by RFC 9449 §4.2, with these changes. */
export function makeProof(
  key: ClientKey,
  request: { method: string; uri: string; token: string; now: number },
  draft: ProofDraft = {},
): string {
  const header = { typ: 'dpop+jwt', alg: key.alg, jwk: key.publicJwk, ...draft.header }
  const ath = hash('sha256', request.token, 'base64url')
  const claims = { jti: 'proof-1', htm: request.method, htu: request.uri, iat: request.now, ath, ...draft.claims }
  return signToken(header, claims, draft.alg ?? key.alg, (draft.signer ?? key).privateKey)
}
