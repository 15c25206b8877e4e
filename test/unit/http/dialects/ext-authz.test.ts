import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readHeaderFields } from '../../../../src/decision/request/header-fields.ts'
import { dialectOf } from '../../../../src/http/dialects/dialect.ts'
import { isExtAuthzTarget, readExtAuthz } from '../../../../src/http/dialects/ext-authz.ts'

const HOST = ['Host', 'api.example.com']

/** The client's request, or the problem with the call. */
function parse(target: string, rawHeaders: readonly string[] = HOST, method = 'POST') {
  const { forwarded } = readExtAuthz(method, target, readHeaderFields(rawHeaders))
  if (forwarded.ok) return forwarded.request
  assert.equal(forwarded.denial.reason, 'forwarded_request_invalid')
  return 'problem' in forwarded.denial ? forwarded.denial.problem : ''
}

test('method, host and path are those of the call', () => {
  assert.deepEqual(parse('/ext_authz/kubernetes/mcp/a%2Fb?x=/public', ['host', 'API.Example.com:443']), {
    method: 'POST',
    host: 'api.example.com',
    port: '443',
    path: '/mcp/a%2Fb',
  })
})

test('X-Forwarded-* are not read, nor is a method override a method', () => {
  const spoofed = [
    ['X-Forwarded-Method', 'GET'],
    ['X-Forwarded-Host', 'evil.example.com'],
    ['X-Forwarded-Uri', '/public'],
    ['X-Forwarded-Uri', '/public'],
    ['X-Original-Uri', '/public'],
  ].flat()
  assert.deepEqual(parse('/ext_authz/a/secret', [...HOST, ...spoofed]), parse('/ext_authz/a/secret'))
})

test('a slash is the root, and nothing at all is refused', () => {
  const root = parse('/ext_authz/a/')
  assert.equal(typeof root === 'string' ? root : root.path, '/')
  for (const target of ['/ext_authz/a', '/ext_authz/a?x', '/ext_authz/-', '/ext_authz/-?/x']) {
    assert.equal(parse(target), 'no path follows the route in the target of the call', target)
  }
})

test('forwarded_request_invalid: a Host that is missing, twice, or none', () => {
  assert.equal(parse('/ext_authz/a/x', []), 'Host is missing')
  assert.equal(parse('/ext_authz/a/x', [...HOST, ...HOST]), 'Host came more than once')
  for (const host of ['', 'a b', 'a,b', 'user@a', 'evil.com"'])
    assert.equal(parse('/ext_authz/a/x', ['Host', host]), 'Host is not a host name', host)
})

test('forwarded_request_invalid: a method that Node does not list', () => {
  for (const method of ['get', 'TRACE', 'CONNECT', 'BREW', '', 'POST, GET'])
    assert.equal(parse('/ext_authz/a/x', HOST, method), 'the method of the call is not a known method in capitals')
})

test('forwarded_request_invalid: a path that another server could take for a host, or unprintable', () => {
  for (const path of ['//evil', '/a b', '/caf\u00e9', '/a\u0000'])
    assert.match(String(parse(`/ext_authz/a${path}`)), /^the path after the route does not begin with one slash/, path)
})

test('forwarded_request_invalid: a path that leads out of the prefix, however it is written', () => {
  const climbing = ['..', '../b/secret', 'x/../..', './..', '.%2e/b', '%2E%2e/b', '%252e%252e/b', '..%2fb', '..%5cb']
  for (const path of [...climbing, '..\\b', '..;x/b', '..%3bx/b', 'x//../..', 'x/%2e/../../b/c/d', '..?x=/a'])
    assert.equal(parse(`/ext_authz/a/${path}`), 'the path after the route leads above its root', path)
  for (const path of ['x/..', '...', 'x/%2e%2e/y', '..x', 'x..', '?/../..', 'a/b/../../c'])
    assert.notEqual(typeof parse(`/ext_authz/a/${path}`), 'string', path)
})

