import type { Vector } from '../vector.ts'

const spec = 'MCP §Access Token Privilege Restriction: MUST NOT pass through the token'
const SECRET = 'Basic YmFja2VuZDpzZWNyZXQ='

/** What the backend gets as Authorization. */
export const UPSTREAM_AUTHORIZATION: readonly Vector[] = [
  {
    id: 'upstream-keep',
    spec,
    title: 'by default the token stays',
    route: 'kubernetes',
    token: {},
    expect: { status: 200, reason: 'token', absent: ['Authorization'] },
  },
  {
    id: 'upstream-strip',
    spec,
    title: 'removed',
    route: 'strip',
    token: {},
    expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
  },
  {
    id: 'upstream-secret',
    spec,
    title: 'replaced by the content of a file, without its newline',
    route: 'backend',
    token: {},
    expect: { status: 200, reason: 'token', headers: { Authorization: SECRET } },
  },
  {
    id: 'upstream-secret-anonymous',
    spec: 'CONTRACT: a value is sent only on an allow by a verified token',
    title: 'never for somebody anonymous',
    route: 'backend',
    expect: { status: 200, reason: 'anonymous', headers: { Authorization: '' } },
  },
  {
    id: 'upstream-secret-denied',
    spec: 'CONTRACT',
    title: 'never with a denial',
    route: 'backend',
    token: { mutation: 'payload raised to admin' },
    twin: 'upstream-secret',
    expect: { status: 401, reason: 'signature_invalid', absent: ['Authorization'] },
  },
  {
    id: 'upstream-claim',
    spec,
    title: 'replaced by a claim',
    route: 'exchanged',
    token: { claims: { backend_token: 'abc.def' } },
    expect: { status: 200, reason: 'token', headers: { Authorization: 'Bearer abc.def' } },
  },
  {
    id: 'upstream-claim-missing',
    spec,
    title: 'a token without the claim: empty',
    route: 'exchanged',
    token: {},
    expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
  },
  {
    id: 'upstream-claim-broken',
    spec: 'bypass case 26',
    title: 'a line break in the claim',
    route: 'exchanged',
    token: { claims: { backend_token: 'a\r\nX-Evil: 1' } },
    expect: { status: 200, reason: 'token', headers: { Authorization: 'Bearer a%0D%0AX-Evil: 1' } },
  },
]
