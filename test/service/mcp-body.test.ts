import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwardedHeaders } from '../support/ask.ts'
import { openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService } from '../support/service.ts'
import { makeTestCa } from '../support/tls-files.ts'

const yaml = ({ issuer }: { readonly issuer: string }) => `
issuers: { main: ${issuer} }
routes:
  api: { resource: ${RESOURCE}, mcp: { tools: { status: allow }, maxBodySize: 2048 } }
  plain: { resource: ${RESOURCE}/plain, audience: ["${RESOURCE}"] }
`
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"}}'
const fields = (token: string) =>
  forwardedHeaders({ method: 'POST', token, headers: { 'Content-Type': 'application/json' } })

/** What becomes of a call whose body is written like this; undefined when there is no answer. */
async function ask(
  auth: string,
  route: string,
  token: string,
  framing: readonly [string, string],
  chunks: readonly string[],
) {
  const connection = await openRaw(auth)
  try {
    connection.send(requestHead(`GET /verify/${route} HTTP/1.1`, [['Host', 'gate'], ...fields(token), framing]))
    for (const chunk of chunks) {
      connection.send(chunk)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const answer = await connection.read()
    const reason = answer?.headers.find(([name]) => name === 'X-Forwardgate-Reason')?.[1]
    const closes = answer?.headers.some(([name, value]) => name === 'Connection' && value === 'close')
    const then = closes === true ? ', then closed' : ''
    return answer === undefined ? undefined : `${answer.status}${reason === undefined ? '' : ` ${reason}`}${then}`
  } finally {
    connection.close()
  }
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

test('a body is read to its end and its bound, in whatever pieces it comes', async (t) => {
  const gate = await startTestService(t, { yaml })
  const token = gate.issuer.mint({ aud: RESOURCE })
  const asks = (framing: readonly [string, string], ...chunks: readonly string[]) =>
    ask(gate.auth, 'api', token, framing, chunks)
  const length = (bytes: number) => ['Content-Length', String(bytes)] as const
  const chunked = ['Transfer-Encoding', 'chunked'] as const
  assert.equal(await asks(length(CALL.length), CALL.slice(0, 20), CALL.slice(20)), '200')
  assert.equal(await asks(chunked, chunk(CALL.slice(0, 9)), chunk(CALL.slice(9)), '0\r\n\r\n'), '200')
  assert.equal(await asks(chunked, '0\r\n\r\n'), '400 mcp_request_invalid')
  assert.equal(await asks(length(2048), CALL.padEnd(2048)), '200')
  assert.equal(await asks(length(2049), CALL.padEnd(2049)), '413 mcp_body_too_large, then closed')
  assert.equal(await asks(chunked, chunk(CALL.padEnd(4000)), '0\r\n\r\n'), '413 mcp_body_too_large, then closed')
  // What a proxy lets through is read to its end. Of more, the answer comes although the rest does not.
  const most = 4_194_304
  assert.equal(await asks(length(most), CALL.padEnd(most)), '413 mcp_body_too_large, then closed')
  assert.equal(await asks(length(10_000_000), CALL.padEnd(most + 1)), '413 mcp_body_too_large, then closed')
  // A body that is not read is not waited for.
  assert.equal(await ask(gate.auth, 'plain', token, length(10), []), '200')

  const { evidence } = gate.decisions().findLast(({ reason }) => reason === 'mcp_body_too_large') ?? {}
  assert.deepEqual(evidence, { problem: 'the body is larger than 2048 bytes', limit: 2048 })
})

test('a body that does not come to its end is waited for five seconds', async (t) => {
  const gate = await startTestService(t, { yaml })
  const token = gate.issuer.mint({ aud: RESOURCE })
  const connection = await openRaw(gate.auth)
  t.after(() => connection.close())
  connection.send(
    requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...fields(token), ['Content-Length', '99']]),
  )
  connection.send(CALL.slice(0, 20))
  // The first look gives up after five seconds of silence itself.
  const answer = await connection.read().catch(() => connection.read())
  assert.equal(answer?.status, 400)
})

test('over HTTP/2 a body past its bound ends its stream, and the connection serves on', async (t) => {
  const ca = await makeTestCa()
  if (ca === undefined) return t.skip(missing('openssl', 'no body comes over HTTP/2'))
  t.after(ca.remove)
  const { cert, key } = await ca.issue('localhost')
  const gate = await startTestService(t, { yaml, env: { FORWARDGATE_TLS_CERT: cert, FORWARDGATE_TLS_KEY: key } })
  const session = await openH2(gate.auth, { ca: ca.pem })
  t.after(() => session.destroy())
  const call = { method: 'POST', target: '/verify/api', headers: fields(gate.issuer.mint({ aud: RESOURCE })) }
  for (let round = 0; round < 5; round++) {
    assert.equal((await sendH2(session, { ...call, body: CALL.padEnd(200_000) })).status, 413)
    assert.equal((await sendH2(session, { ...call, body: CALL })).status, 200)
  }
})
