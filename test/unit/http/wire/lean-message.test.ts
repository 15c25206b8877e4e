import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { CallMessage } from '../../../../src/http/wire/lean-message.ts'

/** What a server shows as `headers` of a request with this head; undefined where Node refused it. */
async function headersOf(head: string, message: typeof IncomingMessage): Promise<IncomingHttpHeaders | undefined> {
  let seen: IncomingHttpHeaders | undefined
  const onRequest: RequestListener = (request, response) => {
    seen = request.headers
    response.end()
  }
  const server = createServer({ IncomingMessage: message }, onRequest).on('checkExpectation', onRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`${head}\r\nConnection: close\r\n\r\n`)
  await text(socket)
  server.close()
  return seen
}

const CALL = 'GET /verify/a HTTP/1.1\r\nX-Forwarded-Uri: /a\r\nHost: gate'

test('a call without a body shows Host alone', async () => {
  for (const head of [CALL, CALL.replace('Host', 'hOST'), `${CALL}\r\nHost: other`]) {
    assert.deepEqual(await headersOf(head, CallMessage), { host: 'gate' })
    assert.equal((await headersOf(head, IncomingMessage))?.host, 'gate')
  }
})

test('of everything else Node shows what it always shows, or refuses it', async () => {
  const heads = [
    CALL.replace('/verify/a', '/.well-known/oauth-protected-resource'),
    `${CALL}\r\nExpect: nonsense`,
    `${CALL}\r\nEXPECT: a\r\nexpect: b`,
    `${CALL}\r\nContent-Length: 0`,
    `${CALL}\r\ntransfer-ENCODING: chunked\r\nX: y`,
    CALL.replace('\r\nHost: gate', '').replace('1.1', '1.0'),
    CALL.replace('\r\nHost: gate', ''),
  ]
  const shown = await Promise.all(heads.map((head) => headersOf(head, CallMessage)))
  assert.deepEqual(shown, await Promise.all(heads.map((head) => headersOf(head, IncomingMessage))))
  assert.deepEqual(
    shown.map((headers) => headers !== undefined),
    [...heads.slice(1).map(() => true), false],
  )
})
