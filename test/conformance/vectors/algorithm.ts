import { alike, each, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const REJECTED = { status: 401, reason: 'algorithm_not_allowed' } as const
const INVALID = { status: 401, reason: 'signature_invalid' } as const

/** Which algorithms verify, and signatures (RFC 8725 §3.1). */
export const ALGORITHM: readonly Vector[] = [
  ...each(['ES256', 'RS256', 'EdDSA'], (alg) => ({
    id: `alg-${alg}`,
    spec: 'RFC 7518 §3.1; RFC 8037',
    title: `a token signed with ${alg}`,
    route: 'kubernetes',
    token: { alg },
    expect: ALLOWED,
  })),
  ...each(['none', 'None', 'nOnE', 'HS256', 'es256', 'ES256K', ''], (alg) => ({
    id: `alg-header-${alg}`,
    spec: 'RFC 8725 §3.1; J1; bypass case 28',
    title: `the header says ${alg}`,
    route: 'kubernetes',
    token: { alg: 'ES256', header: { alg } },
    twin: 'alg-ES256',
    expect: REJECTED,
  })),
  ...alike({ expect: REJECTED })({
    'alg-none-signed': {
      spec: 'RFC 8725 §2.1; J1; bypass case 28',
      title: 'alg none with an empty signature',
      route: 'kubernetes',
      token: { alg: 'none' },
      twin: 'alg-ES256',
      expect: { status: 401, reason: 'token_malformed' },
    },
    'alg-confusion': {
      spec: 'RFC 8725 §2.1; J2; bypass case 29',
      title: 'HS256 with the public key as its secret',
      route: 'kubernetes',
      token: { alg: 'HS256', signedBy: 'public half' },
    },
    'alg-secret': {
      spec: 'RFC 7518 §3.2',
      title: 'HS256 with the shared secret',
      route: 'secret',
      token: { issuer: 'secret' },
      expect: ALLOWED,
    },
    'alg-secret-asymmetric': {
      spec: 'RFC 8725 §3.1',
      title: 'an asymmetric algorithm where a secret is shared',
      route: 'secret',
      token: { issuer: 'secret', header: { alg: 'ES256' } },
      twin: 'alg-secret',
    },
    'alg-of-issuer': {
      spec: 'RFC 8725 §3.1',
      title: 'an algorithm that this issuer may not use',
      route: 'strict',
      token: { issuer: 'strict', header: { alg: 'RS256' } },
      twin: 'typ-required',
    },
  }),
  ...alike({ route: 'kubernetes', expect: { status: 401, reason: 'key_unknown' } })({
    'alg-swapped': {
      spec: 'RFC 7517 §4.4; J3',
      title: 'PS256 with a key that is published for RS256',
      token: { alg: 'PS256' },
      twin: 'alg-RS256',
    },
    'alg-of-another-key': {
      spec: 'RFC 7515 §4.1.1; J3',
      title: 'the kid of a key for another algorithm',
      token: { header: { kid: 'shared-RS256' } },
      twin: 'kid-known',
    },
  }),
  ...alike({ spec: 'RFC 7515 §5.2', route: 'kubernetes', twin: 'token-signed' })({
    'signature-tampered': {
      title: 'the last byte of the signature changed',
      token: { mutation: 'last byte of the signature changed' },
      expect: {
        ...INVALID,
        body: '{"error":"invalid_token","reason":"signature_invalid","message":"The signature of the access token is invalid"}',
      },
    },
    'payload-tampered': {
      title: 'another subject under the old signature',
      token: { mutation: 'payload raised to admin' },
      expect: INVALID,
    },
  }),
]
