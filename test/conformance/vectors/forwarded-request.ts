import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const INVALID = { status: 400, reason: 'forwarded_request_invalid', absent: ['WWW-Authenticate'] } as const
const spec = 'facts of ForwardAuth; bypass cases 9, 10, 13-19'
const base = { spec, route: 'locked', token: {}, request: { uri: '/locked/x' } } as const

/** What may stand in X-Forwarded-*; the route `locked` decides by host and path, `kubernetes` by neither. */
export const FORWARDED_REQUEST: readonly Vector[] = [
  { ...base, id: 'forwarded-plain', title: 'a POST below the locked path', expect: ALLOWED },
  ...['X-Forwarded-Method', 'X-Forwarded-Host', 'X-Forwarded-Uri'].map(
    (name): Vector => ({
      ...base,
      id: `forwarded-without-${name}`,
      spec: 'CVE-2024-45410: a client can have fields removed by naming them in Connection',
      title: `${name} is missing: no fallback to our own URL or to a default`,
      request: { uri: '/locked/x', without: [name] },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...(['X-Forwarded-Method', 'X-Forwarded-Host', 'X-Forwarded-Uri'] as const).map(
    (name): Vector => ({
      ...base,
      id: `forwarded-twice-${name}`,
      spec: 'RFC 9700 §4.13; N2',
      title: `${name} comes twice, with the same value`,
      request: {
        uri: '/locked/x',
        headers: [
          [
            name,
            { 'X-Forwarded-Method': 'POST', 'X-Forwarded-Host': 'api.example.com', 'X-Forwarded-Uri': '/locked/x' }[
              name
            ],
          ],
        ],
      },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...['get', 'CONNECT', 'TRACE', 'BREW', 'POST, GET'].map(
    (method): Vector => ({
      ...base,
      id: `method-${method}`,
      spec: 'RFC 9110 §9.1: methods are case-sensitive',
      title: `X-Forwarded-Method: ${method}`,
      request: { uri: '/locked/x', method },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'].map(
    (method): Vector => ({
      ...base,
      id: `method-${method}`,
      spec: 'B16',
      title: `${method} is judged like any other method`,
      request: { uri: '/locked/x', method },
      expect: ALLOWED,
    }),
  ),
  {
    ...base,
    id: 'own-method-head',
    title: 'our own request is a HEAD',
    request: { uri: '/locked/x', ownMethod: 'HEAD' },
    expect: ALLOWED,
  },
  {
    ...base,
    id: 'own-method-same',
    title: 'our own request has the forwarded method (preserveRequestMethod)',
    request: { uri: '/locked/x', ownMethod: 'POST' },
    expect: ALLOWED,
  },
  {
    ...base,
    id: 'own-method-other',
    spec: 'bypass case 18',
    title: 'our own request has another method than the forwarded one',
    request: { uri: '/locked/x', ownMethod: 'DELETE' },
    twin: 'own-method-same',
    expect: INVALID,
  },
  ...['API.EXAMPLE.COM', 'api.example.com:443', 'api.example.com.', 'Api.Example.com.:8443'].map(
    (host): Vector => ({
      ...base,
      id: `host-${host}`,
      spec: 'bypass case 10',
      title: `${host} is the same host`,
      request: { uri: '/locked/x', host },
      expect: ALLOWED,
    }),
  ),
  ...[
    'evil.com"',
    'api.example.com evil.com',
    'api.example.com,evil.com',
    'user@api.example.com',
    'api.example.com..',
    'api.example.com:x',
  ].map(
    (host): Vector => ({
      ...base,
      id: `host-${host}`,
      spec: 'bypass case 19',
      title: `${host} is no host name`,
      request: { uri: '/locked/x', host },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...['http://evil/locked/x', '//locked/x', 'locked/x', '*'].map(
    (uri): Vector => ({
      ...base,
      id: `uri-${uri}`,
      spec: 'bypass case 9',
      title: `X-Forwarded-Uri: ${uri}`,
      request: { uri },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...[
    '/locked/../public',
    '/locked/%2e%2e/public',
    '/locked%2fx',
    '/locked%2Fx',
    '/locked//x',
    '/locked/.',
    '/locked\\x',
    '/locked;x',
    '/locked%5cx',
    '/locked%00',
    '/locked%25',
    '/locked%3fx',
    '/locked%23x',
    '/locked#x',
    '/locked%zz',
    '/locked%ff',
    '/locked%3bx',
    '/locked/%0d%0a',
  ].map(
    (uri): Vector => ({
      ...base,
      id: `path-${uri}`,
      spec: 'bypass cases 1-3, 6, 9; RFC 3986 §6.2.2',
      title: `${uri} is another path to some backend`,
      request: { uri },
      twin: 'forwarded-plain',
      expect: INVALID,
    }),
  ),
  ...['/locked', '/locked/', '/%6cocked/x', '/locked/x?y=/../public', '/locked/caf%c3%a9'].map(
    (uri): Vector => ({
      ...base,
      id: `path-${uri}`,
      spec: 'bypass cases 4, 5; RFC 3986 §2.3',
      title: `${uri} is one path to everybody`,
      request: { uri },
      expect: ALLOWED,
    }),
  ),
  {
    id: 'path-free',
    spec: 'registries and brokers need their %2F',
    title: 'where the path decides nothing, odd paths pass',
    route: 'kubernetes',
    token: {},
    request: { uri: '/v2/a%2Fb//c;d' },
    expect: ALLOWED,
  },
  ...['//evil.example.com/x', 'http://evil.example.com/x', 'v2', '', '/a b', '/caf\u00e9'].map(
    (uri): Vector => ({
      id: `path-free-${uri}`,
      spec: 'bypass case 9',
      title: `X-Forwarded-Uri: ${uri}, where no path decides`,
      route: 'kubernetes',
      token: {},
      request: { uri },
      twin: 'path-free',
      expect: INVALID,
    }),
  ),
  {
    id: 'path-free-other-host',
    spec: 'DESIGN §4: match is a lock only where it is written',
    title: 'without a lock any host is the route named in the address',
    route: 'kubernetes',
    token: {},
    request: { host: 'other.example.com' },
    expect: ALLOWED,
  },
  {
    id: 'look-alike-fields',
    spec: 'CVE-2026-39858; bypass cases 15, 16, 17, 21',
    title: 'fields that only look like ours are never read',
    route: 'locked',
    token: {},
    request: {
      uri: '/locked/x',
      headers: [
        ['X_Forwarded_Uri', '/public'],
        ['X-Forwarded-UriX', '/public'],
        ['X-Forwarded-Prefix', '/admin'],
        ['X-Forwarded-Prefix', '/b'],
        ['X-Original-Uri', '/public'],
        ['Forwarded', 'host=evil'],
        ['Authorization-Foo', 'Bearer x'],
      ],
    },
    expect: ALLOWED,
  },
]
