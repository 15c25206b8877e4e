import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forwardedHeaders, toVerdict, type Verdict } from '../support/ask.ts'
import { openRaw, requestHead, sendRaw } from '../support/raw-http.ts'
import { RESOURCE, startTestService, type TestService } from '../support/service.ts'

const REFUSED = '{"reason":"forwarded_request_invalid","message":"The forwarded request is incomplete or malformed"}'
const UNMATCHED = 'decisions_total{route="unmatched",issuer="none",outcome="deny",reason="forwarded_request_invalid"}'

const good = (gate: TestService, claims: Readonly<Record<string, unknown>> = {}) =>
  gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', ...claims })

/** Asks with these header lines before the token. */
async function askBehind(gate: TestService, before: readonly (readonly [string, string])[]): Promise<Verdict> {
  const lines = [...forwardedHeaders({ uri: '/mcp' }), ...before, ['Authorization', `Bearer ${good(gate)}`] as const]
  return toVerdict(await sendRaw(gate.auth, requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...lines])))
}

describe('many and large headers', () => {
  it('passes a token of 20 KB, as Entra and Keycloak make for users in many groups', async (t) => {
    const gate = await startTestService(t)
    const token = good(gate, { groups: Array.from({ length: 480 }, (_, at) => `00000000-0000-0000-0000-${at + 1e11}`) })
    assert.ok(token.length > 20_000)
    assert.equal((await gate.ask('api', { uri: '/mcp', token })).status, 200)
  })

  for (const count of [1_000, 1_500, 2_500]) {
    it(`${count} small headers do not hide an Authorization behind them`, async (t) => {
      const gate = await startTestService(t)
      const many = Array.from({ length: count }, (_, at) => [`x-${at}`, '1'] as const)
      assert.equal((await askBehind(gate, many)).status, 200)
    })
  }

  it('does not choose between two Authorization fields, also when one is behind 1,000 others', async (t) => {
    const gate = await startTestService(t)
    const many = Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, '1'] as const)
    for (const before of [[], many]) {
      const { status, json, challenge } = await askBehind(gate, [['authorization', 'Bearer x'], ...before])
      assert.equal(status, 400)
      assert.partialDeepStrictEqual(json, { error: 'invalid_request', reason: 'credentials_ambiguous' })
      assert.match(challenge ?? '', /error="invalid_request"/)
    }
  })
})

describe('what the HTTP parser refuses', () => {
  for (const [what, status, bytes] of [
    ['no HTTP', 400, 'hello\r\n\r\n'],
    ['an unknown method', 400, 'FETCH /verify/api HTTP/1.1\r\nHost: gate\r\n\r\n'],
    ['a control character in a header', 400, 'GET /verify/api HTTP/1.1\r\nHost: gate\r\nX: a\u0000b\r\n\r\n'],
    ['a blank before the colon', 400, 'GET /verify/api HTTP/1.1\r\nHost: gate\r\nAuthorization : Bearer x\r\n\r\n'],
    ['two lengths', 400, 'POST /verify/api HTTP/1.1\r\nHost: gate\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      400,
      'POST /verify/api HTTP/1.1\r\nHost: gate\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a header of 70 KB',
      431,
      `GET /verify/api HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer ${'a'.repeat(70_000)}\r\n\r\n`,
    ],
  ] as const) {
    it(`${what}: ${status} with our JSON, counted, and the connection is closed`, async (t) => {
      const gate = await startTestService(t)
      const connection = await openRaw(gate.auth)
      t.after(() => connection.close())
      connection.send(Buffer.from(bytes, 'latin1'))
      const response = (await connection.read()) ?? assert.fail('no answer')
      assert.equal(response.status, status)
      assert.equal(response.body.toString(), REFUSED)
      const { headers } = toVerdict(response)
      assert.deepEqual(headers.get('x-forwardgate-reason'), ['forwarded_request_invalid'])
      assert.deepEqual(headers.get('cache-control'), ['no-store'])
      assert.deepEqual(headers.get('connection'), ['close'])
      assert.equal(headers.get('www-authenticate'), undefined)
      await connection.closed()
      assert.equal(await gate.metric(UNMATCHED), 1)
    })
  }

  it('HTTP/1.1 without Host is refused, by Node itself (RFC 9112 3.2)', async (t) => {
    const gate = await startTestService(t)
    const { status, headers } = toVerdict(await sendRaw(gate.auth, 'GET /verify/api HTTP/1.1\r\n\r\n'))
    assert.deepEqual([status, headers.get('connection')], [400, ['close']])
  })

  it('shows no reason if reasons are not exposed', async (t) => {
    const gate = await startTestService(t, { env: { FORWARDGATE_EXPOSE_REASON: 'false' } })
    const { headers, body } = toVerdict(await sendRaw(gate.auth, 'hello\r\n\r\n'))
    assert.equal(headers.get('x-forwardgate-reason'), undefined)
    assert.equal(body, '{"message":"The forwarded request is incomplete or malformed"}')
  })

  it('a client that goes away in the middle of a request is not counted and breaks nothing', async (t) => {
    const gate = await startTestService(t)
    for (let at = 0; at < 20; at++) {
      const connection = await openRaw(gate.auth)
      connection.send('GET /verify/api HTTP/1.1\r\nHost: g')
      connection.close()
    }
    assert.equal((await gate.ask('api', { token: good(gate) })).status, 200)
    assert.equal((await fetch(`${gate.operations}/livez`)).status, 200)
  })
})
