import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { RESOURCE, startTestService } from '../support/service.ts'

test('no address in a token is ever asked', async (t) => {
  const evil = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => evil.stop())
  const gate = await startTestService(t)
  const [key] = evil.keys
  for (const header of [
    { jku: evil.jwksUri, kid: key?.kid },
    { jku: evil.jwksUri, kid: gate.issuer.keys[0]?.kid },
    { x5u: evil.jwksUri, x5c: [evil.jwksUri], kid: evil.jwksUri },
    { jwk: key?.jwk, iss: evil.issuer },
  ]) {
    for (const iss of [gate.issuer.issuer, evil.issuer]) {
      const token = evil.mint({ iss, aud: RESOURCE, scope: 'mcp:read' }, { header })
      assert.ok([401, 503].includes((await gate.ask('api', { token })).status))
    }
  }
  assert.equal(evil.hits(), 0)
  assert.equal(
    (
      await gate.ask('api', {
        token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }, { header: { jku: evil.jwksUri } }),
      })
    ).status,
    200,
  )
  assert.equal(evil.hits(), 0)
})
