import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsReadOn } from '../../../src/decision/fields-read.ts'

test('every field of the client that some decision reads is listed, and none that the proxy writes', () => {
  const { names, prefixes } = fieldsReadOn([])
  for (const name of [
    ...['authorization', 'dpop', 'origin', 'access-control-request-method', 'content-type', 'content-encoding'],
    ...['x-http-method-override', 'x-http-method', 'x-method-override', 'mcp-method', 'mcp-name'],
    ...['traceparent', 'x-request-id', 'x-forwarded-for'],
  ]) {
    assert.ok(names.includes(name), name)
  }
  for (const name of ['host', 'x-forwarded-host', 'x-forwarded-method', 'x-forwarded-uri', 'x-envoy-auth-partial-body'])
    assert.ok(!names.includes(name), name)
  assert.deepEqual(prefixes, ['sec-websocket-'])
})

test('so is where the routes take the token from', () => {
  const { names } = fieldsReadOn([
    { tokenSource: { kind: 'header', name: 'Cf-Access-Jwt-Assertion' } },
    { tokenSource: { kind: 'cookie', name: 'session' } },
    { tokenSource: { kind: 'authorization' } },
  ])
  assert.ok(names.includes('cf-access-jwt-assertion') && names.includes('cookie'))
  assert.ok(!fieldsReadOn([]).names.includes('cookie'))
})

test('the pattern of odd names takes every alias, and no name of letters, digits and hyphens', () => {
  const odd = new RegExp(`^(?:${fieldsReadOn([]).odd})$`)
  for (const name of ['x_auth_subject', 'x.auth.subject', 'sec_websocket-key', 'content_type', '!'])
    assert.match(name, odd)
  for (const name of ['x-auth-subject', 'Cookie', 'x2']) assert.doesNotMatch(name, odd)
})
