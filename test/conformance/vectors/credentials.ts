import { each, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const MISSING = { status: 401, reason: 'credentials_missing' } as const
const MALFORMED = { status: 401, reason: 'credentials_malformed' } as const
const good = { route: 'kubernetes', token: {} } as const

/** The Authorization field (RFC 6750 §2.1). */
export const CREDENTIALS: readonly Vector[] = [
  { ...good, id: 'bearer', spec: 'RFC 6750 §2.1', title: 'Bearer, one space and the token', expect: ALLOWED },
  ...each(['Bearer  {token}', `bearer${' '.repeat(200)}{token}`], (credentials) => ({
    ...good,
    id: `spaces-${credentials.length}`,
    spec: 'RFC 6750 §2.1: 1*SP',
    title: 'more than one space',
    credentials,
    expect: ALLOWED,
  })),
  ...each(['bearer {token}', 'BEARER {token}', 'bEaReR {token}'], (credentials) => ({
    ...good,
    id: `scheme-${credentials}`,
    spec: 'RFC 9110 §11.1; B3; bypass case 35',
    title: 'the scheme in any case',
    credentials,
    expect: ALLOWED,
  })),
  {
    id: 'no-credentials',
    spec: 'RFC 6750 §3.1; B1',
    title: 'no Authorization at all',
    route: 'kubernetes',
    twin: 'bearer',
    expect: { ...MISSING, body: '{"reason":"credentials_missing","message":"This resource requires a bearer token"}' },
  },
  ...[
    'Basic dXNlcjp7dG9rZW59',
    'Digest username="a"',
    'Negotiate YII',
    'Token {token}',
    '{token}',
    'Bearer{token}',
    'Basic x, Bearer {token}',
    '',
  ].map(
    (credentials): Vector => ({
      ...good,
      id: `other-scheme-${credentials}`,
      spec: 'RFC 6750 §3.1; B2; bypass case 35',
      title: 'another scheme is as no credentials',
      credentials,
      twin: 'bearer',
      expect: MISSING,
    }),
  ),
  ...[
    'Bearer',
    'Bearer ',
    'Bearer   ',
    'Bearer\t{token}',
    'Bearer \t{token}',
    'Bearer: {token}',
    'Bearer Bearer {token}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a client sends
    'Bearer ${TOKEN}',
    'Bearer,{token}',
    'Bearer {token} x',
    'Bearer {token},x',
    'Bearer {token}, Basic x',
    'Bearer "{token}"',
    'Bearer {token}\u00e9',
    'Bearer token={token}',
  ].map(
    (credentials): Vector => ({
      ...good,
      id: `malformed-${credentials}`,
      spec: 'RFC 6750 §2.1; B4, B5, B6',
      title: 'not Bearer, spaces and one token68',
      credentials,
      twin: 'bearer',
      expect: MALFORMED,
    }),
  ),
  ...each(['Bearer undefined', 'Bearer null', 'Bearer Bearer'], (credentials) => ({
    ...good,
    id: `no-value-${credentials}`,
    spec: 'RFC 6750 §2.1: token68, and no token',
    title: 'what a program sends in place of a token that it does not have',
    credentials,
    twin: 'bearer',
    expect: { status: 401, reason: 'token_opaque' },
  })),
  {
    ...good,
    id: 'two-fields',
    spec: 'RFC 6750 §3.1; B7: Node shows only the first',
    title: 'two Authorization fields',
    request: { headers: [['Authorization', 'Bearer x']] },
    twin: 'bearer',
    expect: { status: 400, reason: 'credentials_ambiguous' },
  },
  {
    ...good,
    id: 'two-fields-basic',
    spec: 'RFC 6750 §3.1; B7',
    title: 'a second field of another scheme, in another case',
    request: { headers: [['authorization', 'Basic x']] },
    twin: 'bearer',
    expect: { status: 400, reason: 'credentials_ambiguous' },
  },
  {
    id: 'token-in-query',
    spec: 'RFC 6750 §2.3; B8; bypass case 36',
    title: 'a token in the query is never looked at',
    route: 'kubernetes',
    request: {
      uri: '/mcp/kubernetes?access_token=abc',
      headers: [
        ['Cookie', 'access_token=abc'],
        ['X-Access-Token', 'abc'],
      ],
    },
    expect: MISSING,
  },
  {
    ...good,
    id: 'token-in-both',
    spec: 'RFC 6750 §2.3; B8',
    title: 'nor beside the field',
    request: { uri: '/mcp/kubernetes?access_token=abc' },
    expect: ALLOWED,
  },
  ...each(['User-Agent', 'X-Forwarded-For', 'X-Real-Ip', 'Client-IP'], (name) => ({
    id: `no-exemption-${name}`,
    spec: 'GHSA-5hvv; bypass case 21',
    title: `no request is exempt by ${name}`,
    route: 'kubernetes',
    request: { headers: [[name, name === 'User-Agent' ? 'kube-probe/1.29' : '127.0.0.1']] },
    expect: MISSING,
  })),
]
