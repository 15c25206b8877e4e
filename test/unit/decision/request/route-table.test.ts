import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Route } from '../../../../src/config/model.ts'
import type { Rule } from '../../../../src/config/model-requirement.ts'
import type { Denial } from '../../../../src/decision/denial.ts'
import type { ForwardedRequest } from '../../../../src/decision/request/forwarded-request.ts'
import {
  buildRouteTable,
  findByPath,
  matchRoute,
  type RouteTable,
} from '../../../../src/decision/request/route-table.ts'
import { sampleRoute, sampleRule } from '../sample.ts'

const HOST = 'api.example.com'
const at = (path: string, host = HOST, method = 'GET') => ({ method, host, path })

const routed = (name: string, paths: readonly string[], changes: Partial<Route> = {}) =>
  sampleRoute({ name, match: { hosts: [HOST], paths }, ...changes })

type Placed =
  | { readonly ok: true; readonly route: Route; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly route?: Route; readonly denial: Denial }

function placeNamed(route: Route, request: ForwardedRequest): Placed {
  return { ...matchRoute(route, request), route }
}

function placeByPath(table: RouteTable, request: ForwardedRequest): Placed {
  const found = findByPath(table, request)
  return 'reason' in found ? { ok: false, denial: found } : placeNamed(found, request)
}

function outcomeOf(placed: Placed): string {
  return placed.ok ? (placed.route.name ?? '') : `${placed.denial.reason} at ${placed.route?.name}`
}

const TABLE = buildRouteTable([
  routed('root', ['']),
  routed('mcp', ['/mcp', '/mcp2']),
  routed('deep', ['/mcp/deep']),
  routed('elsewhere', ['/x'], { match: { hosts: ['other.example.com', HOST], paths: ['/x'] } }),
])
const WITHOUT_ROOT = buildRouteTable([routed('mcp', ['/mcp'])])

test('plain /verify: whole segments, the most specific route first', () => {
  const expected = {
    '/': 'root',
    '/mcp': 'mcp',
    '/mcp/': 'mcp',
    '/mcp/a/b': 'mcp',
    '/mcp2/a': 'mcp',
    '/mcpX': 'root',
    '/mcp/deep/a': 'deep',
    '/mcp/deeper': 'mcp',
    '/%6dcp': 'mcp',
  }
  for (const [path, name] of Object.entries(expected)) assert.equal(outcomeOf(placeByPath(TABLE, at(path))), name, path)
  assert.equal(outcomeOf(placeByPath(TABLE, at('/x/y', 'other.example.com'))), 'elsewhere')
})

test('route_unknown: a host or path of no route', () => {
  assert.equal(outcomeOf(placeByPath(WITHOUT_ROOT, at('/other'))), 'route_unknown at undefined')
  assert.equal(outcomeOf(placeByPath(TABLE, at('/mcp', 'evil.example.com'))), 'route_unknown at undefined')
})

test('a path that has more slashes than any route has segments is looked up by its beginning', () => {
  const shallow = buildRouteTable([routed('shallow', ['/a'])])
  assert.equal(outcomeOf(placeByPath(shallow, at('/b/c/d'))), 'route_unknown at undefined')
  assert.equal(outcomeOf(placeByPath(shallow, at('/a/c/d'))), 'shallow')
})

test('route_mismatch: ignoring case another route would be chosen', () => {
  for (const path of ['/MCP', '/Mcp/deep', '/mcp/DEEP/a', '/%4Dcp']) {
    assert.equal(outcomeOf(placeByPath(TABLE, at(path))), 'route_mismatch at undefined', path)
  }
  assert.equal(outcomeOf(placeByPath(WITHOUT_ROOT, at('/MCP'))), 'route_mismatch at undefined')
  const differing = buildRouteTable([routed('lower', ['/a']), routed('upper', ['/A'])])
  for (const path of ['/a', '/A']) {
    assert.equal(outcomeOf(placeByPath(differing, at(path))), 'route_mismatch at undefined', path)
  }
  const sameRoute = buildRouteTable([routed('both', ['/a', '/A'])])
  assert.equal(outcomeOf(placeByPath(sameRoute, at('/A/x'))), 'both')
})

