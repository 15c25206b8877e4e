import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Fastify from 'fastify'
import { listen } from '../../../../src/http/wire/listen.ts'

describe('the base URL of a listener', () => {
  const rows: readonly [text: string, host: string | undefined, base: RegExp][] = [
    ['of every address names no host that it is not bound to', undefined, /^http:\/\/(?:\[::\]|0\.0\.0\.0):\d+$/],
    ['of one address has that one', '127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
  ]
  for (const [text, host, base] of rows) {
    it(text, async (t) => {
      const app = Fastify()
      t.after(() => app.close())
      assert.match(await listen(app, { host, port: 0 }), base)
    })
  }
})
