import { inSeconds, REMOVED, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const EXPIRED = { status: 401, reason: 'token_expired' } as const
const EARLY = { status: 401, reason: 'token_not_yet_valid' } as const
const LONG = {
  status: 403,
  reason: 'token_lifetime_exceeded',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"token_lifetime_exceeded","message":"The lifetime of the access token is longer than allowed"}',
} as const
const row = (id: string, claims: Record<string, unknown>, expect: Vector['expect'], twin?: string): Vector => ({
  id,
  spec: 'RFC 7519 §4.1.4, §4.1.5, §4.1.6; J14, J15; bypass case 44',
  title: id.replaceAll('-', ' '),
  route: 'kubernetes',
  token: { claims },
  expect,
  ...(twin === undefined ? {} : { twin }),
})
const strict = (id: string, claims: Record<string, unknown>, expect: Vector['expect'], twin?: string): Vector => ({
  ...row(id, claims, expect, twin),
  route: 'strict',
  token: { issuer: 'strict', claims },
})

/** When a token is valid, to the second. */
export const TIME: readonly Vector[] = [
  row('exp-within-tolerance', { exp: inSeconds(-29) }, ALLOWED),
  row('exp-at-tolerance', { exp: inSeconds(-30) }, EXPIRED, 'exp-within-tolerance'),
  row('exp-after-tolerance', { exp: inSeconds(-31) }, EXPIRED, 'exp-within-tolerance'),
  row('exp-with-a-fraction', { exp: inSeconds(-29.5) }, ALLOWED),
  row('exp-negative', { exp: -1 }, EXPIRED, 'exp-within-tolerance'),
  row('nbf-at-tolerance', { nbf: inSeconds(30) }, ALLOWED),
  row('nbf-after-tolerance', { nbf: inSeconds(31) }, EARLY, 'nbf-at-tolerance'),
  row('iat-at-tolerance', { iat: inSeconds(30) }, ALLOWED),
  row('iat-after-tolerance', { iat: inSeconds(31) }, EARLY, 'iat-at-tolerance'),
  row('a-life-of-years', { exp: inSeconds(400 * 86_400) }, ALLOWED),
  strict('strict-exp-before', { exp: inSeconds(1) }, ALLOWED),
  strict('strict-exp-now', { exp: inSeconds(0) }, EXPIRED, 'strict-exp-before'),
  strict('strict-nbf-now', { nbf: inSeconds(0) }, ALLOWED),
  strict('strict-nbf-after', { nbf: inSeconds(1) }, EARLY, 'strict-nbf-now'),
  strict('strict-iat-now', { iat: inSeconds(0) }, ALLOWED),
  strict('strict-iat-after', { iat: inSeconds(1) }, EARLY, 'strict-iat-now'),
  strict('strict-life-allowed', { iat: inSeconds(-10), exp: inSeconds(3590) }, ALLOWED),
  strict('strict-life-exceeded', { iat: inSeconds(-10), exp: inSeconds(3591) }, LONG, 'strict-life-allowed'),
  // Without iat the life counts from now; `issuedBefore` refuses the shorter one for another reason.
  strict('strict-life-without-iat', { iat: REMOVED, exp: inSeconds(3601) }, LONG),
  strict(
    'strict-life-without-iat-allowed',
    { iat: REMOVED, exp: inSeconds(3600) },
    { status: 401, reason: 'token_revoked' },
  ),
]