test('forwarded_request_invalid: a path that some backend reads as another one, wherever the path decides', () => {
  const locked = routed('mcp', ['/mcp'], { lockedPaths: ['/mcp'] })
  for (const path of ['/mcp/../x', '/mcp//x', '/mcp%2fx', '/mcp/%2e%2e/x', '/mcp;x', '/mcp\\x', '/mcp%00', '/mcp%ff']) {
    assert.equal(outcomeOf(placeByPath(TABLE, at(path))), 'forwarded_request_invalid at undefined', path)
    assert.equal(outcomeOf(placeNamed(locked, at(path))), 'forwarded_request_invalid at mcp', path)
    assert.equal(outcomeOf(placeNamed(routed('free', ['/mcp']), at(path))), 'free', path)
  }
})

test('forwarded_request_invalid: a path of more than 8 KiB or 256 segments, wherever the path decides, and only there', () => {
  const locked = routed('mcp', ['/mcp'], { lockedPaths: ['/mcp'] })
  const atTheBound = [`/mcp/${'a'.repeat(8187)}`, `/mcp${'/a'.repeat(255)}`]
  for (const path of atTheBound) {
    assert.equal(outcomeOf(placeByPath(TABLE, at(path))), 'mcp')
    assert.equal(outcomeOf(placeNamed(locked, at(path))), 'mcp')
  }
  for (const path of [`${atTheBound[0]}a`, `${atTheBound[1]}/a`]) {
    const placed = placeByPath(TABLE, at(path))
    assert.match((!placed.ok && placed.denial.problem) || '', /more than 8192 characters/)
    assert.equal(outcomeOf(placeNamed(locked, at(path))), 'forwarded_request_invalid at mcp')
    assert.equal(outcomeOf(placeNamed(routed('free', ['/mcp']), at(path))), 'free')
  }
})

test('route_mismatch: outside the locks of the named route', () => {
  const locked = routed('mcp', ['/mcp'], { lockedPaths: ['/mcp', '/mcp2'], lockedHosts: [HOST] })
  for (const path of ['/mcp', '/mcp/a', '/mcp2/']) assert.equal(outcomeOf(placeNamed(locked, at(path))), 'mcp', path)
  for (const path of ['/', '/mcpX', '/MCP', '/other']) {
    assert.equal(outcomeOf(placeNamed(locked, at(path))), 'route_mismatch at mcp', path)
  }
  assert.equal(outcomeOf(placeNamed(locked, at('/mcp', 'evil.example.com'))), 'route_mismatch at mcp')
  const hostOnly = routed('mcp', ['/mcp'], { lockedHosts: [HOST] })
  assert.equal(outcomeOf(placeNamed(hostOnly, at('/%2f'))), 'mcp')
  assert.equal(outcomeOf(placeNamed(hostOnly, at('/mcp', 'evil.example.com'))), 'route_mismatch at mcp')
  assert.equal(outcomeOf(placeNamed(routed('free', ['/mcp']), at('/%2f', 'evil.example.com'))), 'free')
  assert.equal(outcomeOf(placeByPath(buildRouteTable([locked]), at('/mcp/a'))), 'mcp')
})

test('rules match by method, GET including HEAD, and by path in any case and anything below', () => {
  const rules = [
    sampleRule({ scopes: ['any'] }),
    sampleRule({ methods: ['GET'], scopes: ['get'] }),
    sampleRule({ methods: ['HEAD'], scopes: ['head'] }),
    sampleRule({ methods: ['DELETE', 'PUT'], paths: ['/mcp/admin'], scopes: ['admin-write'] }),
    sampleRule({ paths: ['/mcp/admin'], scopes: ['admin'] }),
    sampleRule({ paths: ['/mcp/a', '/mcp/b'], scopes: ['either'] }),
  ]
  const route = routed('mcp', ['/mcp'], { lockedPaths: ['/mcp'], rules })
  const scopesAt = (path: string, method: string) => {
    const placed = placeNamed(route, at(path, HOST, method))
    return placed.ok ? placed.rules.flatMap((rule) => rule.scopes).join(' ') : placed.denial.reason
  }
  assert.equal(scopesAt('/mcp', 'POST'), 'any')
  assert.equal(scopesAt('/mcp', 'GET'), 'any get')
  assert.equal(scopesAt('/mcp', 'HEAD'), 'any get head')
  assert.equal(scopesAt('/mcp/admin', 'DELETE'), 'any admin-write admin')
  assert.equal(scopesAt('/mcp/ADMIN/x', 'POST'), 'any admin')
  assert.equal(scopesAt('/mcp/%41dmin/', 'POST'), 'any admin')
  assert.equal(scopesAt('/mcp/administrators', 'POST'), 'any')
  assert.equal(scopesAt('/mcp/b/x', 'POST'), 'any either')
})

