import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readHeaderFields } from '../../../../src/decision/request/header-fields.ts'
import { isVerifyTarget, readForwardAuth } from '../../../../src/http/dialects/forward-auth.ts'

interface Sent {
  readonly method?: string | readonly string[]
  readonly host?: string | readonly string[]
  readonly uri?: string | readonly string[]
}

function parse({ method = 'POST', host = 'api.example.com', uri = '/mcp' }: Sent, ownMethod = 'GET') {
  const field = (name: string, values: string | readonly string[]) => [values].flat().flatMap((value) => [name, value])
  const fields = readHeaderFields([
    ...field('X-Forwarded-Method', method),
    ...field('X-Forwarded-Host', host),
    ...field('X-Forwarded-Uri', uri),
  ])
  const { forwarded } = readForwardAuth(ownMethod, '/verify/kubernetes', fields)
  if (forwarded.ok) return forwarded.request
  assert.equal(forwarded.denial.reason, 'forwarded_request_invalid')
  return 'problem' in forwarded.denial ? forwarded.denial.problem : ''
}

test('method, host and path are those of the client', () => {
  assert.deepEqual(parse({ uri: '/mcp/a%2Fb?x=/public' }), {
    method: 'POST',
    host: 'api.example.com',
    port: undefined,
    path: '/mcp/a%2Fb',
  })
})

test('forwarded_request_invalid: a field that is missing or came more than once', () => {
  assert.equal(parse({ method: [] }), 'X-Forwarded-Method is missing')
  assert.equal(parse({ host: [] }), 'X-Forwarded-Host is missing')
  assert.equal(parse({ uri: [] }), 'X-Forwarded-Uri is missing')
  assert.equal(parse({ method: ['GET', 'GET'] }), 'X-Forwarded-Method came more than once')
  assert.equal(parse({ host: ['a', 'a'] }), 'X-Forwarded-Host came more than once')
  assert.equal(parse({ uri: ['/a', '/b'] }), 'X-Forwarded-Uri came more than once')
})

test('a host of 253 characters with its last dot and a port passes, a longer text is not looked at', () => {
  const host = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`
  assert.equal(host.length, 253)
  assert.notEqual(typeof parse({ host: `${host.toUpperCase()}.:65535` }), 'string')
  assert.equal(parse({ host: `h:${'1'.repeat(300)}` }), 'X-Forwarded-Host is not a host name')
})

test('methods are those that Node lists, in capitals, without CONNECT and TRACE', () => {
  for (const method of ['GET', 'PROPFIND', 'M-SEARCH', 'QUERY']) assert.notEqual(typeof parse({ method }), 'string')
  for (const method of ['get', 'CONNECT', 'TRACE', '', 'GET ', 'GET, POST', 'constructor']) {
    assert.equal(parse({ method }), 'X-Forwarded-Method is not a known method in capitals', method)
  }
})

test('the method of the call is GET or HEAD, or the forwarded one', () => {
  for (const own of ['GET', 'HEAD', 'POST']) assert.notEqual(typeof parse({ method: 'POST' }, own), 'string')
  for (const own of ['OPTIONS', 'post', 'DELETE', '']) {
    assert.equal(parse({ method: 'POST' }, own), 'X-Forwarded-Method differs from the method of the call', own)
  }
})

test('hosts lose case and one trailing dot; a numeric port is read apart', () => {
  const hosts = {
    'API.Example.COM': 'api.example.com',
    'api.example.com:443': 'api.example.com',
    'api.example.com.': 'api.example.com',
    'api.example.com.:8443': 'api.example.com',
    localhost: 'localhost',
    'a_b.example': 'a_b.example',
    '127.0.0.1:80': '127.0.0.1',
    '[2001:DB8::1]:443': '[2001:db8::1]',
  }
  for (const [sent, host] of Object.entries(hosts))
    assert.deepEqual(parse({ host: sent }), { method: 'POST', host, port: /:(\d+)$/.exec(sent)?.[1], path: '/mcp' })
})

test('forwarded_request_invalid: what is not a host name', () => {
  const bad = [
    '',
    '.',
    'a..b',
    'evil.com"',
    'a b',
    'a:b',
    'a:',
    'user@a',
    'a/b',
    'a,b',
    '-a',
    'a-',
    'a..',
    `${'a'.repeat(254)}`,
    '[::1',
    'a\u00e9',
    '[gg::]',
    'a[::1]',
    '[::1]a',
  ]
  for (const host of bad) assert.equal(parse({ host }), 'X-Forwarded-Host is not a host name', host)
})

test('paths begin with one slash and are printable ASCII; the query is never looked at', () => {
  for (const uri of ['/', '/a;b', '/a%00', '/a/../b', '/v2/%2F', '/a#b']) {
    assert.deepEqual(parse({ uri }), { method: 'POST', host: 'api.example.com', port: undefined, path: uri })
  }
  const afterwards = parse({ uri: '/a?\u00e9 \u0000?' })
  assert.deepEqual(afterwards, { method: 'POST', host: 'api.example.com', port: undefined, path: '/a' })
  const problem = 'X-Forwarded-Uri does not begin with one slash or has unprintable characters'
  for (const uri of [
    '',
    '?a',
    '//evil',
    'a',
    'http://evil/public',
    '/a b',
    '/a\u0000',
    '/a\u00e9',
    '/a\u007f',
    '/a, /b',
    '*',
  ]) {
    assert.equal(parse({ uri }), problem, JSON.stringify(uri))
  }
})

test('any fields: never throws, and what passes is canonical', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.domain(), fc.constantFrom('GET', '/a'))
  fc.assert(
    fc.property(text, text, text, text, (method, host, uri, own) => {
      const parsed = parse({ method, host, uri }, own)
      if (typeof parsed === 'string') return
      assert.match(parsed.method, /^[A-Z-]+$/)
      assert.match(parsed.host, /^[a-z0-9_.:[\]-]+$/)
      assert.match(parsed.path, /^\/(?!\/)[!->@-~]*$/)
    }),
  )
})

test('everything under /verify is answered there, whatever its spelling', () => {
  for (const target of [
    '/verify',
    '/verify?x=1',
    '/verify/',
    '/verify/kubernetes',
    '/verify/%zz',
    '/verify%2Fkubernetes',
    '//verify/kubernetes',
    '/verify;x',
    '/VERIFY/kubernetes',
    'http://gate.example.com/verify/kubernetes',
  ]) {
    assert.equal(isVerifyTarget(target), true, target)
  }
})

test('other paths are not', () => {
  for (const target of [
    '/',
    '/verifyx',
    '/verify-me',
    '/x/verify',
    '/.well-known/oauth-protected-resource/verify',
    '*',
  ]) {
    assert.equal(isVerifyTarget(target), false, target)
  }
})

test('the address names the route as it is written, or none', () => {
  const names: Readonly<Record<string, string | undefined>> = {
    '/verify': undefined,
    '/verify?route=a': undefined,
    '/verify/': '',
    '/verify/kubernetes': 'kubernetes',
    '/verify/kubernetes?rd=x/y': 'kubernetes',
    '/verify/a/b': 'a/b',
    '/verify/%6bubernetes': '%6bubernetes',
    '//verify/kubernetes': '//verify/kubernetes',
    '/VERIFY': '/VERIFY',
    'http://gate/verify': 'http://gate/verify',
  }
  for (const [target, name] of Object.entries(names)) {
    assert.equal(readForwardAuth('GET', target, readHeaderFields([])).routeName, name, target)
  }
})
