import assert from 'node:assert/strict'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { imageFlagsReadingAll } from '../../../build/program.ts'
import { flood } from '../../service/flood.ts'
import { forwardedHeaders } from '../../support/ask.ts'
import type { FakeIssuer } from '../../support/fake-issuer.ts'
import { makePrivateCa } from '../../support/fake-issuer-tls.ts'
import { openRaw, type RawConnection, requestHead } from '../../support/raw-http.ts'
import { oneRoute, RESOURCE, until } from '../../support/service.ts'
import { assertUnavailable, type Fault, type Observed, untilAllowed } from './fault.ts'
import { type Gate, readMetric, startGate } from './gate.ts'
import { limitMemory, withoutInotify } from './surroundings.ts'

const MIB = 1024 * 1024
const DESCRIPTORS = 64
/** Connections that are closed before a scrape, which needs descriptors itself. */
const SCRAPED = 10
/** Files that the service opens now and then: its configuration, what a scrape reads. */
const FILES = 5
const LIMIT = 192 * MIB
const PAUSE_MS = 2000

/** What the machine around the process runs out of. */
export const MACHINE_FAULTS: readonly Fault[] = [
  {
    name: "The issuer's certificate expires",
    clientsSee: 'as if it refused connections',
    metricsSay: '`issuer_refreshes_total{outcome="failure"}`; the log says `CERT_HAS_EXPIRED`. ForwardgateKeysStale',
    heals: 'the next fetch after the certificate was replaced',
    run: meetExpiredCertificate,
  },
  {
    name: 'File descriptors run out',
    clientsSee: 'new connections are closed without an answer; open ones, such as a proxy keeps, are served',
    metricsSay: '`process_open_fds` nears `process_max_fds`; with none left it keeps its last value',
    heals: 'the next connection after some were closed',
    run: meetNoDescriptors,
  },
  {
    name: 'inotify instances run out',
    clientsSee: 'nothing',
    metricsSay: 'nothing: reloads come by polling, within 2 s',
    heals: 'nothing to heal',
    possible: () => withoutInotify() !== undefined,
    run: meetNoInotify,
  },
  {
    name: 'The event loop is blocked for 2 s',
    clientsSee: 'answers that come late; none is lost or wrong',
    metricsSay:
      '`nodejs_eventloop_lag_max_seconds`; past a minute `/livez` fails its sixth probe, and the pod is restarted',
    heals: 'by itself',
    run: meetPause,
  },
  {
    name: 'Memory is limited to 192 MiB and the token cache is full',
    clientsSee: 'nothing',
    metricsSay: '`process_resident_memory_bytes` stays below the limit; `token_cache_entries` at its bound',
    heals: 'nothing to heal',
    run: meetFullCache,
  },
]

async function meetExpiredCertificate(t: TestContext): Promise<Observed> {
  const ca = await makePrivateCa()
  assert.ok(ca !== undefined, 'there is no openssl command')
  t.after(() => ca.remove())
  const gate = await startGate(t, {
    issuerOptions: { tls: ca.tls, hostname: 'localhost' },
    variables: { NODE_EXTRA_CA_CERTS: ca.caFile },
    longest: 60_000,
  })
  const held = gate.token()
  await gate.issuer.rotate({ keep: true })
  gate.issuer.useCertificate(ca.expired)
  assertUnavailable(await gate.ask('api', { token: gate.token() }))
  assert.equal((await gate.ask('api', { token: held })).status, 200)
  await until('the log says why', () => gate.process.lines.some((line) => line.includes('CERT_HAS_EXPIRED')))
  const failures = await gate.metric('issuer_refreshes_total{issuer="main",outcome="failure"}')
  assert.ok((failures ?? 0) >= 1)
  gate.issuer.useCertificate(ca.tls)
  const healedMs = await untilAllowed(() => gate.ask('api', { token: gate.token() }), [503])
  return { clients: 'held key 200, new key 503', metrics: `failures ${failures}`, healedMs }
}

const question = (token: string, uri = '/mcp', route = 'api') =>
  requestHead(`GET /verify/${route} HTTP/1.1`, [['Host', 'gate'], ...forwardedHeaders({ uri, token })])

/** The status of one more request on an open connection; undefined if it is closed. */
async function again(connection: RawConnection, bytes: string): Promise<number | undefined> {
  connection.send(bytes)
  return (await connection.read().catch(() => undefined))?.status
}

/** Connections that were answered and are open, one for each descriptor that was left: the next was closed unanswered. */
async function takeAll({ auth }: Gate, bytes: string): Promise<RawConnection[]> {
  const taken: RawConnection[] = []
  for (;;) {
    const connection = await openRaw(auth).catch(() => undefined)
    if (connection === undefined || (await again(connection, bytes)) === undefined) return taken
    taken.push(connection)
    assert.ok(taken.length < DESCRIPTORS, `${taken.length} connections of ${DESCRIPTORS} descriptors are answered`)
  }
}

