import assert from 'node:assert/strict'
import { METHODS } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { forwardedHeaders } from '../support/ask.ts'
import { openRaw, type RawConnection, type RawResponse, requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService } from '../support/service.ts'

type Headers = Readonly<Record<string, string>>

/** A gate, a good token and one connection on which everything is asked. */
async function openGate(t: TestContext) {
  const gate = await startTestService(t)
  const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
  const connection = await openRaw(gate.auth)
  t.after(() => connection.close())
  const question = (method: string, own: Headers = {}, { withToken = true, version = '1.1' } = {}) =>
    requestHead(`${method} /verify/api HTTP/${version}`, [
      ['Host', 'gate'],
      ...forwardedHeaders({ method, uri: '/mcp', ...(withToken ? { token } : {}) }),
      ...Object.entries(own),
    ])
  return { gate, token, connection, question }
}

async function read(connection: RawConnection, head = false): Promise<RawResponse> {
  return (await connection.read({ head })) ?? assert.fail('the connection was closed without an answer')
}

/** What no answer of /verify may have, whatever is asked. */
function assertPlain({ headers }: RawResponse): void {
  const names = headers.map(([name]) => name.toLowerCase())
  for (const name of ['etag', 'location', 'set-cookie', 'content-encoding', 'transfer-encoding', 'upgrade']) {
    assert.ok(!names.includes(name), name)
  }
  assert.equal(headers.find(([name]) => name === 'Cache-Control')?.[1], 'no-store')
}

describe('/verify on one kept connection', () => {
  it('decides the same for every method that Node parses, with a body and without', async (t) => {
    const { connection, question } = await openGate(t)
    const methods = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')
    assert.ok(methods.length > 30)
    for (const method of methods) {
      for (const [withToken, status] of [
        [true, 200],
        [false, 401],
      ] as const) {
        connection.send(question(method, {}, { withToken }))
        const bare = await read(connection, method === 'HEAD')
        assert.equal(bare.status, status, method)
        connection.send(`${question(method, { 'Content-Length': '11' }, { withToken })}hello world`)
        const withBody = await read(connection, method === 'HEAD')
        assert.deepEqual(covered(withBody), covered(bare), method)
        assertPlain(bare)
      }
    }
  })

  it('TRACE and CONNECT are never allowed', async (t) => {
    const { gate, connection, question } = await openGate(t)
    connection.send(question('TRACE'))
    assert.equal((await read(connection)).status, 400)
    connection.send(question('CONNECT'))
    await connection.closed()
    assert.equal(
      await gate.metric('decisions_total{route="api",issuer="main",outcome="allow",reason="token"}'),
      undefined,
    )
  })

  it('looks at no content type, no encoding and no body, not even one that is cut into chunks', async (t) => {
    const { connection, question } = await openGate(t)
    for (const type of [
      '',
      'application/json',
      'no/such',
      'multipart/form-data',
      '"',
      'application/json; charset=\u00ff',
    ]) {
      connection.send(`${question('POST', { 'Content-Type': type, 'Content-Length': '1' })}{`)
      assert.equal((await read(connection)).status, 200, type)
    }
    connection.send(`${question('POST', { 'Transfer-Encoding': 'chunked' })}3\r\nabc\r\n0\r\n\r\n`)
    assert.equal((await read(connection)).status, 200)
    connection.send(question('GET', { 'Content-Encoding': 'br', 'Accept-Encoding': 'gzip, br', Accept: 'image/png' }))
    const response = await read(connection)
    assert.equal(response.status, 200)
    assertPlain(response)
  })

  it('does not wait for a large body that never comes whole', async (t) => {
    const { connection, question } = await openGate(t)
    connection.send(question('POST', { 'Content-Length': '1000000' }))
    assert.equal((await read(connection)).status, 200)
    connection.send(Buffer.alloc(1_000_000))
    connection.send(question('GET'))
    assert.equal((await read(connection)).status, 200)
  })

  it('ignores conditions, ranges, expectations and upgrades', async (t) => {
    const { connection, question } = await openGate(t)
    const odd: readonly Headers[] = [
      { 'If-None-Match': '*' },
      { 'If-Match': '"x"' },
      { 'If-Modified-Since': 'Sat, 01 Jan 2050 00:00:00 GMT' },
      { Range: 'bytes=0-0' },
      { Expect: 'foo' },
      { Expect: '100-continue' },
      {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Version': '13',
      },
      { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' },
    ]
    for (const own of odd) {
      for (const [withToken, status] of [
        [true, 200],
        [false, 401],
      ] as const) {
        connection.send(question('GET', own, { withToken }))
        const response = await read(connection)
        assert.equal(response.status, status, JSON.stringify(own))
        assertPlain(response)
      }
    }
    connection.send(`${question('POST', { Expect: '100-continue', 'Content-Length': '2' })}{}`)
    assert.equal((await read(connection)).status, 200)
    connection.send(`${question('POST', { Expect: '200-maybe', 'Content-Length': '2' })}{}`)
    assert.equal((await read(connection)).status, 200)
  })

  it('answers requests that came in one packet, in their order', async (t) => {
    const { connection, question } = await openGate(t)
    connection.send(question('GET') + question('GET', {}, { withToken: false }) + question('GET'))
    const statuses = [(await read(connection)).status, (await read(connection)).status, (await read(connection)).status]
    assert.deepEqual(statuses, [200, 401, 200])
  })

  it('speaks HTTP/1.0, and closes as that one expects', async (t) => {
    const { connection, question } = await openGate(t)
    connection.send(question('GET', {}, { version: '1.0' }))
    const response = await read(connection)
    assert.equal(response.status, 200)
    assert.equal(response.headers.find(([name]) => name === 'Connection')?.[1], 'close')
    await connection.closed()
  })
})

/** What must be equal: Date is the time, and a HEAD has no body. */
function covered({ status, headers, body }: RawResponse): unknown {
  return { status, headers: headers.filter(([name]) => name !== 'Date'), body: body.toString() }
}
