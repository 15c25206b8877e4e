import { alike, inSeconds, REMOVED, type Vector } from '../vector.ts'

const INVALID = { status: 401, reason: 'claim_invalid' } as const
const row = (id: string, spec: string, claims: Record<string, unknown>): Vector => ({
  id: `claim-${id}`,
  spec,
  title: id,
  route: 'kubernetes',
  token: { claims },
  twin: 'claims-well-formed',
  expect: INVALID,
})

/** Claims that every token must have, of the types that RFC 7519 §4.1 gives them. */
export const CLAIMS: readonly Vector[] = [
  {
    id: 'claims-well-formed',
    spec: 'RFC 7519 §4.1',
    title: 'all claims well-formed',
    route: 'kubernetes',
    token: {},
    expect: { status: 200, reason: 'token' },
  },
  row('exp missing', 'RFC 9068 §2.2; J10; bypass case 44', { exp: REMOVED }),
  row('exp as text', 'RFC 7519 §2 NumericDate; J12; bypass case 44', { exp: '9999999999' }),
  row('exp null', 'J12', { exp: null }),
  row('exp a list', 'J12', { exp: [1_900_000_000] }),
  row('exp in milliseconds', 'J11: a token for 50,000 years', { exp: 1_800_000_300_000 }),
  row('exp beyond every number', 'J11; bypass case 44', { exp: Number.MAX_VALUE }),
  row('aud list with null', 'RFC 7519 §4.1.3', { aud: ['https://api.example.com/mcp/kubernetes', null] }),
  {
    ...row('aud null', 'CONTRACT: null is absent', { aud: null }),
    expect: { status: 401, reason: 'audience_mismatch' },
  },
  ...alike({ spec: 'CONTRACT: null is absent', route: 'kubernetes' })({
    'claims-null': {
      title: 'every optional claim null: as a token without them',
      token: { claims: { nbf: null, jti: null, sub: null, scp: null, azp: null, cnf: null, typ: null } },
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': '', 'X-Auth-Client': 'claude' } },
    },
    'claims-client-null': {
      title: 'the first client claim is null: the next one decides',
      token: { claims: { client_id: null, azp: 'robot' } },
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Client': 'robot' } },
    },
  }),
  row('nbf as text', 'RFC 7519 §4.1.5', { nbf: '1' }),
  row('iat as text', 'RFC 7519 §4.1.6', { iat: '1' }),
  row('iat in milliseconds', 'J11', { iat: 1_799_999_990_000 }),
  row('sub a number', 'RFC 7519 §4.1.2; J19', { sub: 7 }),
  row('sub an object', 'RFC 7519 §4.1.2; J19', { sub: { admin: true } }),
  row('jti a number', 'RFC 7519 §4.1.7', { jti: 7 }),
  row('aud a number', 'RFC 7519 §4.1.3; bypass case 41', { aud: 7 }),
  row('aud with a number', 'RFC 7519 §4.1.3; J17', {
    aud: ['conformance', 'https://api.example.com/mcp/kubernetes', 7],
  }),
  row('aud nested', 'bypass case 41', { aud: [['https://api.example.com/mcp/kubernetes']] }),
  row('scope an object', 'RFC 9068 §2.2.3', { scope: { 'mcp:read': true } }),
  row('scope with null', 'RFC 9068 §2.2.3', { scp: ['mcp:read', null] }),
  row('client_id a list', 'RFC 8693 §4.3', { client_id: ['claude'] }),
  row('cnf', 'RFC 7800 §3.1; X2, M4: a stolen bound token must not work as a bearer token', { cnf: { jkt: 'abc' } }),
  ...alike({ route: 'kubernetes' })({
    'claim-nbf-past': {
      spec: 'RFC 7519 §4.1.5',
      title: 'nbf in the past',
      token: { claims: { nbf: inSeconds(-5) } },
      expect: { status: 200, reason: 'token' },
    },
    'claim-no-sub': {
      spec: 'RFC 7519 §4.1.2: optional',
      title: 'no sub at all: an empty header',
      token: { claims: { sub: REMOVED } },
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': '' } },
    },
  }),
]
