import { alike, each, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const UNKNOWN = {
  status: 403,
  reason: 'route_unknown',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"route_unknown","message":"No route is configured for this request"}',
} as const
const MISMATCH = { status: 403, reason: 'route_mismatch', absent: ['WWW-Authenticate'] } as const

/** Which route a request belongs to: by name, and by host and path. */
export const ROUTE: readonly Vector[] = [
  {
    id: 'route-named',
    spec: 'DESIGN §3',
    title: 'the address names the route',
    route: 'kubernetes',
    token: {},
    expect: ALLOWED,
  },
  ...[
    'unknown',
    'Kubernetes',
    'kubernetes/',
    'kubernetes/x',
    '%6bubernetes',
    '',
    'none',
    'unmatched',
    '__proto__',
    'constructor',
    '../verify/kubernetes',
  ].map(
    (route): Vector => ({
      id: `route-named-${route}`,
      spec: 'bypass case 62; never percent-decoded',
      title: `/verify/${route} names no route`,
      route,
      token: {},
      twin: 'route-named',
      expect: UNKNOWN,
    }),
  ),
  ...alike({ route: null, token: {}, expect: ALLOWED })({
    'plain-path': {
      spec: 'DESIGN §3',
      title: 'host and path of the resource select it',
      request: { uri: '/mcp/kubernetes/sse?x' },
    },
    'plain-path-decoded': {
      spec: 'bypass case 4',
      title: 'escapes of unreserved characters mean themselves',
      request: { uri: '/%6dcp/kubernetes' },
    },
  }),
  ...alike({ route: null, token: {}, twin: 'plain-path', expect: UNKNOWN })({
    'plain-nothing': { spec: 'bypass case 62', title: 'a path of no route', request: { uri: '/mcp' } },
    'plain-other-host': {
      spec: 'bypass case 62',
      title: 'a host of no route',
      request: { uri: '/mcp/kubernetes/sse?x', host: 'mcp.example.com' },
    },
    'plain-segment': { spec: 'bypass case 8', title: 'a prefix ends at a slash', request: { uri: '/mcp/kubernetesX' } },
    'plain-query': {
      spec: 'GHSA-7rh7; bypass case 5',
      title: 'the query selects nothing',
      request: { uri: '/nowhere?/mcp/kubernetes' },
    },
    'plain-case': {
      spec: 'a backend may ignore case',
      title: 'ignoring case it would be another route',
      request: { uri: '/MCP/kubernetes' },
      expect: MISMATCH,
    },
  }),
  ...alike({ route: null, token: {} })({
    'plain-root': {
      spec: 'DESIGN §4',
      title: 'a root resource takes its whole host',
      request: { uri: '/any/path', host: 'root.example.com' },
      expect: ALLOWED,
    },
    'plain-ambiguous': {
      spec: 'CVE-2026-42274; bypass case 1',
      title: 'dot segments never select',
      request: { uri: '/public/../mcp/kubernetes' },
      twin: 'plain-path',
      expect: { status: 400, reason: 'forwarded_request_invalid' },
    },
    'plain-anonymous-neighbour': {
      spec: 'bypass cases 2, 3',
      title: 'no spelling of a protected path is the public route',
      request: { uri: '/public/%2e%2e%2fmcp/kubernetes' },
      twin: 'plain-path',
      expect: { status: 400, reason: 'forwarded_request_invalid' },
    },
    'plain-front-controller': {
      spec: 'RFC 3875 §4.1.5',
      title: 'a front controller would serve it as another route',
      request: { uri: '/mcp/index.php/kubernetes' },
      twin: 'plain-path',
      expect: MISMATCH,
    },
    'plain-script': {
      spec: 'RFC 3875 §4.1.5',
      title: 'a script below a route is a path like any other',
      request: { uri: '/mcp/kubernetes/index.php/x' },
      expect: ALLOWED,
    },
  }),
  {
    id: 'lock-holds',
    spec: 'DESIGN §4: match is a second lock',
    title: 'inside of match',
    route: 'locked',
    token: {},
    request: { uri: '/locked' },
    expect: ALLOWED,
  },
  ...each(['/', '/lockedX', '/LOCKED', '/public'], (uri) => ({
    id: `lock-path-${uri}`,
    spec: 'DESIGN §4',
    title: `${uri} is outside of match.paths`,
    route: 'locked',
    token: {},
    request: { uri },
    twin: 'lock-holds',
    expect: MISMATCH,
  })),
  ...alike({ token: {}, expect: MISMATCH })({
    'lock-host': {
      spec: 'DESIGN §4',
      title: 'outside of match.hosts',
      route: 'locked',
      request: { uri: '/locked', host: 'evil.example.com' },
      twin: 'lock-holds',
    },
    'lock-host-alone': {
      spec: 'CONTRACT: each lock exists where it is written',
      title: 'a lock on hosts alone leaves paths free',
      route: 'port',
      request: { uri: '/a%2Fb', host: 'port.example.com' },
      expect: ALLOWED,
    },
    'lock-host-alone-refused': {
      spec: 'DESIGN §4',
      title: 'outside of match.hosts, where only hosts are locked',
      route: 'port',
      request: { uri: '/a%2Fb', host: 'api.example.com' },
      twin: 'lock-host-alone',
    },
    'lock-by-rules': {
      spec: 'CONTRACT: path rules lock the route',
      title: 'a route with path rules inside its path',
      route: 'ruled',
      request: { uri: '/ruled/x' },
      expect: ALLOWED,
    },
    'lock-by-rules-stripped': {
      spec: 'after stripPrefix rules would silently never match',
      title: 'a route with path rules, its prefix stripped',
      route: 'ruled',
      request: { uri: '/x' },
      twin: 'lock-by-rules',
    },
  }),
]
