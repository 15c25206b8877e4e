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

/** A token with this kid and a made-up signature of the right length. */
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
    assert.equal((await gate.ask('dead')).status, 401, 'a client without a token learns where to get one')
  })

  it(`${MANY} unknown kids cause at most one fetch per cool-down`, async (t) => {
    const gate = await startTestService(t)
    const before = gate.issuer.hits()
    const requests = Array.from({ length: MANY }, (_, at) => question(unsigned(`made-up-${at}`, gate.issuer)))
    const start = performance.now()
    const statuses = await flood(gate.auth, requests)
    assert.equal((statuses.get(401) ?? 0) + (statuses.get(503) ?? 0), MANY, 'bad, or to be looked up')
    const allowed = 1 + Math.floor((performance.now() - start) / COOL_DOWN_MS)
    const fetches = gate.issuer.keyHits() - 1
    assert.ok(fetches >= 1 && fetches <= allowed, `${fetches} fetches, ${allowed} allowed`)
    // Each fetch of keys asks discovery once.
    assert.ok(gate.issuer.hits() - before <= allowed * 2)
    assert.equal((await gate.ask('api', { token: good(gate.issuer) })).status, 200)
    const counted = (labels: string) => gate.metric(`decisions_total{route="api",issuer="none",${labels}}`)
    assert.equal(await counted('outcome="deny",reason="key_unknown"'), statuses.get(401))
    assert.equal(await counted('outcome="retry",reason="keys_unavailable"'), statuses.get(503))
    assert.equal(await counted('outcome="error",reason="keys_unavailable"'), undefined, 'strangers cause no alert')
  })

  it('rotate while made-up kids arrive: a token of the new key is 503 until the fetch, then 200, and never 401', async (t) => {
    const gate = await startTestService(t)
    const known = good(gate.issuer)
    const ask = async (token: string) => {
      const { status, headers, challenge } = await gate.ask('api', { token })
      assert.equal(challenge === undefined, status !== 401)
      return `${status} ${headers.get('x-forwardgate-reason')?.[0] ?? ''} ${headers.get('retry-after')?.[0] ?? ''}`
    }
    assert.match(await ask(unsigned('made-up', gate.issuer)), /^401 key_unknown/)
    await gate.issuer.rotate({ keep: true })
    const fresh = good(gate.issuer)
    const answers: string[] = []
    for (let at = 0; answers.at(-1) !== '200  '; at++) {
      assert.ok(at < 150, `no fetch within 15 s: ${answers.at(-1)}`)
      await ask(unsigned(`made-up-${at}`, gate.issuer))
      answers.push(await ask(fresh))
      assert.equal(await ask(known), '200  ')
      await sleep(100)
    }
    assert.equal(answers[0], '503 keys_unavailable 5')
    assert.deepEqual(new Set(answers), new Set(['503 keys_unavailable 5', '200  ']))
    assert.equal(gate.issuer.keyHits(), 3)
    const line = gate.decisions().find(({ outcome }) => outcome === 'retry') ?? assert.fail('no line')
    const { level, reason, evidence } = line
    assert.deepEqual([level, reason], ['info', 'keys_unavailable'])
    assert.deepEqual(evidence, { cause: 'unknown_kid', unverifiedKeyId: 'made-up-0' })
    const alerting = 'decisions_total{route="api",issuer="none",outcome="error",reason="keys_unavailable"}'
    assert.equal(await gate.metric(alerting), undefined)
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
