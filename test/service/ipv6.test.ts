import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { closeNow } from '../../lab/loopback-server.ts'
import { missing } from '../support/missing-part.ts'
import { startTestService } from '../support/service.ts'

const HOST = '[2001:db8::7]:8443'

test('keys are fetched, questions are answered and a resource is found over IPv6 alone', async (t) => {
  let source = ''
  const keys = createServer(async (_, response) => response.end(await (await fetch(source)).text()))
  const [opened] = await Promise.race([once(keys.listen(0, '::1'), 'listening'), once(keys, 'error')])
  if (opened instanceof Error) return t.skip(missing('an IPv6 loopback', 'IPv6 is not tested'))
  t.after(() => closeNow(keys))
  const address = keys.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { auth, issuer, ask } = await startTestService(t, {
    env: { FORWARDGATE_LISTEN: '[::1]:0' },
    yaml: ({ issuer: name, jwksUri }) => {
      source = jwksUri
      return `
issuers: { main: { issuer: ${name}, jwksUri: "http://[::1]:${port}/keys" } }
routes: { api: { resource: "https://${HOST}/mcp" } }`
    },
  })
  assert.match(auth, /^http:\/\/\[::1\]:\d+$/)
  const token = issuer.mint({ aud: `https://${HOST}/mcp` })
  assert.equal((await ask(undefined, { host: HOST, uri: '/mcp', token })).status, 200)
  const { status, challenge } = await ask(undefined, { host: HOST, uri: '/mcp' })
  assert.equal(status, 401)
  assert.match(challenge ?? '', /^Bearer resource_metadata="https:\/\/\[2001:db8::7\]:8443\/\.well-known\//)
})
