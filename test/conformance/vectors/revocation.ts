import { alike, REMOVED, type Vector } from '../vector.ts'

const REVOKED = { status: 401, reason: 'token_revoked' } as const
const row = (id: string, claims: Record<string, unknown>): Vector => ({
  id: `revoked-${id}`,
  spec: 'RFC 7009 §1; bypass case 56',
  title: id,
  route: 'kubernetes',
  token: { claims },
  twin: 'not-revoked',
  expect: REVOKED,
})

/** What is refused although it is valid. */
export const REVOCATION: readonly Vector[] = [
  {
    id: 'not-revoked',
    spec: 'RFC 7009 §1',
    title: 'nothing of it is listed',
    route: 'kubernetes',
    token: {},
    expect: { status: 200, reason: 'token' },
  },
  row('by jti', { jti: 'revoked-token' }),
  row('by sub', { sub: 'mallory' }),
  row('by client', { client_id: 'revoked-client' }),
  row('by another client claim', { azp: 'revoked-client' }),
  row('by age', { iat: 1_577_836_799 }),
  row('by an age that is not known', { iat: REMOVED }),
  ...alike({ route: 'kubernetes', expect: { status: 200, reason: 'token' } })({
    'revoked-other-spelling': {
      spec: 'RFC 7519 §4.1: values are compared exactly',
      title: 'another subject',
      token: { claims: { sub: 'Mallory' } },
    },
    'revoked-not-before': {
      spec: 'CONTRACT',
      title: 'issued at that very second',
      token: { claims: { iat: 1_577_836_800 } },
    },
  }),
]
