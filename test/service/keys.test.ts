import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forwardedHeaders } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService, until } from '../support/service.ts'
import { flood } from './flood.ts'

const MANY = 10_000
const COOL_DOWN_MS = 10_000

const good = (issuer: FakeIssuer) => issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })

const question = (token: string) =>
  requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...forwardedHeaders({ uri: '/mcp', token })])

/** A token with this kid and a signature of the right length that nobody made. */
function unsigned(kid: string, issuer: FakeIssuer): string {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: issuer.issuer, sub: 'mallory', aud: RESOURCE, iat: now, exp: now + 300 }
  return `${part({ typ: 'JWT', alg: 'ES256', kid })}.${part(claims)}.${randomBytes(64).toString('base64url')}`
}

describe('keys', () => {
  it('rotate under load and no request is refused', async (t) => {
    const gate = await startTestService(t)
    const { issuer } = gate
    const old = good(issuer)
    const statuses: number[] = []
    let rotated = false
    let done = false
    const load = Array.from({ length: 4 }, async () => {
      while (!done) {
        statuses.push((await gate.ask('api', { token: old })).status)
        statuses.push((await gate.ask('api', { token: good(issuer) })).status)
        if (rotated && statuses.length > 200) done = true
      }
    })
    await sleep(100)
    await issuer.rotate({ keep: true })
    rotated = true
    await Promise.all(load)
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(issuer.keyHits(), 2, 'one fetch at the start, one for the new kid')
  })

  it('leave with the set: a token of a withdrawn key is refused after the refresh, a cached one too', async (t) => {
    const gate = await startTestService(t)
    const old = good(gate.issuer)
    assert.equal((await gate.ask('api', { token: old })).status, 200)
    await gate.issuer.rotate()
    assert.equal((await gate.ask('api', { token: good(gate.issuer) })).status, 200)
    assert.deepEqual((await gate.ask('api', { token: old })).headers.get('x-forwardgate-reason'), ['key_unknown'])
  })

  it('serve on when the issuer dies: tokens of before and new ones work', async (t) => {
    const gate = await startTestService(t)
    const before = good(gate.issuer)
    assert.equal((await gate.ask('api', { token: before })).status, 200)
    await gate.issuer.stop()
    assert.equal((await gate.ask('api', { token: before })).status, 200)
    for (const _ of [1, 2, 3]) assert.equal((await gate.ask('api', { token: good(gate.issuer) })).status, 200)
    const unknown = await gate.ask('api', { token: unsigned('made-up', gate.issuer) })
    assert.equal(unknown.status, 503, 'a new key may exist where we cannot look')
    assert.equal(unknown.challenge, undefined)
    assert.equal((await gate.ask('api', { token: before })).status, 200)
  })

  it('of one issuer that hangs do not hold up the routes of another', async (t) => {
    const dead = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => dead.stop())
    dead.hang()
    const gate = await startTestService(t, {
      waitForKeys: false,
      yaml: (issuer) => `
issuers: { main: ${issuer.issuer}, dead: ${dead.issuer} }
defaults: { issuers: [main] }
routes: { api: { resource: ${RESOURCE} }, dead: { resource: https://api.example.com/dead, issuers: [dead] } }
`,
    })
    await until(
      'the first issuer has keys',
      async () => (await gate.ask('api', { token: good(gate.issuer) })).status === 200,
    )
    assert.equal((await gate.ask('dead')).status, 401, 'whoever has no token is told where to get one')
  })

  it(`${MANY} unknown kids cause at most one fetch per cool-down`, async (t) => {
    const gate = await startTestService(t)
    const before = gate.issuer.hits()
    const requests = Array.from({ length: MANY }, (_, at) => question(unsigned(`made-up-${at}`, gate.issuer)))
    const start = performance.now()
    assert.deepEqual(await flood(gate.auth, requests), new Map([[401, MANY]]))
    const allowed = 1 + Math.floor((performance.now() - start) / COOL_DOWN_MS)
    const fetches = gate.issuer.keyHits() - 1
    assert.ok(fetches >= 1 && fetches <= allowed, `${fetches} fetches, ${allowed} allowed`)
    // Each fetch of keys asks discovery once.
    assert.ok(gate.issuer.hits() - before <= allowed * 2)
    assert.equal((await gate.ask('api', { token: good(gate.issuer) })).status, 200)
    assert.equal(
      await gate.metric('decisions_total{route="api",issuer="none",outcome="deny",reason="key_unknown"}'),
      MANY,
    )
  })

  it(`${MANY} bad signatures cause no fetch and leave the cache small`, async (t) => {
    const gate = await startTestService(t, { env: { FORWARDGATE_TOKEN_CACHE_ENTRIES: '100' } })
    const before = gate.issuer.hits()
    const kid = gate.issuer.keys[0]?.kid ?? assert.fail('no key')
    const requests = Array.from({ length: MANY }, () => question(unsigned(kid, gate.issuer)))
    assert.deepEqual(await flood(gate.auth, requests), new Map([[401, MANY]]))
    assert.equal(gate.issuer.hits(), before)
    const entries = (await gate.metric('token_cache_entries')) ?? assert.fail('no such metric')
    assert.ok(entries <= 100, `${entries} entries`)
  })
})
