import assert from 'node:assert/strict'
import type { UpstreamEcho } from '../../../lab/upstream.ts'
import { type RawResponse, requestHead, sendRaw } from '../../support/raw-http.ts'
import { HOST } from './proxied-routes.ts'
import type { ClientRequest, Expected, Wanted } from './row.ts'

/** Sends a row's request to a proxy as it is; `token` is what its Authorization carries. */
export function send(origin: string, request: ClientRequest, token: string | undefined): Promise<RawResponse> {
  const { method = 'GET', target, host = HOST, headers = [], body } = request
  const head = requestHead(`${method} ${target} HTTP/1.1`, [
    ['Host', host],
    ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ...headers,
    ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const]),
  ])
  return sendRaw(origin, Buffer.from(head + (body ?? '')))
}

/** Fails unless the client got, and the application saw, what was expected. `seen`: every request that arrived there. */
export function judge(expected: Expected, response: RawResponse, seen: readonly UpstreamEcho[]): void {
  const body = response.body.toString('utf8')
  const context = `${response.status} ${JSON.stringify(response.headers)} ${body}`
  assert.equal(response.status, expected.status, context)
  for (const [name, wanted] of Object.entries(expected.headers ?? {})) {
    const values = response.headers.flatMap(([known, value]) =>
      known.toLowerCase() === name.toLowerCase() ? [value] : [],
    )
    judgeField(name, wanted, values, context)
  }
  if (typeof expected.body === 'string') assert.equal(body, expected.body, context)
  else if (expected.body !== undefined) assert.match(body, expected.body, context)

  const saw = `the application saw ${JSON.stringify(seen)}`
  assert.equal(seen.length, expected.application === null ? 0 : 1, saw)
  const [request] = seen
  if (request === undefined || expected.application === null) return
  const { method, url, headers = {}, body: sent } = expected.application
  if (method !== undefined) assert.equal(request.method, method, saw)
  if (url !== undefined) assert.equal(request.url, url, saw)
  if (sent !== undefined) assert.equal(request.body, sent, saw)
  for (const [name, wanted] of Object.entries(headers)) {
    judgeField(name, wanted, [request.headers[name.toLowerCase()] ?? []].flat(), saw)
  }
}

function judgeField(name: string, wanted: Wanted, values: readonly string[], context: string): void {
  if (wanted === null) {
    assert.deepEqual(values, [], `${name} is there: ${context}`)
    return
  }
  assert.equal(values.length, 1, `${name} is there ${values.length} times: ${context}`)
  if (typeof wanted === 'string') assert.equal(values[0], wanted, `${name}: ${context}`)
  else assert.match(values[0] ?? '', wanted, `${name}: ${context}`)
}
