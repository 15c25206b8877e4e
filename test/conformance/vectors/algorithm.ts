import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const REJECTED = { status: 401, reason: 'algorithm_not_allowed' } as const
const INVALID = { status: 401, reason: 'signature_invalid' } as const

/** Which algorithms verify, and signatures (RFC 8725 §3.1). */
export const ALGORITHM: readonly Vector[] = [
  ...['ES256', 'RS256', 'EdDSA'].map(
    (alg): Vector => ({
      id: `alg-${alg}`,
      spec: 'RFC 7518 §3.1; RFC 8037',
      title: `a token signed with ${alg}`,
      route: 'kubernetes',
      token: { alg },
      expect: ALLOWED,
    }),
  ),
  ...['none', 'None', 'nOnE', 'HS256', 'es256', 'ES256K', ''].map(
    (alg): Vector => ({
      id: `alg-header-${alg}`,
      spec: 'RFC 8725 §3.1; J1; bypass case 28',
      title: `the header says ${alg}`,
      route: 'kubernetes',
      token: { alg: 'ES256', header: { alg } },
      twin: 'alg-ES256',
      expect: REJECTED,
    }),
  ),
  {
    id: 'alg-none-signed',
    spec: 'RFC 8725 §2.1; J1; bypass case 28',
    title: 'alg none with an empty signature',
    route: 'kubernetes',
    token: { alg: 'none' },
    twin: 'alg-ES256',
    expect: { status: 401, reason: 'token_malformed' },
  },
  {
    id: 'alg-confusion',
    spec: 'RFC 8725 §2.1; J2; bypass case 29',
    title: 'HS256 with the public key as its secret',
    route: 'kubernetes',
    token: { alg: 'HS256', signedBy: 'public half' },
    expect: REJECTED,
  },
  {
    id: 'alg-secret',
    spec: 'RFC 7518 §3.2',
    title: 'HS256 with the shared secret',
    route: 'secret',
    token: { issuer: 'secret' },
    expect: ALLOWED,
  },
  {
    id: 'alg-secret-asymmetric',
    spec: 'RFC 8725 §3.1',
    title: 'an asymmetric algorithm where a secret is shared',
    route: 'secret',
    token: { issuer: 'secret', header: { alg: 'ES256' } },
    twin: 'alg-secret',
    expect: REJECTED,
  },
  {
    id: 'alg-of-issuer',
    spec: 'RFC 8725 §3.1',
    title: 'an algorithm that this issuer may not use',
    route: 'strict',
    token: { issuer: 'strict', header: { alg: 'RS256' } },
    twin: 'typ-required',
    expect: REJECTED,
  },
  {
    id: 'alg-swapped',
    spec: 'RFC 7517 §4.4; J3',
    title: 'PS256 with a key that is published for RS256',
    route: 'kubernetes',
    token: { alg: 'PS256' },
    twin: 'alg-RS256',
    expect: { status: 401, reason: 'key_unknown' },
  },
  {
    id: 'alg-of-another-key',
    spec: 'RFC 7515 §4.1.1; J3',
    title: 'the kid of a key for another algorithm',
    route: 'kubernetes',
    token: { header: { kid: 'shared-RS256' } },
    twin: 'kid-known',
    expect: { status: 401, reason: 'key_unknown' },
  },
  {
    id: 'signature-tampered',
    spec: 'RFC 7515 §5.2',
    title: 'the last byte of the signature changed',
    route: 'kubernetes',
    token: { mutation: 'last byte of the signature changed' },
    twin: 'token-signed',
    expect: {
      ...INVALID,
      body: '{"error":"invalid_token","reason":"signature_invalid","message":"The signature of the access token is invalid"}',
    },
  },
  {
    id: 'payload-tampered',
    spec: 'RFC 7515 §5.2',
    title: 'another subject under the old signature',
    route: 'kubernetes',
    token: { mutation: 'payload raised to admin' },
    twin: 'token-signed',
    expect: INVALID,
  },
]
