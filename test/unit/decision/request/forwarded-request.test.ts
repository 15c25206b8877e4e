import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPreflight, parseHost, parsePath, parsePort } from '../../../../src/decision/request/forwarded-request.ts'
import { readHeaderFields } from '../../../../src/decision/request/header-fields.ts'

test('a preflight is OPTIONS with one Origin, one Access-Control-Request-Method and no Authorization', () => {
  const request = { method: 'OPTIONS', host: 'h', path: '/' }
  const headers = ['Origin', 'https://o', 'Access-Control-Request-Method', 'POST']
  assert.equal(isPreflight(request, readHeaderFields(headers)), true)
  assert.equal(isPreflight({ ...request, method: 'POST' }, readHeaderFields(headers)), false)
  assert.equal(isPreflight(request, readHeaderFields(headers.slice(0, 2))), false)
  assert.equal(isPreflight(request, readHeaderFields(headers.slice(2))), false)
  assert.equal(isPreflight(request, readHeaderFields([...headers, 'Origin', 'https://o'])), false)
  assert.equal(isPreflight(request, readHeaderFields([...headers, 'Access-Control-Request-Method', 'POST'])), false)
  assert.equal(isPreflight(request, readHeaderFields([...headers, 'Authorization', ''])), false)
  assert.equal(isPreflight(request, readHeaderFields([...headers, 'Sec-WebSocket-Version', '13'])), false)
  assert.equal(isPreflight(request, readHeaderFields([...headers, 'X', 'Sec-WebSocket-Key'])), true)
})

test('a host is a name or an address, in lower case, without port and one dot at its end', () => {
  const hosts = {
    'api.example.com': 'api.example.com',
    'API.example.com.:443': 'api.example.com',
    '[::1]:8443': '[::1]',
    'a b': undefined,
    '': undefined,
    [`${'a.'.repeat(130)}a`]: undefined,
  }
  for (const [text, host] of Object.entries(hosts)) assert.equal(parseHost(text), host, text)
  assert.equal(parsePort('[::1]:8443'), '8443')
  assert.equal(parsePort('api.example.com'), undefined)
})

test('a path begins with one slash and ends before the query', () => {
  const paths = { '/a?b?c': '/a', '/': '/', '//a': undefined, a: undefined, '/a b': undefined }
  for (const [target, path] of Object.entries(paths)) assert.equal(parsePath(target), path, target)
})