test('the address names the route as it is written, or none', () => {
  const names: Readonly<Record<string, string | undefined>> = {
    '/ext_authz/-/x': undefined,
    '/ext_authz/kubernetes/-/x': 'kubernetes',
    '/ext_authz/kubernetes/ext_authz/b/x': 'kubernetes',
    '/ext_authz/kubernetes?/x': 'kubernetes',
    '/ext_authz/kubernetes*': 'kubernetes*',
    '/ext_authz/kuberneteshttp://evil/x': 'kuberneteshttp:',
    '/ext_authz/%6bubernetes/x': '%6bubernetes',
    '/ext_authz/%2d/x': '%2d',
    '/ext_authz/a%2f/x': 'a%2f',
    '/ext_authz//a/x': '',
    '/ext_authz/': '',
    '/ext_authz': '/ext_authz',
    '/ext_authz?x': '/ext_authz',
    '//ext_authz/a/x': '//ext_authz/a/x',
    '/EXT_AUTHZ/a/x': '/EXT_AUTHZ/a/x',
    'http://gate/ext_authz/a/x': 'http://gate/ext_authz/a/x',
  }
  for (const [target, name] of Object.entries(names)) {
    assert.equal(readExtAuthz('GET', target, readHeaderFields(HOST)).routeName, name, target)
  }
})

test('everything under /ext_authz is answered there, whatever its spelling', () => {
  for (const target of [
    '/ext_authz',
    '/ext_authz?x',
    '/ext_authz/',
    '/ext_authz/a/x',
    '/ext_authz/%zz',
    '/ext_authz%2Fa/x',
    '/ext%5Fauthz/a/x',
    '//ext_authz/a/x',
    '/ext_authz;x/a',
    '/Ext_Authz/a/x',
    'https://gate.example.com/ext_authz/a/x',
  ]) {
    assert.equal(isExtAuthzTarget(target), true, target)
    assert.equal(dialectOf(target)?.name, 'ext_authz', target)
  }
})

test('other paths are not', () => {
  for (const target of ['/', '/ext_authzx', '/ext_authz-me', '/x/ext_authz/a', '/ext-authz/a', '*'])
    assert.equal(isExtAuthzTarget(target), false, target)
  assert.equal(dialectOf('/verify/ext_authz/x')?.name, 'forward_auth')
  assert.equal(dialectOf('/ext_authz/verify/x')?.name, 'ext_authz')
})

test('any target: never throws, and what passes is the raw text behind the prefix', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.webPath(), fc.constantFrom('/..', '/a'))
  fc.assert(
    fc.property(text, (rest) => {
      const read = parse(`/ext_authz/a${rest}`)
      if (typeof read === 'string') return
      assert.match(read.path, /^\/(?!\/)[!->@-~]*$/)
      assert.ok(rest.startsWith(read.path))
    }),
  )
})

const isRead = (path: string) =>
  readExtAuthz('GET', `/ext_authz/api${path}`, readHeaderFields(['Host', 'a'])).forwarded.ok

test('a long path is resolved only if it is as short as a path that decides', () => {
  assert.equal(isRead(`/a/../${'b'.repeat(8000)}`), true)
  assert.equal(isRead(`/a/../${'b'.repeat(8192)}`), false, 'it has dot segments, and is longer')
  assert.equal(isRead(`/a/%2E%252e/${'b'.repeat(8192)}`), false, 'in every spelling')
  assert.equal(isRead(`/a.b/${'/b.c'.repeat(10_000)}`), true, 'without dot segments nothing is to be resolved')
})

test('a path that climbs is refused, however it is spelled', () => {
  for (const path of [
    '/..',
    '/a/../..',
    '/%2e%2E',
    '/.%2e/x',
    '/a/..;x/..',
    '/%252e%252e',
    '/a\\..\\..',
    '/a%2f..%2f..',
  ])
    assert.equal(isRead(path), false, path)
  for (const path of ['/a/..', '/...', '/a..b/..', '/.']) assert.equal(isRead(path), true, path)
})
