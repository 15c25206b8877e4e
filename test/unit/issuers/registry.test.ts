import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Issuer, KeySource } from '../../../src/config/model-issuer.ts'
import { type KeyRegistry, openRegistry } from '../../../src/issuers/registry.ts'
import { sampleIssuer } from '../decision/sample.ts'
import { fakeClock, settle } from './fake-clock.ts'
import { fakeNetwork } from './fake-network.ts'
import { A, B, keysNow } from './key-set-bench.ts'

function issuer(name: string, changes: Partial<Issuer> = {}): Issuer {
  const keys: KeySource = { kind: 'jwksUri', uri: `https://${name}.example.com/jwks` }
  return sampleIssuer({ name, issuer: `https://${name}.example.com`, keys, algorithms: ['ES256'], ...changes })
}

const bothServe = {
  'https://one.example.com/jwks': { keys: [A.jwk] },
  'https://two.example.com/jwks': { keys: [{ ...B.jwk, kid: 'a' }] },
}

function setUp(t: TestContext) {
  const clock = fakeClock()
  const network = fakeNetwork()
  network.serve(bothServe)
  const ports = { fetch: network.fetch, clock, random: () => 0, onRefresh: () => {} }
  const open = (issuers: readonly Issuer[], previous?: KeyRegistry) => {
    const registry = openRegistry(issuers, ports, previous)
    t.after(() => registry.close())
    return registry
  }
  return { clock, network, open }
}

test('40: two issuers with the same kid stay apart', async (t) => {
  const { open } = setUp(t)
  const [one, two] = [issuer('one'), issuer('two')]
  const registry = open([one, two])
  await registry.ready
  assert.ok(keysNow(registry.findKeys(one, 'ES256', 'a'))[0]?.key.equals(A.publicKey))
  assert.ok(keysNow(registry.findKeys(two, 'ES256', 'a'))[0]?.key.equals(B.publicKey))
})

test('40: two entries that share an iss stay apart', async (t) => {
  const { open } = setUp(t)
  const [one, two] = [
    issuer('one', { issuer: 'https://same.example.com' }),
    issuer('two', { issuer: 'https://same.example.com' }),
  ]
  const registry = open([one, two])
  await registry.ready
  assert.ok(keysNow(registry.findKeys(one, 'ES256', 'a'))[0]?.key.equals(A.publicKey))
  assert.ok(keysNow(registry.findKeys(two, 'ES256', 'a'))[0]?.key.equals(B.publicKey))
})

test('unavailable: an issuer of another configuration never gets the keys of its namesake', async (t) => {
  const { open } = setUp(t)
  const one = issuer('one')
  const registry = open([one])
  await registry.ready
  assert.equal(registry.findKeys(issuer('three'), 'ES256', 'a'), 'unavailable')
  assert.equal(registry.findKeys(issuer('one', { issuer: 'https://other.example.com' }), 'ES256', 'a'), 'unavailable')
  assert.equal(registry.findKeys(issuer('one', { keys: { kind: 'discovery' } }), 'ES256', 'a'), 'unavailable')
  keysNow(registry.findKeys(structuredClone(one), 'ES256', 'a'))
})

test('D5: ready waits for the first fetch of each issuer, well or not', async (t) => {
  const { open, network, clock } = setUp(t)
  network.hold()
  const registry = open([issuer('one'), issuer('missing')])
  let ready = false
  void registry.ready.then(() => {
    ready = true
  })
  await clock.advance(1_000)
  assert.equal(ready, false)
  network.release()
  await settle()
  assert.equal(ready, true)
  assert.deepEqual(
    registry.statuses().map(({ name, keys, tried }) => [name, keys, tried]),
    [
      ['one', 1, true],
      ['missing', 0, true],
    ],
  )
})

test('ready after 5 s at the latest', async (t) => {
  const { open, network, clock } = setUp(t)
  network.hang()
  const registry = open([issuer('one', { keys: { kind: 'discovery' } })])
  let ready = false
  void registry.ready.then(() => {
    ready = true
  })
  await clock.advance(4_999)
  assert.equal(ready, false)
  await clock.advance(1)
  assert.equal(ready, true)
})

test('ready immediately without issuers or with configured keys only', async (t) => {
  const { open } = setUp(t)
  await open([]).ready
  const keys: KeySource = { kind: 'jwksFile', file: 'keys.json', document: { keys: [A.jwk] } }
  const registry = open([issuer('one', { keys })])
  keysNow(registry.findKeys(issuer('one', { keys }), 'ES256', 'a'))
  await registry.ready
})

test('reload: an unchanged issuer keeps its keys, its schedule and its key objects', async (t) => {
  const { open, network, clock } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  const [held] = keysNow(first.findKeys(issuer('one'), 'ES256', 'a'))
  await clock.advance(60_000)
  network.refuse()
  const second = open([issuer('one'), issuer('two')], first)
  first.close(second)
  await second.ready
  assert.equal(keysNow(second.findKeys(issuer('one'), 'ES256', 'a'))[0], held)
  assert.equal(network.calls.filter((url) => url.includes('one')).length, 1)
  network.serve(bothServe)
  await clock.advance(9 * 60_000)
  assert.equal(network.calls.filter((url) => url.includes('one')).length, 2, 'refreshed when it was due')
})

test('reload: a change that is not about keys keeps them', async (t) => {
  const { open, network } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  network.refuse()
  const second = open([issuer('one', { clockTolerance: 5, algorithms: ['ES256', 'RS256'] })], first)
  keysNow(second.findKeys(issuer('one'), 'ES256', 'a'))
  assert.equal(network.calls.length, 1)
})

