import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { jwtVerify } from 'jose'
import type { KeySource } from '../../../src/config/model-issuer.ts'
import { systemClock } from '../../../src/issuers/clock.ts'
import { KeySet, type RefreshEvent } from '../../../src/issuers/key-set.ts'
import { type FakeIssuer, type FakeIssuerOptions, startFakeIssuer } from '../../support/fake-issuer.ts'
import { makePrivateCa } from '../../support/fake-issuer-tls.ts'
import { missing } from '../../support/missing-part.ts'
import { keysNow } from './key-set-bench.ts'

async function setUp(t: TestContext, options: FakeIssuerOptions = {}, keys: KeySource = { kind: 'discovery' }) {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'], ...options })
  const events: RefreshEvent[] = []
  const set = new KeySet(
    { name: 'main', issuer: issuer.issuer, keys, maxStale: 60 },
    { fetch, clock: systemClock, random: Math.random, onRefresh: (event) => events.push(event) },
  )
  t.after(async () => {
    set.close()
    await issuer.stop()
  })
  return { issuer, set, events }
}

async function verify(set: KeySet, issuer: FakeIssuer, alg = 'ES256'): Promise<void> {
  const kid = issuer.keys.find((key) => key.alg === alg)?.kid
  const answer = await set.find(alg, kid)
  assert.ok(typeof answer !== 'string', `${answer}`)
  await jwtVerify(issuer.mint({}, { alg }), answer[0]?.key ?? assert.fail(), { issuer: issuer.issuer })
}

for (const discovery of ['oauth', 'oidc', 'both'] as const) {
  for (const path of ['', '/', '/realms/a', '/application/o/mcp/']) {
    test(`keys are found by ${discovery} discovery of an issuer with the path "${path}"`, async (t) => {
      const { issuer, set } = await setUp(t, { discovery, path })
      await set.start()
      await verify(set, issuer)
    })
  }
}

test('tokens of every type of key verify with what the set gives', async (t) => {
  const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
  const { issuer, set } = await setUp(t, { algorithms })
  await set.start()
  for (const alg of algorithms) await verify(set, issuer, alg)
  assert.equal(issuer.keyHits(), 1)
})

test('an issuer that is down at the start and comes up heals without being asked', async (t) => {
  const { issuer, set, events } = await setUp(t)
  await issuer.stop()
  await set.start()
  assert.equal(set.find('ES256', undefined), 'unavailable')
  assert.match(set.status().lastError ?? '', /connection refused/)
  await issuer.restart()
  while (events.at(-1)?.outcome !== 'success') await new Promise((resolve) => setTimeout(resolve, 20))
  await verify(set, issuer)
})

test('rotation with two generations: no request is refused', async (t) => {
  const { issuer, set } = await setUp(t)
  await set.start()
  const [old] = issuer.keys
  await issuer.rotate({ keep: true })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => set.find('ES256', i % 2 ? old?.kid : issuer.keys[0]?.kid)),
  )
  assert.ok(answers.every((answer) => Array.isArray(answer) && answer.length === 1))
  await verify(set, issuer)
  assert.equal(issuer.keyHits(), 2)
})

for (const [what, breakIt] of [
  ['500', (issuer) => issuer.fail(500)],
  ['a redirect', (issuer) => issuer.redirect('http://169.254.169.254/')],
  ['HTML', (issuer) => issuer.html()],
  ['50 MB', (issuer) => issuer.oversize()],
  ['a set without keys', (issuer) => issuer.empty()],
  ['connection refused', (issuer) => void issuer.stop()],
] as const satisfies readonly (readonly [string, (issuer: FakeIssuer) => void])[]) {
  test(`52: the last good keys serve on after ${what}`, async (t) => {
    const { issuer, set } = await setUp(t)
    await set.start()
    const [key] = issuer.keys
    breakIt(issuer)
    assert.equal(await set.find('ES256', 'made-up'), 'unavailable')
    assert.notEqual(set.status().lastError, undefined)
    keysNow(set.find('ES256', key?.kid))
  })
}

test('D1: a lying discovery document gives no keys', async (t) => {
  const { issuer, set } = await setUp(t)
  issuer.lie({ issuer: `${issuer.issuer}/` })
  await set.start()
  assert.match(set.status().lastError ?? '', /only by a trailing slash/)
  assert.equal(issuer.keyHits(), 0)
})

test('certificate: an unknown CA is reported with its remedy, and NODE_EXTRA_CA_CERTS is that remedy', async (t) => {
  const ca = await makePrivateCa()
  if (ca === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
  t.after(() => ca.remove())
  const { issuer, set } = await setUp(t, { tls: ca.tls, hostname: 'localhost' })
  await set.start()
  assert.match(set.status().lastError ?? '', /UNABLE_TO_VERIFY_LEAF_SIGNATURE.*NODE_EXTRA_CA_CERTS/)

  const fetcher = new URL('../../../src/issuers/bounded-fetch.ts', import.meta.url).href
  const clock = new URL('../../../src/issuers/clock.ts', import.meta.url).href
  const program = `
    import { fetchJson } from ${JSON.stringify(fetcher)}
    import { systemClock } from ${JSON.stringify(clock)}
    const answer = await fetchJson(process.argv[1], { fetch, clock: systemClock, signal: new AbortController().signal })
    console.log(JSON.stringify(answer.ok ? answer.document : answer.failure))`
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca.caFile }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program, issuer.jwksUri],
    { env },
  )
  assert.deepEqual(JSON.parse(stdout), { keys: issuer.keys.map((key) => key.jwk) })
})
