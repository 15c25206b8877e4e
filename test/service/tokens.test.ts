import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { makeSigningKey } from '../support/fake-issuer-keys.ts'
import { RESOURCE, startTestService } from '../support/service.ts'

const OTHER = 'https://api.example.com/other'

const twoRoutes = (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer} }
routes:
  api: { resource: ${RESOURCE} }
  other: { resource: ${OTHER} }
`

describe('tokens', () => {
  it('two issuers with the same kid: neither key opens the other one’s tokens', async (t) => {
    const [first, second] = await Promise.all([
      startFakeIssuer({ algorithms: ['ES256'] }),
      startFakeIssuer({ algorithms: ['ES256'] }),
    ])
    t.after(() => second.stop())
    t.after(() => first.stop())
    const kid = 'the-same'
    const [firstKey, secondKey] = await Promise.all([makeSigningKey('ES256', kid), makeSigningKey('ES256', kid)])
    for (const [issuer, key] of [
      [first, firstKey],
      [second, secondKey],
    ] as const) {
      issuer.answer(JSON.stringify({ keys: [key.jwk] }), 'keys')
    }
    const gate = await startTestService(t, {
      issuer: first,
      yaml: () => `
issuers: { first: ${first.issuer}, second: ${second.issuer} }
defaults: { issuers: [first, second], identityHeaders: { X-Auth-Issuer: "@issuer" } }
routes: { api: { resource: ${RESOURCE} } }
`,
    })
    const asked = async (issuer: FakeIssuer, key: typeof firstKey) => {
      const token = issuer.mint({ aud: RESOURCE }, { kid, key: key.privateKey })
      const { status, headers } = await gate.ask('api', { token })
      return [status, headers.get('x-auth-issuer')?.[0] ?? headers.get('x-forwardgate-reason')?.[0]]
    }
    // Twice: also when the good ones are in the cache.
    for (const _ of [1, 2]) {
      assert.deepEqual(await asked(first, firstKey), [200, 'first'])
      assert.deepEqual(await asked(second, secondKey), [200, 'second'])
      assert.deepEqual(await asked(first, secondKey), [401, 'signature_invalid'])
      assert.deepEqual(await asked(second, firstKey), [401, 'signature_invalid'])
    }
  })

  it('for the audience of one route: refused on the other, also right after it was accepted', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes })
    const token = gate.issuer.mint({ aud: RESOURCE })
    for (const _ of [1, 2, 3]) {
      assert.equal((await gate.ask('api', { token })).status, 200)
      const refused = await gate.ask('other', { token })
      assert.deepEqual([refused.status, refused.headers.get('x-forwardgate-reason')], [401, ['audience_mismatch']])
    }
    assert.equal(await gate.metric('token_cache_lookups_total{result="hit"}'), 4)
    assert.equal(await gate.metric('token_cache_lookups_total{result="miss"}'), 2)
    const both = gate.issuer.mint({ aud: [RESOURCE, OTHER] })
    assert.deepEqual(
      [(await gate.ask('api', { token: both })).status, (await gate.ask('other', { token: both })).status],
      [200, 200],
    )
  })

  it('one that is in the cache expires all the same, after the clock tolerance', async (t) => {
    let now = Date.now()
    const gate = await startTestService(t, { now: () => now })
    const exp = Math.floor(now / 1000) + 60
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', exp })
    assert.equal((await gate.ask('api', { token })).status, 200)
    now = (exp + 29) * 1000
    assert.equal((await gate.ask('api', { token })).status, 200)
    now = (exp + 30) * 1000
    const expired = await gate.ask('api', { token })
    assert.deepEqual([expired.status, expired.headers.get('x-forwardgate-reason')], [401, ['token_expired']])
    assert.equal(await gate.metric('token_cache_lookups_total{result="miss"}'), 1)
  })

  it('a fresh one that is refused is counted as a login that loops; an old one is not', async (t) => {
    const gate = await startTestService(t)
    await gate.ask('api', { token: gate.issuer.mint({ aud: 'https://elsewhere.example.com' }) })
    const iat = Math.floor(Date.now() / 1000) - 120
    await gate.ask('api', { token: gate.issuer.mint({ aud: 'https://elsewhere.example.com', iat }) })
    assert.equal(await gate.metric('fresh_token_denials_total{route="api",reason="audience_mismatch"}'), 1)
    assert.equal(
      await gate.metric('decisions_total{route="api",issuer="main",outcome="deny",reason="audience_mismatch"}'),
      2,
    )
  })

  it('by host and path, without a route in the address', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes })
    const token = gate.issuer.mint({ aud: RESOURCE })
    assert.equal((await gate.ask(undefined, { token, uri: '/mcp/tools?x=1' })).status, 200)
    assert.equal((await gate.ask(undefined, { token, uri: '/other' })).status, 401)
    for (const [host, uri] of [
      ['api.example.com', '/mcpx'],
      ['evil.example.com', '/mcp'],
    ] as const) {
      const { status, challenge } = await gate.ask(undefined, { token, host, uri })
      assert.deepEqual([status, challenge], [403, undefined])
    }
  })
})
