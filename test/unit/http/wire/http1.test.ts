import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { refuseUnparsable } from '../../../../src/http/wire/http1.ts'

/** What a refusal writes to a socket, and what it counts. */
function refuse(code: string, { writable = true, exposeReason = true } = {}) {
  const socket = new PassThrough()
  if (!writable) socket.end()
  let counted = 0
  refuseUnparsable(Object.assign(new Error('parse error'), { code }), socket, { exposeReason }, () => {
    counted += 1
  })
  return { text: String(socket.read() ?? ''), counted, destroyed: socket.destroyed }
}

describe('what the HTTP parser refuses', () => {
  for (const [code, line] of [
    ['HPE_HEADER_OVERFLOW', 'HTTP/1.1 431 Request Header Fields Too Large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'HTTP/1.1 408 Request Timeout'],
    ['HPE_INVALID_METHOD', 'HTTP/1.1 400 Bad Request'],
    ['HPE_INVALID_HEADER_TOKEN', 'HTTP/1.1 400 Bad Request'],
    ['SOMETHING_NEW', 'HTTP/1.1 400 Bad Request'],
  ] as const) {
    it(`${code}: ${line}, our JSON, and the end`, () => {
      const { text, counted } = refuse(code)
      const [head = '', body = ''] = text.split('\r\n\r\n')
      assert.ok(head.startsWith(`${line}\r\n`), head)
      assert.match(head, /\r\nConnection: close$/)
      assert.match(head, new RegExp(`\\r\\nContent-Length: ${body.length}\\r\\n`))
      assert.equal(
        body,
        '{"reason":"forwarded_request_invalid","message":"The forwarded request is incomplete or malformed"}',
      )
      assert.equal(counted, 1)
    })
  }

  it('shows no reason if none is to be shown', () => {
    const { text } = refuse('HPE_INVALID_METHOD', { exposeReason: false })
    assert.doesNotMatch(text, /reason/i)
  })

  for (const [what, result] of [
    ['a client that went away', () => refuse('ECONNRESET')],
    ['a socket that takes nothing any more', () => refuse('HPE_INVALID_METHOD', { writable: false })],
  ] as const) {
    it(`${what} gets no answer and is not counted`, () => {
      const { text, counted, destroyed } = result()
      assert.deepEqual({ text, counted, destroyed }, { text: '', counted: 0, destroyed: true })
    })
  }
})