test('rules match a path through front controllers too: through each script, and through all of them', () => {
  const rules = ['/app/admin', '/app/x.php/deep', '/app'].map((path) => sampleRule({ paths: [path], scopes: [path] }))
  const route = routed('app', ['/app'], { lockedPaths: ['/app'], rules })
  const rulesAt = (path: string) => {
    const placed = placeNamed(route, at(path))
    return placed.ok ? placed.rules.flatMap(({ scopes }) => scopes).join(' ') : placed.denial.reason
  }
  for (const path of [
    '/app/index.php/admin',
    '/app/index.php/admin/users/',
    '/app/INDEX.Php/ADMIN',
    '/app/index%2ephp/%61dmin',
    '/app/.php/admin',
    '/app/a.php/b.php/admin',
    '/app/admin/index.php',
    `/app${'/a.php'.repeat(250)}/admin`,
  ]) {
    assert.equal(rulesAt(path), '/app/admin /app', path)
  }
  assert.equal(rulesAt('/app/x.php/deep'), '/app/x.php/deep /app')
  assert.equal(rulesAt('/app/index.php/x.php/deep'), '/app/x.php/deep /app')
  assert.equal(rulesAt('/app/x.php/index.php/deep'), '/app/x.php/deep /app')
  assert.equal(rulesAt('/app/x.php/admin'), '/app/admin /app')
  for (const path of [
    '/app/remote.php/dav',
    '/app/index.php',
    '/app/index.phpx/admin',
    '/app/index.php.d/admin',
    '/app/php/admin',
    '/app/b/index.php/admin',
    '/app/index.php/administrators',
  ]) {
    assert.equal(rulesAt(path), '/app', path)
  }
  assert.equal(rulesAt('/index.php/app/admin'), 'route_mismatch')
})

test('route_mismatch: through a front controller another route would be chosen', () => {
  const site = buildRouteTable([
    routed('site', ['']),
    routed('admin', ['/admin', '/a/b']),
    routed('dav', ['/remote.php/dav']),
  ])
  for (const path of ['/index.php/admin', '/INDEX.PHP/admin/x', '/x.php/y.php/admin', '/a/index.php/b', '/a.php/a/b']) {
    const placed = placeByPath(site, at(path))
    assert.match((!placed.ok && placed.denial.problem) || '', /front controller/, path)
    assert.equal(outcomeOf(placed), 'route_mismatch at undefined', path)
  }
  const expected = {
    '/remote.php/dav/x': 'dav',
    '/remote.php/davs': 'site',
    '/index.php/users': 'site',
    '/admin/index.php/x': 'admin',
    '/x/index.php/admin': 'site',
  }
  for (const [path, name] of Object.entries(expected)) assert.equal(outcomeOf(placeByPath(site, at(path))), name, path)
  assert.equal(outcomeOf(placeByPath(WITHOUT_ROOT, at('/index.php/mcp'))), 'route_mismatch at undefined')
})

test('rules without paths match wherever the path does not decide', () => {
  const route = routed('mcp', ['/mcp'], { rules: [sampleRule({ methods: ['DELETE'] })] })
  const placed = placeNamed(route, at('/a%2fb', HOST, 'DELETE'))
  assert.equal(placed.ok && placed.rules.length, 1)
})

test('any path: never throws; what a path-ruled route lets by is inside its lock however it is decoded', () => {
  const locked = routed('mcp', ['/mcp'], { lockedPaths: ['/mcp'], rules: [sampleRule({ paths: ['/mcp/admin'] })] })
  const piece = fc.constantFrom(
    '/',
    '/mcp',
    'mcp',
    '..',
    '%2e',
    '%2F',
    'admin',
    'ADMIN',
    '%00',
    ';',
    '\\',
    '%c3%a9',
    '.',
    '%',
  )
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => `/${pieces.join('')}`),
      (path) => {
        const placed = placeNamed(locked, at(path))
        placeByPath(TABLE, at(path))
        if (!placed.ok) return
        const seen = new URL(decodeURIComponent(path), 'http://h').pathname.toLowerCase()
        assert.ok(seen === '/mcp' || seen.startsWith('/mcp/'), path)
        assert.equal(placed.rules.length === 1, /^\/mcp\/admin(\/|$)/.test(seen), path)
      },
    ),
  )
})
