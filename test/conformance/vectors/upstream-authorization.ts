import { alike, type Vector } from '../vector.ts'

const spec = 'MCP §Access Token Privilege Restriction: MUST NOT pass through the token'
const SECRET = 'Basic YmFja2VuZDpzZWNyZXQ='

/** What the backend gets as Authorization. */
export const UPSTREAM_AUTHORIZATION: readonly Vector[] = [
  ...alike({ spec, token: {} })({
    'upstream-keep': {
      title: 'by default the token stays',
      route: 'kubernetes',
      expect: { status: 200, reason: 'token', absent: ['Authorization'] },
    },
    'upstream-strip': {
      title: 'removed',
      route: 'strip',
      expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
    },
    'upstream-secret': {
      title: 'replaced by the content of a file, without its newline',
      route: 'backend',
      expect: { status: 200, reason: 'token', headers: { Authorization: SECRET } },
    },
  }),
  ...alike({ route: 'exchanged' })({
    'upstream-secret-anonymous': {
      spec: 'CONTRACT: a value is sent only on an allow by a verified token',
      title: 'never for an anonymous caller',
      route: 'backend',
      expect: { status: 200, reason: 'anonymous', headers: { Authorization: '' } },
    },
    'upstream-secret-denied': {
      spec: 'CONTRACT',
      title: 'never with a denial',
      route: 'backend',
      token: { mutation: 'payload raised to admin' },
      twin: 'upstream-secret',
      expect: { status: 401, reason: 'signature_invalid', absent: ['Authorization'] },
    },
    'upstream-claim': {
      spec,
      title: 'replaced by a claim',
      token: { claims: { backend_token: 'abc.def' } },
      expect: { status: 200, reason: 'token', headers: { Authorization: 'Bearer abc.def' } },
    },
    'upstream-claim-missing': {
      spec,
      title: 'a token without the claim: empty',
      token: {},
      expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
    },
    'upstream-claim-broken': {
      spec: 'bypass case 26',
      title: 'a line break in the claim',
      token: { claims: { backend_token: 'a\r\nX-Evil: 1' } },
      expect: { status: 200, reason: 'token', headers: { Authorization: 'Bearer a%0D%0AX-Evil: 1' } },
    },
  }),
]
