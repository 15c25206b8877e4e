import { REMOVED, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const REFUSED = {
  status: 403,
  reason: 'claim_not_allowed',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"claim_not_allowed","message":"A required claim of the access token is missing or has another value"}',
} as const
const GOOD = {
  groups: ['family'],
  realm_access: { roles: ['read', 'list', 'write'] },
  level: 2,
  'https://ns.example.com/role': 'member',
  tenant: '',
}
const row = (id: string, changed: Record<string, unknown>, expect: Vector['expect']): Vector => ({
  id: `rule-${id}`,
  spec: 'CONTRACT: values compare by type and code point',
  title: id,
  route: 'claims',
  token: { claims: { ...GOOD, ...changed } },
  ...(expect.status === 200 ? {} : { twin: 'rule-all hold' }),
  expect,
})

/** Requirements on claims. */
export const CLAIM_RULES: readonly Vector[] = [
  row('all hold', {}, ALLOWED),
  row('anyOf as text', { groups: 'friends' }, ALLOWED),
  row('anyOf by another', { groups: ['strangers', 'friends'] }, ALLOWED),
  row('anyOf missing', { groups: REMOVED }, REFUSED),
  row('anyOf fails', { groups: ['strangers'] }, REFUSED),
  row('anyOf other case', { groups: ['Family'] }, REFUSED),
  row('anyOf never splits text', { groups: 'family friends' }, REFUSED),
  row('anyOf an object', { groups: {} }, REFUSED),
  row('anyOf null', { groups: null }, REFUSED),
  row('noneOf fails', { groups: ['family', 'banned'] }, REFUSED),
  row('noneOf of another type', { groups: ['family', 7] }, REFUSED),
  row('allOf fails', { realm_access: { roles: ['read'] } }, REFUSED),
  row('allOf missing', { realm_access: {} }, REFUSED),
  row('all hold twice', { '/realm_access/roles': ['read', 'list'] }, ALLOWED),
  {
    ...row('a pointer is not a name', { realm_access: {}, '/realm_access/roles': ['read', 'list'] }, REFUSED),
    twin: 'rule-all hold twice',
  },
  row('number as text', { level: '2' }, REFUSED),
  row('another number', { level: 3 }, REFUSED),
  row('a name with slashes fails', { 'https://ns.example.com/role': 'guest' }, REFUSED),
  row('exists false fails', { legacy: false }, REFUSED),
  row('exists false on null', { legacy: null }, ALLOWED),
  row('exists true on null', { tenant: null }, REFUSED),
  row('null inside a pointer', { realm_access: { roles: null } }, REFUSED),
  row('exists true fails', { tenant: REMOVED }, REFUSED),
]