test('reload: raising maxStale while the issuer is down does not lose the keys', async (t) => {
  const { open, network, clock } = setUp(t)
  const first = open([issuer('one', { maxStale: 3_600 })])
  await first.ready
  network.refuse()
  await clock.advance(3_600_000)
  const raised = issuer('one', { maxStale: 86_400 })
  const second = open([raised], first)
  first.close(second)
  await second.ready
  const [held] = keysNow(second.findKeys(raised, 'ES256', 'a'))
  await clock.advance(10 * 3_600_000)
  assert.equal(held?.live, true)
  network.serve(bothServe)
  await clock.advance(60_000)
  assert.equal(keysNow(second.findKeys(raised, 'ES256', 'a'))[0], held)
  assert.equal(first.findKeys(issuer('one', { maxStale: 3_600 }), 'ES256', 'a'), 'unavailable')
})

test('reload: with another maxStale the keys serve on while the new set fetches', async (t) => {
  const { open, network } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  network.hang()
  const raised = issuer('one', { maxStale: 172_800 })
  const second = open([raised], first)
  keysNow(second.findKeys(raised, 'ES256', 'a'))
  assert.equal(second.statuses()[0]?.keys, 1)
})

test('the metadata of an issuer outlives its issuer’s outage and a reload, but not another source', async (t) => {
  const { open, network } = setUp(t)
  const found = { issuer: 'https://one.example.com', jwks_uri: 'https://one.example.com/jwks', scopes_supported: ['a'] }
  network.serve({ ...bothServe, 'https://one.example.com/.well-known/oauth-authorization-server': found })
  const one = issuer('one', { keys: { kind: 'discovery' } })
  const first = open([one])
  assert.equal(first.findDocument(one), undefined)
  await first.ready
  assert.deepEqual(first.findDocument(one), found)
  network.refuse()
  const second = open([issuer('one', { keys: { kind: 'discovery' }, maxStale: 172_800 })], first)
  await second.ready
  assert.deepEqual(second.findDocument(one), found)
  const third = open([issuer('one')], second)
  await third.ready
  assert.equal(third.findDocument(one), undefined)
})

test('reload: another source is another key set, and its old keys do not serve', async (t) => {
  const { open, network } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  const moved = issuer('one', { keys: { kind: 'jwksUri', uri: 'https://two.example.com/jwks' } })
  const second = open([moved], first)
  await second.ready
  assert.ok(keysNow(second.findKeys(moved, 'ES256', 'a'))[0]?.key.equals(B.publicKey))
  assert.ok(keysNow(first.findKeys(issuer('one'), 'ES256', 'a'))[0]?.key.equals(A.publicKey), 'for requests under way')
  assert.equal(network.calls.length, 2)
})

test('reload: with another fetch the same source has a key set of its own', (t) => {
  const { open } = setUp(t)
  const before = open([issuer('one')])
  const fetch = { bearerTokenFile: 'token' }
  const next = open([issuer('one', { fetch })], before)
  assert.notEqual(next.keySets.get('one'), before.keySets.get('one'))
  assert.equal(open([issuer('one', { fetch: { ...fetch } })], next).keySets.get('one'), next.keySets.get('one'))
})

test('static tokens have no key set', (t) => {
  const { open } = setUp(t)
  const keys: KeySource = { kind: 'tokensFile', file: '/tokens', tokens: [] }
  assert.deepEqual(open([issuer('machines', { keys })]).statuses(), [])
})

test('reload: with spiffe the same source has other keys', async (t) => {
  const { network, open } = setUp(t)
  const [plain, mesh] = [issuer('one'), issuer('one', { spiffe: 'example.org' })]
  network.serve({ 'https://one.example.com/jwks': { keys: [A.jwk, { ...B.jwk, kid: 'b', use: 'jwt-svid' }] } })
  const before = open([plain])
  await before.ready
  const after = open([mesh], before)
  await after.ready
  assert.ok(keysNow(after.findKeys(mesh, 'ES256', 'b'))[0]?.key.equals(B.publicKey))
})

test('reload: a changed key file is another key set', async (t) => {
  const { open } = setUp(t)
  const file = (jwk: unknown): Issuer =>
    issuer('one', { keys: { kind: 'jwksFile', file: 'keys.json', document: { keys: [jwk] } } })
  const first = open([file(A.jwk)])
  const second = open([file(B.jwk)], first)
  assert.equal(second.findKeys(file(B.jwk), 'ES256', 'a'), 'unknown')
  keysNow(second.findKeys(file(B.jwk), 'ES256', 'b'))
})

test('reload: gone issuers are closed only on demand, and shared ones never', async (t) => {
  const { open, network, clock } = setUp(t)
  const first = open([issuer('one'), issuer('two')])
  await first.ready
  const second = open([issuer('one')], first)
  await clock.advance(600_000)
  assert.equal(network.calls.length, 4, 'both still refreshed before the swap')
  first.close(second)
  await clock.advance(600_000)
  assert.deepEqual(network.calls.slice(4), ['https://one.example.com/jwks'])
  second.close()
  await clock.advance(600_000)
  assert.equal(network.calls.length, 5)
})

test('reload called off: the new sets end, the shared ones go on', async (t) => {
  const { open, network, clock } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  const second = open([issuer('one'), issuer('two')], first)
  await second.ready
  second.close(first)
  await clock.advance(600_000)
  assert.deepEqual(network.calls.slice(2), ['https://one.example.com/jwks'])
})

test('a closed predecessor hands nothing on', async (t) => {
  const { open, network } = setUp(t)
  const first = open([issuer('one')])
  await first.ready
  first.close()
  await open([issuer('one')], first).ready
  assert.equal(network.calls.length, 2)
})
