import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparableUri, targetUris } from '../../../../src/decision/request/target-uri.ts'
import { sampleResource } from '../sample.ts'

test('RFC 3986: what means the same is the same', () => {
  const same: readonly [text: string, comparable: string][] = [
    ['https://a.example', 'https://a.example/'],
    ['HTTPS://A.EXAMPLE:443/', 'https://a.example/'],
    ['http://a.example:80/x', 'http://a.example/x'],
    ['http://a.example:443/x', 'http://a.example:443/x'],
    ['https://a.example/%7euser/%2f/%C3%a9', 'https://a.example/~user/%2F/%C3%A9'],
    ['https://a.example/a/./b/../c', 'https://a.example/a/c'],
    ['https://a.example/a/%2e%2E/c', 'https://a.example/c'],
    ['https://a.example/a?b#c', 'https://a.example/a'],
    ['https://[::1]:8443/a', 'https://[::1]:8443/a'],
    ['https://a.example//b/', 'https://a.example//b/'],
  ]
  for (const [text, comparable] of same) assert.equal(comparableUri(text), comparable, text)
})

test('what a URL parser repairs in silence is not a URI', () => {
  const refused = [
    '',
    'x',
    '//a.example/',
    'ftp://a.example/',
    'https:a.example',
    'https:\\\\a.example/',
    'https://a.example/a\\b',
  ]
  const others = [
    ' https://a.example/',
    'https://a.example/a\tb',
    'https://a.example/é',
    'https://u@a.example/',
    'https://:p@a.example/',
    'https://a.example:99999/',
  ]
  for (const text of [...refused, ...others]) assert.equal(comparableUri(text), undefined, text)
})

const request = (host: string, port?: string) => ({ method: 'GET', host, port, path: '/mcp/x' })

test('the origin is that of the resource with the forwarded host and port', () => {
  const resources = [
    'https://a.example/mcp',
    'https://a.example:8443/mcp',
    'http://a.example/mcp',
    'https://b.example/mcp',
  ].map(sampleResource)
  const at = (host: string, port?: string) => targetUris(resources, request(host, port))
  assert.deepEqual(at('b.example'), ['https://b.example/mcp/x'])
  assert.deepEqual(at('a.example', '443'), ['https://a.example/mcp/x'])
  assert.deepEqual(at('a.example', '80'), ['http://a.example/mcp/x'])
  assert.deepEqual(at('a.example', '8443'), ['https://a.example:8443/mcp/x'])
  assert.deepEqual(at('a.example', '9443'), [])
  assert.deepEqual(at('c.example'), [])
})

test('without a forwarded port, any of the resources with that host', () => {
  const resources = [
    'https://a.example/mcp',
    'https://a.example/other',
    'https://a.example:8443/mcp',
    'https://b.example/',
  ].map(sampleResource)
  assert.deepEqual(targetUris(resources, request('a.example')), [
    'https://a.example/mcp/x',
    'https://a.example:8443/mcp/x',
  ])
})

test('a forwarded path that a URL cannot have matches nothing', () => {
  const resources = [sampleResource('https://a.example/')]
  assert.deepEqual(targetUris(resources, { ...request('a.example'), path: '/a\\b' }), [])
})
