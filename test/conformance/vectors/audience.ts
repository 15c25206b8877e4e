import { alike, REMOVED, type Vector } from '../vector.ts'

const OWN = 'https://api.example.com/mcp/kubernetes'
const ALLOWED = { status: 200, reason: 'token' } as const
const MISMATCH = { status: 401, reason: 'audience_mismatch' } as const
const aud = (id: string, value: unknown, expect: Vector['expect']): Vector => ({
  id: `aud-${id}`,
  spec: 'RFC 7519 §4.1.3; RFC 8707 §2; R2; bypass case 41',
  title: id,
  route: 'kubernetes',
  token: { claims: { aud: value } },
  ...(expect.status === 200 ? {} : { twin: 'aud-text' }),
  expect,
})

/** For whom a token was issued. */
export const AUDIENCE: readonly Vector[] = [
  aud('text', OWN, ALLOWED),
  aud('list', [OWN], ALLOWED),
  aud('member of a list', ['https://other.example.com', OWN], ALLOWED),
  aud('missing', REMOVED, MISMATCH),
  aud('empty list', [], MISMATCH),
  aud('empty text', '', MISMATCH),
  aud('trailing slash', `${OWN}/`, MISMATCH),
  aud('other case', OWN.toUpperCase(), MISMATCH),
  aud('a part', 'https://api.example.com/mcp', MISMATCH),
  aud('a longer one', `${OWN}X`, MISMATCH),
  aud('two in one text', `${OWN} https://other.example.com`, MISMATCH),
  aud('of another route', 'https://api.example.com/mcp/grafana', MISMATCH),
  ...[
    ['bare', 'https://bare.example.com'],
    ['bare', 'https://bare.example.com/'],
    ['bare-slash', 'https://bare-slash.example.com:8443'],
    ['bare-slash', 'https://bare-slash.example.com:8443/'],
    ['slashes', 'https://api.example.com/slashes'],
    ['slashes', 'https://api.example.com/slashes/'],
  ].map(
    ([route = '', value]): Vector => ({
      id: `aud-${route} ${value}`,
      spec: 'RFC 3986 §6.2.3: without a path, with and without the slash is one URI; CONTRACT: a listed pair',
      title: value ?? '',
      route,
      token: { claims: { aud: value } },
      expect: ALLOWED,
    }),
  ),
  ...[
    'https://bare.example.com//',
    'https://bare.example.com/x',
    'https://bare.example.com:443',
    'http://bare.example.com',
  ].map(
    (value): Vector => ({
      id: `aud-bare ${value}`,
      spec: 'CONTRACT: everything else stays byte for byte',
      title: value,
      route: 'bare',
      token: { claims: { aud: value } },
      twin: 'aud-bare https://bare.example.com',
      expect: MISMATCH,
    }),
  ),
  ...alike({ expect: ALLOWED })({
    'aud-here-not-there': {
      spec: 'J36; bypass case 42',
      title: 'a good token of one route on another',
      route: 'grafana',
      token: { claims: { aud: OWN } },
      twin: 'aud-there',
      expect: MISMATCH,
    },
    'aud-there': {
      spec: 'J36',
      title: 'and its own',
      route: 'grafana',
      token: { claims: { aud: 'https://api.example.com/mcp/grafana' } },
    },
    'aud-any-of': { spec: 'R3', title: 'any of several', route: 'audiences', token: { claims: { aud: 'second' } } },
    'aud-none-of': {
      spec: 'R3',
      title: 'none of several',
      route: 'audiences',
      token: { claims: { aud: 'third' } },
      twin: 'aud-any-of',
      expect: MISMATCH,
    },
    'aud-unchecked': {
      spec: 'MCP: or otherwise verify that they are the intended recipient',
      title: 'unchecked, as written out: the client decides',
      route: 'unchecked',
      token: { claims: { aud: REMOVED } },
    },
  }),
]
