import { denial, denied, ENVOY_REFUSES, passed, throughAuthRequest } from '../support/outcome.ts'
import type { Row } from '../support/row.ts'

const resource = '/mcp/grafana'
const scope = 'mcp:read mcp:admin'
const invalid = 'forwarded_request_invalid'

const RESOLVED =
  'Traefik and Envoy resolve dot and empty segments before they ask, and send the application what they asked about'
const UNSTRIPPED = 'nginx and Envoy always send the client’s own path, so stripping before the question loses nothing'

/** Traefik and Envoy resolve the path to `/mcp/grafana/admin`; the others leave it to the gate, which refuses what is not resolved. */
const unresolved = (name: string, target: string): Row =>
  denial(
    name,
    { target, token: 'good' },
    invalid,
    { challenged: false },
    {
      Traefik: { expected: denied('scope_insufficient', { resource, scope }), why: RESOLVED },
      Envoy: { expected: denied('scope_insufficient', { resource, scope }), why: RESOLVED },
    },
  )

/** What the proxy and the gate make of a path, and what the application gets. */
export const PATH_ROWS: readonly Row[] = [
  {
    name: 'a query passes as it is',
    request: { target: '/mcp/kubernetes?x=1&y=%2F..%2f', token: 'good' },
    expected: passed({ url: '/mcp/kubernetes?x=1&y=%2F..%2f' }),
  },
  {
    name: 'a query where the path decides',
    request: { target: '/mcp/grafana/open?/mcp/grafana/admin', token: 'good' },
    expected: passed({ url: '/mcp/grafana/open?/mcp/grafana/admin' }),
  },
  denial(
    'a query that names an open path',
    { target: '/mcp/grafana/admin?/mcp/grafana/open', token: 'good' },
    'scope_insufficient',
    { resource, scope },
  ),
  denial('a token in the query', { target: '/mcp/kubernetes?access_token=x' }, 'credentials_missing'),
  denial('a rule’s path', { target: '/mcp/grafana/admin/users', token: 'good' }, 'scope_insufficient', {
    resource,
    scope,
  }),
  denial('a rule’s path in capitals', { target: '/mcp/grafana/ADMIN', token: 'good' }, 'scope_insufficient', {
    resource,
    scope,
  }),
  {
    name: 'a name that begins like a rule’s path',
    request: { target: '/mcp/grafana/administrators', token: 'good' },
    expected: passed(),
  },
  denial('an escape of a letter', { target: '/mcp/grafana/%61dmin', token: 'good' }, 'scope_insufficient', {
    resource,
    scope,
  }),
  unresolved('an empty segment', '/mcp/grafana//admin'),
  unresolved('a dot segment', '/mcp/grafana/./admin'),
  unresolved('two dots', '/mcp/grafana/x/../admin'),
  unresolved('two dots, escaped', '/mcp/grafana/x/%2e%2e/admin'),
  denial(
    'an escaped slash',
    { target: '/mcp/grafana/x%2fadmin', token: 'good' },
    invalid,
    { challenged: false },
    { Envoy: ENVOY_REFUSES },
  ),
  denial(
    'an escaped backslash',
    { target: '/mcp/grafana/x%5cadmin', token: 'good' },
    invalid,
    { challenged: false },
    { Envoy: ENVOY_REFUSES },
  ),
  denial('a path parameter', { target: '/mcp/grafana/admin;a=b', token: 'good' }, invalid, { challenged: false }),
  denial(
    'an escaped NUL',
    { target: '/mcp/grafana/x%00', token: 'good' },
    invalid,
    { challenged: false },
    {
      nginx: {
        expected: { status: 400, application: null },
        why: 'nginx itself refuses methods in small letters and escaped NULs',
      },
      Envoy: ENVOY_REFUSES,
    },
  ),
  {
    name: 'from a route to its neighbour by dots',
    request: { target: '/mcp/kubernetes/../grafana/open', token: 'good' },
    expected: denied(invalid, { challenged: false }),
    but: {
      Traefik: { expected: passed({ url: '/mcp/grafana/open' }), why: RESOLVED },
      Envoy: { expected: passed({ url: '/mcp/grafana/open' }), why: RESOLVED },
      nginx: throughAuthRequest(denied(invalid, { challenged: false })),
    },
  },
  {
    name: 'through a neighbour’s path by dots, to a route that is not locked',
    request: { target: '/mcp/grafana/admin/../../kubernetes', token: 'good' },
    expected: passed({ url: '/mcp/grafana/admin/../../kubernetes' }),
    but: {
      Traefik: { expected: passed({ url: '/mcp/kubernetes' }), why: RESOLVED },
      Envoy: { expected: passed({ url: '/mcp/kubernetes' }), why: RESOLVED },
    },
  },
  denial(
    'through a neighbour’s path by dots, to a route where the path decides',
    { target: '/mcp/grafana/admin/../../plain', token: 'good' },
    invalid,
    { challenged: false },
    {
      Traefik: { expected: passed({ url: '/mcp/plain' }), why: RESOLVED },
      Envoy: { expected: passed({ url: '/mcp/plain' }), why: RESOLVED },
    },
  ),
  {
    name: 'an escaped slash where no path decides',
    request: { target: '/mcp/kubernetes/library%2Fimage', token: 'good' },
    expected: passed({ url: '/mcp/kubernetes/library%2Fimage' }),
    but: { Envoy: ENVOY_REFUSES },
  },
  {
    name: 'another path than the protected ones',
    request: { target: '/mcp/kubernetes-admin', token: 'good' },
    expected: { status: 404, application: null },
  },
  {
    name: 'the protected path in capitals',
    request: { target: '/MCP/kubernetes', token: 'good' },
    expected: { status: 404, application: null },
    but: {
      Caddy: {
        expected: passed({ headers: { 'X-Auth-Subject': 'alice' } }),
        why: 'Caddy’s path matchers ignore case: the gate was asked, and let it pass',
      },
    },
  },
  {
    name: 'plain /verify',
    request: { target: '/mcp/plain/x', token: 'good' },
    expected: passed({ url: '/mcp/plain/x' }),
  },
  denial(
    'plain /verify, another host',
    { target: '/mcp/plain', host: 'other.example.com', token: 'good' },
    'route_unknown',
    { challenged: false },
  ),
  {
    name: 'host in capitals, with port and dot',
    request: { target: '/mcp/plain', host: 'API.Example.com.:443', token: 'good' },
    expected: passed(),
  },
  {
    name: 'stripPrefix after the gate',
    request: { target: '/mcp/stripped-after/x?y', token: 'good' },
    expected: passed({ url: '/x?y' }),
  },
  denial(
    'stripPrefix after the gate, a rule’s path',
    { target: '/mcp/stripped-after/admin', token: 'good' },
    'scope_insufficient',
    { resource: '/mcp/stripped-after', scope },
  ),
  denial(
    'stripPrefix before the gate where the path decides',
    { target: '/mcp/stripped-before/x', token: 'good' },
    'route_mismatch',
    { challenged: false },
    {
      nginx: { expected: passed({ url: '/x' }), why: UNSTRIPPED },
      Envoy: { expected: passed({ url: '/x' }), why: UNSTRIPPED },
    },
  ),
  denial(
    'stripPrefix before the gate, a rule’s path',
    { target: '/mcp/stripped-before/admin', token: 'good' },
    'route_mismatch',
    { challenged: false },
    {
      nginx: { expected: throughAuthRequest(denied('scope_insufficient')).expected, why: UNSTRIPPED },
      Envoy: {
        expected: denied('scope_insufficient', { resource: '/mcp/stripped-before', scope }),
        why: UNSTRIPPED,
      },
    },
  ),
  {
    name: 'stripPrefix before the gate where no path decides',
    request: { target: '/mcp/stripped-free/x', token: 'good' },
    expected: passed({ url: '/x' }),
  },
  {
    name: 'stripPrefix before the gate, nothing left',
    request: { target: '/mcp/stripped-free', token: 'good' },
    expected: passed({ url: '/' }),
  },
]