async function meetNoDescriptors(t: TestContext): Promise<Observed> {
  const gate = await startGate(t, { within: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, '--'] })
  const [proxy, scraper] = await Promise.all([openRaw(gate.auth), openRaw(gate.operations)])
  const token = gate.token()
  const metrics = requestHead('GET /metrics HTTP/1.1', [['Host', 'gate']])
  assert.equal(await again(proxy, question(token)), 200)
  assert.equal(await again(scraper, metrics), 200)

  const crowd = await takeAll(gate, question(token))
  for (let at = 0; at < 50; at++) assert.equal(await again(proxy, question(token)), 200)
  // Counting descriptors takes one: with none left the metric keeps its last value.
  for (const connection of crowd.splice(0, SCRAPED)) connection.close()
  let open = 0
  await until('the metric shows how few are left', async () => {
    scraper.send(metrics)
    const exposition = String((await scraper.read())?.body)
    assert.equal(readMetric(exposition, 'process_max_fds'), DESCRIPTORS)
    open = readMetric(exposition, 'process_open_fds') ?? 0
    return open > DESCRIPTORS - SCRAPED - FILES
  })

  for (const connection of crowd) connection.close()
  const begin = performance.now()
  await until('new connections are answered', () =>
    gate.ask('api', { token }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  const healedMs = performance.now() - begin
  // What could not be read meanwhile must not stay refused.
  await until('the configuration is fine', async () => (await gate.metric('config_last_reload_successful')) === 1)
  for (const connection of [proxy, scraper]) connection.close()
  return { clients: 'standing connection 200, new ones closed', metrics: `open ${open} of ${DESCRIPTORS}`, healedMs }
}

async function meetNoInotify(t: TestContext): Promise<Observed> {
  const within = withoutInotify()
  assert.ok(within !== undefined)
  const gate = await startGate(t, { within })
  const begin = performance.now()
  await writeFile(`${gate.config}.new`, oneRoute(gate.issuer).replace('mcp:read', 'mcp:next'))
  await rename(`${gate.config}.new`, gate.config)
  await until(
    'the reload is in force',
    async () => (await gate.ask('api')).challenge?.includes('scope="mcp:next"') === true,
  )
  const reloads = await gate.metric('config_reloads_total{outcome="success"}')
  assert.equal(reloads, 2)
  return {
    clients: `new configuration after ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    metrics: `reloads ${reloads}`,
    healedMs: undefined,
  }
}

async function meetPause(t: TestContext): Promise<Observed> {
  const gate = await startGate(t)
  const token = gate.token()
  const standing = await openRaw(gate.auth)
  assert.equal(await again(standing, question(token)), 200)
  await gate.metric('build_info')
  // A scrape begins the measurement anew, and it needs a tick of its timer to begin with.
  await sleep(100)
  gate.process.kill('SIGSTOP')
  const begin = performance.now()
  const late = [
    again(standing, question(token)),
    ...Array.from({ length: 20 }, async () => (await gate.ask('api', { token: gate.token() })).status),
    ...Array.from({ length: 5 }, async () => (await gate.ask('api')).status),
  ]
  await sleep(PAUSE_MS)
  gate.process.kill('SIGCONT')
  const resumed = performance.now()
  const statuses = await Promise.all(late)
  const healedMs = performance.now() - resumed
  standing.close()
  assert.ok(resumed - begin >= PAUSE_MS)
  assert.deepEqual(
    statuses.slice(0, 21),
    Array.from({ length: 21 }, () => 200),
  )
  assert.deepEqual(
    statuses.slice(21),
    Array.from({ length: 5 }, () => 401),
  )
  let lag = 0
  await until('the metric shows the pause', async () => {
    lag = Math.max(lag, (await gate.metric('nodejs_eventloop_lag_max_seconds')) ?? 0)
    return lag > 1
  })
  return { clients: '21 good ones 200, 5 without token 401, all late', metrics: `lag ${lag.toFixed(1)} s`, healedMs }
}

const threeRoutes = (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer} }
defaults: { audience: [${RESOURCE}], scopes: [mcp:read] }
routes:
  api: { resource: ${RESOURCE} }
  two: { resource: https://api.example.com/two }
  three: { resource: https://api.example.com/three }
`

async function meetFullCache(t: TestContext): Promise<Observed> {
  const limit = limitMemory(t, LIMIT)
  const gate = await startGate(t, {
    yaml: threeRoutes,
    nodeOptions: imageFlagsReadingAll(),
    longest: 120_000,
    ...(limit === undefined ? {} : { within: limit.within }),
  })
  const fill = async (tokens: number, padding: number): Promise<number> => {
    const requests = Array.from({ length: tokens }, (_, at) => {
      const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', jti: `${at}`, groups: 'g'.repeat(padding) })
      return ['api', 'two', 'three'].map((route) => question(token, '/mcp', route))
    }).flat()
    assert.deepEqual(await flood(gate.auth, requests), new Map([[200, requests.length]]))
    return (await gate.metric('token_cache_entries')) ?? 0
  }
  // First many, up to the bound of entries or bytes; then large ones, which push them out.
  const small = await fill(4000, 0)
  const large = await fill(2000, 2000)
  await fill(500, 15_000)
  assert.ok(small > 5000 && small <= 10_000, `${small} entries`)
  assert.ok(large < small, `${large} large entries`)
  const resident = await residentPeak(gate)
  assert.ok(resident < LIMIT, `${resident / MIB} MiB`)
  const within =
    limit === undefined
      ? 'no control group could be made'
      : `${Math.round(limit.peak() / MIB)} of ${LIMIT / MIB} MiB charged`
  return {
    clients: 'every token 200',
    metrics: `entries ${small} then ${large}, peak RSS ${Math.round(resident / MIB)} MiB, ${within}`,
    healedMs: undefined,
  }
}

async function residentPeak(gate: Gate): Promise<number> {
  const status = await readFile(`/proc/${gate.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
