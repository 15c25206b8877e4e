import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'
import { type FakeIssuer, startFakeIssuer } from '../../support/fake-issuer.ts'
import { RESOURCE, startTestService, until } from '../../support/service.ts'
import { assertUnavailable, type Fault, type Observed, untilAllowed } from './fault.ts'

/** A way for an issuer to be of no use, and what the log must say about it. */
interface Outage {
  readonly name: string
  readonly why: RegExp
  begin(issuer: FakeIssuer, t: TestContext): void | Promise<void>
  /** Default `recover`. */
  end?(issuer: FakeIssuer): void | Promise<void>
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'The issuer refuses connections',
    why: /connection refused/,
    begin: (issuer) => issuer.stop(),
    end: (issuer) => issuer.restart(),
  },
  { name: 'The issuer takes connections and never answers', why: /within 5 s/, begin: (issuer) => issuer.hang() },
  {
    name: 'The issuer sends a byte a second',
    why: /within 5 s/,
    begin: (issuer) => issuer.trickle('all', 1000),
  },
  {
    name: 'The issuer redirects to a metadata address',
    why: /302 to http:\/\/169\.254\.169\.254\/latest\/meta-data\/; redirects are not followed/,
    begin: (issuer) => issuer.redirect('http://169.254.169.254/latest/meta-data/'),
  },
  { name: 'The issuer answers 50 MB', why: /larger than 512 KiB/, begin: (issuer) => issuer.oversize() },
  { name: 'The issuer answers HTML', why: /an HTML page instead of JSON/, begin: (issuer) => issuer.html() },
  { name: 'The issuer answers 500', why: /status 500/, begin: (issuer) => issuer.fail(500) },
  { name: 'The issuer publishes an empty key set', why: /the JWK Set is empty/, begin: (issuer) => issuer.empty() },
  {
    name: 'The issuer changes its name',
    why: /its issuer "https:\/\/other\.example\.com" differs from the configured/,
    begin(issuer) {
      // Its keys go too: as long as they stay where they are, nothing is asked again for fifty minutes.
      issuer.moveKeys('/new/jwks')
      issuer.lie({ issuer: 'https://other.example.com' })
    },
  },
]

const good = (issuer: FakeIssuer) => issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })

/** The issuer's daily ways to break. Each is met by a service that has keys, and by one that starts without. */
export const ISSUER_FAULTS: readonly Fault[] = [
  ...OUTAGES.map(
    (outage): Fault => ({
      name: outage.name,
      clientsSee:
        'tokens of known keys: 200, for 24 h (`maxStale`). Of an unknown key, or if the pod started during the outage: 503, no challenge. No token: the usual 401',
      metricsSay:
        '`issuer_refreshes_total{outcome="failure"}` grows, `issuer_keys_age_seconds` too; `issuer_keys` is 0 on a pod without keys. ForwardgateKeysStale, ForwardgateKeysExpire, ForwardgateKeysUnavailable',
      heals: 'the next fetch: after 1 s, 2 s, 4 s … at most a minute',
      async run(t) {
        const [warm, cold] = await Promise.all([meetWithKeys(t, outage), meetWithout(t, outage)])
        return { ...warm, clients: `${warm.clients}, pod without keys ${cold}` }
      },
    }),
  ),
  {
    name: 'One unusable key is among good ones',
    clientsSee: 'nothing: the good keys work',
    metricsSay:
      '`issuer_refreshes_total{outcome="success"}`; the log line `keys refreshed` names the key under `skipped`',
    heals: 'nothing to heal',
    run: meetOddKeys,
  },
  {
    name: 'The issuer flaps every second',
    clientsSee: 'tokens of known keys: 200. Of a new key: 503 until the first fetch that succeeds, then 200',
    metricsSay: '`issuer_refreshes_total` grows for both outcomes',
    heals: 'the first fetch that succeeds',
    run: meetFlapping,
  },
  {
    name: 'The issuer redirects to a server that answers with good keys',
    clientsSee: 'as if it refused connections: a redirect is never followed, not even to a good key set',
    metricsSay: '`issuer_refreshes_total{outcome="failure"}`',
    heals: 'the next fetch without a redirect',
    run: meetBait,
  },
]

async function meetWithKeys(t: TestContext, outage: Outage): Promise<Observed> {
  const gate = await startTestService(t)
  const { issuer } = gate
  const [cached, held] = [good(issuer), good(issuer)]
  assert.equal((await gate.ask('api', { token: cached })).status, 200)
  await issuer.rotate({ keep: true })
  await outage.begin(issuer, t)
  assertUnavailable(await gate.ask('api', { token: good(issuer) }))
  for (const token of [cached, held]) assert.equal((await gate.ask('api', { token })).status, 200)
  const stranger = await gate.ask('api')
  assert.equal(stranger.status, 401)
  assert.match(stranger.challenge ?? '', /^Bearer resource_metadata=/)
  const metadata = await fetch(`${gate.auth}/.well-known/oauth-protected-resource/mcp`, {
    headers: { 'x-forwarded-host': 'api.example.com' },
  })
  assert.equal(metadata.status, 200, 'metadata depends on the configuration alone')
  const failures = await gate.metric('issuer_refreshes_total{issuer="main",outcome="failure"}')
  const keys = await gate.metric('issuer_keys{issuer="main"}')
  assert.ok((failures ?? 0) >= 1, 'no failure is counted')
  assert.equal(keys, 1)
  assert.equal(
    await gate.metric('decisions_total{route="api",issuer="none",outcome="error",reason="keys_unavailable"}'),
    1,
  )
  await until(`the log says ${outage.why}`, () =>
    gate.lines().some(({ msg, reason }) => msg === 'key refresh failed' && outage.why.test(String(reason))),
  )
  await mend(outage, issuer)
  const healedMs = await untilAllowed(() => gate.ask('api', { token: good(issuer) }), [503])
  assert.equal(await gate.metric('issuer_keys{issuer="main"}'), 2)
  return { clients: 'held key 200, new key 503, no token 401', metrics: `failures ${failures}, keys ${keys}`, healedMs }
}

