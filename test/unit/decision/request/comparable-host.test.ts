import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authoritiesOf, comparableAuthority } from '../../../../src/decision/request/comparable-host.ts'

const ROWS = {
  'https://api.example.com': ['api.example.com', 'api.example.com:443'],
  'http://localhost': ['localhost', 'localhost:80'],
  'https://api.example.com:8443': ['api.example.com:8443'],
  'http://[::1]': ['[::1]', '[::1]:80'],
  'http://[::1]:8080': ['[::1]:8080'],
}

test('the default port of a resource is optional, another one is not', () => {
  for (const [origin, hosts] of Object.entries(ROWS)) {
    const { hostname } = new URL(origin)
    assert.deepEqual(authoritiesOf({ origin, hostname, path: '', query: '', url: origin }), hosts)
  }
})

test('a host that was sent is compared without case and the dot at its end', () => {
  assert.equal(comparableAuthority('API.example.com.:8443'), 'api.example.com:8443')
  assert.equal(comparableAuthority('api.example.com.'), 'api.example.com')
})
