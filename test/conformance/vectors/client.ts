import { REMOVED, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const REJECTED = {
  status: 403,
  reason: 'client_not_allowed',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"client_not_allowed","message":"This client is not allowed here"}',
} as const
const spec = 'RFC 9068 §2.2; CONTRACT: the first client claim that is present decides'
const row = (id: string, claims: Record<string, unknown>, expect: Vector['expect']): Vector => ({
  id: `client-${id}`,
  spec,
  title: id,
  route: 'clients',
  token: { claims },
  ...(expect.status === 200 ? {} : { twin: 'client-listed' }),
  expect,
})

/** Which clients a token may come from. */
export const CLIENT: readonly Vector[] = [
  row('listed', { client_id: 'claude' }, ALLOWED),
  row('another listed one', { client_id: 'robot' }, ALLOWED),
  row('other', { client_id: 'intruder' }, REJECTED),
  row('other case', { client_id: 'Claude' }, REJECTED),
  row('both', { client_id: 'claude', azp: 'claude' }, ALLOWED),
  row('missing', { client_id: REMOVED }, REJECTED),
  {
    ...row('first decides', { client_id: 'intruder', azp: 'claude' }, REJECTED),
    title: 'a later claim does not help',
    twin: 'client-both',
  },
  {
    id: 'client-azp',
    spec,
    title: 'azp where there is no client_id',
    route: 'clients',
    token: { claims: { client_id: REMOVED, azp: 'claude' } },
    expect: ALLOWED,
  },
  {
    id: 'client-unchecked-audience',
    spec: 'DESIGN §4',
    title: 'where the audience is unchecked, the client is not',
    route: 'unchecked',
    token: { claims: { client_id: 'intruder' } },
    expect: REJECTED,
  },
  {
    id: 'client-claims-of-issuer',
    spec,
    title: 'only the client claims of the issuer',
    route: 'strict',
    token: { issuer: 'strict', claims: { client_id: 'other' } },
    expect: { ...ALLOWED, headers: { 'X-Auth-Client': 'claude' } },
  },
]