async function meetWithout(t: TestContext, outage: Outage): Promise<number> {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const token = good(issuer)
  await outage.begin(issuer, t)
  const gate = await startTestService(t, { issuer, waitForKeys: false })
  const verdict = await gate.ask('api', { token })
  assertUnavailable(verdict)
  assert.equal((await gate.ask('api')).status, 401)
  assert.equal(await gate.metric('issuer_keys{issuer="main"}'), 0)
  await mend(outage, issuer)
  await untilAllowed(() => gate.ask('api', { token }), [503])
  return verdict.status
}

async function mend(outage: Outage, issuer: FakeIssuer): Promise<void> {
  if (outage.end === undefined) issuer.recover()
  else await outage.end(issuer)
}

async function meetOddKeys(t: TestContext): Promise<Observed> {
  const gate = await startTestService(t)
  const { issuer } = gate
  const held = good(issuer)
  await issuer.rotate({ keep: true })
  for (const odd of ODD_KEYS) issuer.addKey(odd)
  for (const token of [good(issuer), held]) assert.equal((await gate.ask('api', { token })).status, 200)
  const last = gate.lines().findLast(({ msg }) => msg === 'keys refreshed')
  const skipped = last?.['skipped']
  assert.equal(Array.isArray(skipped) ? skipped.length : skipped, ODD_KEYS.length)
  const keys = await gate.metric('issuer_keys{issuer="main"}')
  assert.equal(keys, 2)
  assert.equal(await gate.metric('issuer_refreshes_total{issuer="main",outcome="failure"}'), undefined)
  return {
    clients: 'held key 200, new key 200',
    metrics: `failures 0, keys ${keys}, skipped ${ODD_KEYS.length}`,
    healedMs: undefined,
  }
}

const ODD_KEYS: readonly unknown[] = [
  { kty: 'oct', kid: 'shared', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA', alg: 'HS256' },
  { kty: 'RSA', kid: 'torn', n: '!', e: 'AQAB' },
  { kty: 'OKP', crv: 'Ed448', kid: 'curve', x: 'AA' },
  null,
]

async function meetFlapping(t: TestContext): Promise<Observed> {
  const gate = await startTestService(t)
  const { issuer } = gate
  const held = good(issuer)
  await issuer.rotate({ keep: true })
  issuer.fail(502)
  let down = true
  const flapping = setInterval(() => {
    down = !down
    if (down) issuer.fail(502)
    else issuer.recover()
  }, 1000)
  t.after(() => clearInterval(flapping))
  const begin = performance.now()
  const fresh: number[] = []
  let healedMs: number | undefined
  // Which of its tries meets the issuer awake is chance.
  while (performance.now() - begin < (healedMs === undefined ? 60_000 : 6000)) {
    assert.equal((await gate.ask('api', { token: held })).status, 200)
    const { status } = await gate.ask('api', { token: good(issuer) })
    if (status === 200) healedMs ??= performance.now() - begin
    fresh.push(status)
    await sleep(40)
  }
  const healed = fresh.indexOf(200)
  assert.deepEqual(new Set(fresh.slice(0, healed)), new Set([503]))
  assert.deepEqual(new Set(fresh.slice(healed)), new Set([200]), 'once it has the key, flapping is nothing to it')
  const failures = await gate.metric('issuer_refreshes_total{issuer="main",outcome="failure"}')
  assert.ok((failures ?? 0) >= 1)
  return {
    clients: `held key 200, new key ${[...new Set(fresh)].join(' then ')}`,
    metrics: `failures ${failures}`,
    healedMs,
  }
}

async function meetBait(t: TestContext): Promise<Observed> {
  const gate = await startTestService(t)
  const { issuer } = gate
  await issuer.rotate({ keep: true })
  let taken = 0
  const bait = createServer((_request, response) => {
    taken += 1
    response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
  })
  const port = await listenOnLoopback(bait)
  t.after(() => closeNow(bait))
  issuer.redirect(`http://127.0.0.1:${port}/keys`)
  assertUnavailable(await gate.ask('api', { token: good(issuer) }))
  assert.equal(taken, 0, 'the redirect was followed')
  const failures = await gate.metric('issuer_refreshes_total{issuer="main",outcome="failure"}')
  assert.ok((failures ?? 0) >= 1)
  issuer.recover()
  const healedMs = await untilAllowed(() => gate.ask('api', { token: good(issuer) }), [503])
  return { clients: 'new key 503', metrics: `failures ${failures}, bait taken ${taken}`, healedMs }
}
