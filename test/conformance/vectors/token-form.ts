import { alike, each, type MUTATIONS, type Vector } from '../vector.ts'

const MALFORMED = { status: 401, reason: 'token_malformed' } as const
const OPAQUE = { status: 401, reason: 'token_opaque' } as const
const good = { route: 'kubernetes', twin: 'token-signed' } as const
const broken = (mutation: keyof typeof MUTATIONS, spec: string, expect: Vector['expect']): Vector => ({
  ...good,
  id: `form-${mutation}`,
  spec,
  title: mutation,
  token: { mutation },
  expect,
})
const headed = (
  id: string,
  spec: string,
  header: Readonly<Record<string, unknown>>,
  expect: Vector['expect'] = MALFORMED,
): Vector => ({ ...good, id: `header-${id}`, spec, title: id, token: { header }, expect })

/** Syntax and header of a token, before any key is looked at. */
export const TOKEN_FORM: readonly Vector[] = [
  {
    id: 'token-signed',
    spec: 'RFC 7515 §7.1',
    title: 'a signed JWT',
    route: 'kubernetes',
    token: {},
    expect: { status: 200, reason: 'token' },
  },
  broken('two segments', 'RFC 7515 §7.1; bypass case 28', MALFORMED),
  broken('four segments', 'RFC 7515 §7.1', MALFORMED),
  broken('signature removed', 'J1; bypass case 28', MALFORMED),
  broken('payload removed', 'J32', MALFORMED),
  broken('padded with =', 'RFC 7515 §2; J23', MALFORMED),
  broken('signature in another spelling', 'J24: one signature, several tokens', MALFORMED),
  broken('payload is a list', 'RFC 7519 §7.2; J21', MALFORMED),
  broken('BOM before the payload', 'J21', MALFORMED),
  broken('payload is not UTF-8', 'RFC 7519 §7.2; J22', MALFORMED),
  {
    route: 'kubernetes',
    twin: 'token-signed',
    id: 'form-nested',
    spec: 'J22: a program that writes it as JSON again runs out of stack',
    title: 'lists in lists, forty levels deep',
    token: { claims: { data: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) } },
    expect: MALFORMED,
  },
  broken('five segments', 'J9; A6; bypass case 33', OPAQUE),
  broken('longer than any token', 'J33', { status: 401, reason: 'token_too_large' }),
  ...alike({ spec: 'DESIGN §3', route: 'kubernetes', twin: 'token-signed', expect: OPAQUE })({
    'form-opaque': { title: 'a token that is not a JWT', token: { text: 'ya29.a0AfH6SMBx' } },
    'form-static': { title: 'a word', token: { text: 'secret' } },
  }),
  {
    id: 'form-json',
    spec: 'RFC 7515 §7.2; bypass case 33',
    title: 'the JSON serialisation is not token68',
    route: 'kubernetes',
    token: { mutation: 'JSON serialisation' },
    twin: 'token-signed',
    expect: { status: 401, reason: 'credentials_malformed' },
  },
  headed('crit', 'RFC 7515 §4.1.11; J6; bypass case 32', { crit: ['b64x'] }),
  headed('crit of a known member', 'RFC 7515 §4.1.11: it must not name members of the RFC', { crit: ['alg'] }),
  headed('b64 false', 'RFC 7797 §7; J7', { b64: false }),
  headed('kid is a number', 'J5; bypass case 31', { kid: 7 }),
  headed('kid is a list', 'J5; bypass case 31', { kid: ['shared'] }),
  headed('kid of 64 KiB', 'J5; bypass case 31', { kid: 'k'.repeat(8 * 1024) }),
  headed('typ is a list', 'RFC 7515 §4.1.9', { typ: ['JWT'] }),
  headed('kid is a path', 'J5; bypass case 31', { kid: '../../etc/passwd' }, { status: 401, reason: 'key_unknown' }),
  headed(
    'kid is a name of the prototype',
    'J5; bypass case 31',
    { kid: '__proto__' },
    { status: 401, reason: 'key_unknown' },
  ),
  ...alike({ route: 'kubernetes' })({
    'header-own-key': {
      spec: 'RFC 8725 §3.10; J4; bypass case 30',
      title: 'jwk, jku, x5u and x5c are never looked at',
      token: {
        header: {
          jwk: { kty: 'oct', k: 'AA' },
          jku: 'http://127.0.0.1:1/jwks',
          x5u: 'http://127.0.0.1:1/x5u',
          x5c: ['AA'],
        },
      },
      expect: { status: 200, reason: 'token' },
    },
    'header-own-key-signed': {
      twin: 'kid-known',
      spec: 'RFC 8725 §3.10; J4; bypass case 30',
      title: 'the key in the header signs, and it is not published',
      token: { signedBy: 'stranger', header: { kid: 'shared' } },
      expect: { status: 401, reason: 'signature_invalid' },
    },
    'kid-known': {
      spec: 'RFC 7515 §4.1.4',
      title: 'a kid that the issuer publishes',
      token: { header: { kid: 'shared' } },
      expect: { status: 200, reason: 'token' },
    },
  }),
  ...(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'removed from the token'] as const).map(
    (typ): Vector => ({
      id: `typ-${typ}`,
      spec: 'RFC 9068 §4; A1',
      title: `typ: ${typ}`,
      route: 'kubernetes',
      token: { header: { typ } },
      expect: { status: 200, reason: 'token' },
    }),
  ),
  ...[
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'kb+jwt',
    'oauth-authz-req+jwt',
    'client-authentication+jwt',
    'application/jwt',
    'id+jwt',
    '',
  ].map(
    (typ): Vector =>
      headed(`typ ${typ}`, 'RFC 8725 §3.11; A10; J25', { typ }, { status: 401, reason: 'token_type_not_allowed' }),
  ),
  {
    id: 'typ-required',
    spec: 'RFC 9068 §4; bypass case 45',
    title: 'the required typ',
    route: 'strict',
    token: { issuer: 'strict' },
    expect: { status: 200, reason: 'token' },
  },
  ...each(['JWT', 'removed from the token'], (typ) => ({
    id: `typ-required-${typ}`,
    spec: 'RFC 9068 §4; A1',
    title: `typ ${typ} where at+jwt is required`,
    route: 'strict',
    token: { issuer: 'strict', header: { typ } },
    twin: 'typ-required',
    expect: { status: 401, reason: 'token_type_not_allowed' },
  })),
]
