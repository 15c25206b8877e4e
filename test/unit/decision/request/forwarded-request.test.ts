import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPreflight } from '../../../../src/decision/request/forwarded-request.ts'
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
