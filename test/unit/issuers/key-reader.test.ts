import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { KeySource } from '../../../src/config/model-issuer.ts'
import { createKeyReader, REDISCOVER_AFTER_MS } from '../../../src/issuers/key-reader.ts'
import { fakeClock } from './fake-clock.ts'
import { fakeNetwork } from './fake-network.ts'
import { A, B } from './key-set-bench.ts'

const ISSUER = 'https://id.example.com'
const DISCOVERY = `${ISSUER}/.well-known/oauth-authorization-server`
const [OLD, NEW] = ['https://keys.example.net/old', 'https://keys.example.net/new'] as const

function setUp(t: TestContext, keys: KeySource = { kind: 'discovery' }) {
  const clock = fakeClock()
  const network = fakeNetwork()
  const closing = new AbortController()
  t.after(() => closing.abort())
  const ports = { fetch: network.fetch, clock, signal: closing.signal }
  const read = createKeyReader({ name: 'main', issuer: ISSUER, keys, maxStale: 0 }, ports)
  const kids = async () => {
    const reading = await read()
    return reading.ok ? reading.keys.map((key) => key.kid) : reading.reason
  }
  return { clock, network, kids, read }
}

const document = (jwksUri: string, issuer = ISSUER) => ({ issuer, jwks_uri: jwksUri })
const [SET_A, SET_B] = [{ keys: [A.jwk] }, { keys: [B.jwk] }]

test('discovery is asked once, the keys at each reading', async (t) => {
  const { network, kids } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  assert.deepEqual(await kids(), ['a'])
  assert.deepEqual(await kids(), ['a'])
  assert.deepEqual(network.calls, [DISCOVERY, OLD, OLD])
})

test('D2: an explicit jwksUri skips discovery altogether', async (t) => {
  const { network, kids, clock } = setUp(t, { kind: 'jwksUri', uri: OLD })
  network.serve({ [DISCOVERY]: document(NEW), [OLD]: SET_A, [NEW]: SET_B })
  assert.deepEqual(await kids(), ['a'])
  await clock.advance(2 * REDISCOVER_AFTER_MS)
  network.serve({})
  await kids()
  await kids()
  assert.deepEqual(network.calls, [OLD, OLD, OLD])
})

test('an explicit discoveryUri is the one asked', async (t) => {
  const uri = 'https://cache.example.com/discovery'
  const { network, kids } = setUp(t, { kind: 'discoveryUri', uri })
  network.serve({ [uri]: document(OLD), [OLD]: SET_A })
  assert.deepEqual(await kids(), ['a'])
  assert.deepEqual(network.calls, [uri, OLD])
})

test('a failure names the key of the configuration that mends it', async () => {
  const fetch = () => Promise.resolve(new Response(null, { status: 401 }))
  const ports = { fetch, clock: fakeClock(), signal: new AbortController().signal }
  const keys: KeySource = { kind: 'jwksUri', uri: OLD }
  const read = createKeyReader({ name: 'main', issuer: ISSUER, keys, maxStale: 0 }, ports)
  const reason = `keys: ${OLD}: status 401; the issuer requires a token: set fetch.bearerTokenFile`
  assert.deepEqual(await read(), { ok: false, reason, skipped: [], document: undefined })
})

test('a moved jwks_uri heals with the first reading after the failure', async (t) => {
  const { network, kids } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  await kids()
  network.serve({ [DISCOVERY]: document(NEW), [NEW]: SET_B })
  assert.match(String(await kids()), /^keys: https:\/\/keys\.example\.net\/old: status 404$/)
  assert.deepEqual(await kids(), ['b'])
})

test('a moved jwks_uri whose old place still answers heals within the hour', async (t) => {
  const { network, kids, clock } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  await kids()
  network.serve({ [DISCOVERY]: document(NEW), [OLD]: SET_A, [NEW]: SET_B })
  await clock.advance(REDISCOVER_AFTER_MS - 1)
  assert.deepEqual(await kids(), ['a'])
  await clock.advance(1)
  assert.deepEqual(await kids(), ['b'])
})

test('an unusable set makes the address doubtful too', async (t) => {
  const { network, kids } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  await kids()
  network.serve({ [DISCOVERY]: document(NEW), [OLD]: { keys: [] }, [NEW]: SET_B })
  assert.match(String(await kids()), /empty/)
  assert.deepEqual(await kids(), ['b'])
})

test('while the discovery document cannot be had, the last address serves on', async (t) => {
  const { network, kids, clock } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  await kids()
  network.serve({ [OLD]: SET_B })
  await clock.advance(2 * REDISCOVER_AFTER_MS)
  assert.deepEqual(await kids(), ['b'])
  network.serve({ [DISCOVERY]: document(NEW), [OLD]: SET_B, [NEW]: SET_A })
  assert.deepEqual(await kids(), ['a'], 'and discovery is asked again at the next reading')
})

test('D1: a discovery document that turns to another issuer is a failure, also with an address at hand', async (t) => {
  const { network, kids, clock } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A })
  await kids()
  network.serve({ [DISCOVERY]: document(NEW, 'https://evil.example.com'), [OLD]: SET_A, [NEW]: SET_B })
  await clock.advance(REDISCOVER_AFTER_MS)
  assert.match(String(await kids()), /^discovery: .*evil\.example\.com/)
  assert.ok(!network.calls.includes(NEW))
})

test('nothing found: the reason names both places', async (t) => {
  const { network, kids } = setUp(t)
  network.serve({})
  assert.match(
    String(await kids()),
    /^discovery: .*oauth-authorization-server: status 404; .*openid-configuration: status 404$/,
  )
})

test('max-age is that of the key set, not of the discovery document', async (t) => {
  const { network, read } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD), [OLD]: SET_A }, { 'cache-control': 'max-age=77' })
  const reading = await read()
  assert.equal(reading.maxAge, 77)
})

test('the issuer’s metadata comes with the reading, also while its keys cannot be had', async (t) => {
  const { network, read } = setUp(t)
  network.serve({ [DISCOVERY]: document(OLD) })
  const failed = await read()
  assert.deepEqual([failed.ok, failed.document], [false, document(OLD)])
  network.serve({ [DISCOVERY]: document(NEW), [NEW]: SET_B })
  assert.deepEqual((await read()).document, document(NEW))
  const { network: other, read: readOther } = setUp(t)
  other.serve({ [DISCOVERY]: document(OLD, 'https://evil.example.com'), [OLD]: SET_A })
  assert.equal((await readOther()).document, undefined)
})
