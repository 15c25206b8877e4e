import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openEnvoy } from '../../lab/envoy.ts'
import { startGate } from '../../lab/gate.ts'
import { startIssuer } from '../../lab/issuer.ts'
import { run } from '../cli/run.ts'
import { absent } from '../proxy/support/absent.ts'
import { openBalancer } from '../proxy/support/balancer.ts'
import { isInstalled, PROGRAMS } from '../proxy/support/open-proxy.ts'
import { missing } from '../support/missing-part.ts'
import { until } from '../support/service.ts'
import { makeTestCa, type TestCa } from '../support/tls-files.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { overTls } from './support/envoy-sidecar.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { exampleFile } from './support/system.ts'
import { COUNT, EVASIONS, JSON_TYPE, PASSING, type Raw, raw, sendRawly, WHOAMI } from './support/tool-calls.ts'

const ROBOT = { id: 'robot', secret: 'a-secret-of-this-test' }
const SCOPES = ['mcp:read', 'mcp:count', 'mcp:admin']
const CHALLENGE = /^Bearer resource_metadata="[^"]+", scope="mcp:read mcp:count", error="insufficient_scope"/

test('envoy-sidecar: official clients, tools and a restart behind Envoy, which asks over TLS', async (t) => {
  if (!(await isInstalled('Envoy'))) return absent(t, 'Envoy', 8)
  const ca = await makeTestCa()
  if (ca === undefined) return t.skip(missing('openssl', 'Envoy is not tested over TLS'))
  t.after(() => ca.remove())
  const { origin, issuer, server, start, point, log } = await openSystem(t, ca)
  const kubernetes = `${origin}/mcp/kubernetes`
  const token = await issuer.token(ROBOT, kubernetes, ['mcp:read'])
  const login = { kind: 'registered', clientId: 'app', issuer: issuer.url, refreshes: false } as const

  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(`${program.name} | logs in, steps up for a tool, learns that no login helps`, async () => {
      const session = await program.open(kubernetes, login)
      assert.match(await session.call('whoami'), /alice/)
      assert.equal(session.logins.length, 1)
      assert.equal(await session.call('count', { ticks: 1, pause: 1 }), 'counted to 1')
      assert.equal(session.logins.length, 2)
      const refused = session.exchanges.filter(({ status }) => status === 403)
      assert.equal(refused.length, 1)
      assert.match(refused[0]?.challenge ?? '', CHALLENGE)
      await assert.rejects(session.call('restart'))
      assert.equal(session.logins.length, 2)
      await session.close()
    })
    await t.test(`${program.name} | connects without a token, logs in for a call, hears its progress`, async () => {
      const session = await program.open(`${origin}/mcp/notes`, { kind: 'registers' })
      assert.equal(session.logins.length, 0)
      const heard: number[] = []
      assert.equal(await session.call('count', { ticks: 3, pause: 20 }, (done) => heard.push(done)), 'counted to 3')
      assert.deepEqual(heard, [1, 2, 3])
      assert.equal(session.logins.length, 1)
      await session.close()
    })
  }

  await t.test('nothing gets a tool past the gate, and what may pass arrives', async () => {
    for (const [name, make] of Object.entries(EVASIONS)) {
      const before = server.arrivals.length
      assert.doesNotMatch(await sendRawly(origin, make(token)), /^2/, name)
      assert.equal(server.arrivals.length, before, name)
    }
    for (const [name, make] of Object.entries(PASSING)) {
      const before = server.arrivals.length
      assert.match(await sendRawly(origin, make(token)), /^200/, name)
      assert.equal(server.arrivals.length, before + 1, name)
    }
  })

  await t.test('identity headers of the client do not arrive, however they are written', async () => {
    for (const name of ['X-Auth-Subject', 'x-auth-subject', 'X-AUTH-SUBJECT']) {
      const forged = raw(WHOAMI, [JSON_TYPE, [name, 'admin'], ['X-Auth-Subject', 'root']])
      assert.match(await sendRawly(origin, forged(token)), /^200/)
      assert.equal(server.arrivals.at(-1)?.headers['x-auth-subject'], ROBOT.id)
    }
    const before = server.arrivals.length
    for (const name of ['X_Auth_Subject', 'X-Auth_Subject', 'X.Auth.Subject']) {
      const answer = await sendRawly(origin, raw(WHOAMI, [JSON_TYPE, [name, 'admin']])(token))
      assert.match(answer, /^(?:400|403 identity_header_alias)/, name)
    }
    assert.equal(server.arrivals.length, before)
  })

  await t.test('where Envoy cuts bodies off and lets WebSockets pass, forwardgate refuses both', async () => {
    const careless = await issuer.token(ROBOT, `${origin}/mcp/careless`, ['mcp:read'])
    const send = (make: Raw) =>
      sendRawly(origin, Buffer.from(make(careless).toString('latin1').replace('kubernetes', 'careless'), 'latin1'))
    const before = server.arrivals.length
    assert.equal(await send(raw(`${WHOAMI}\n${COUNT}`)), '400 mcp_request_invalid')
    const upgrade = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
    ] as const
    const webSocket = raw('', [...upgrade, ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']], 'GET')
    assert.equal(await send(webSocket), '400 mcp_request_invalid')
    assert.equal(server.arrivals.length, before)
  })

  await t.test(
    'one instance replaces another under load, over HTTP/2 and HTTP/1.1: no request is refused',
    async () => {
      const plain = await issuer.token(ROBOT, `${origin}/mcp/plain`, ['mcp:read'])
      const call = { method: 'POST', body: WHOAMI, headers: { ...bearer(token), 'Content-Type': 'application/json' } }
      const load = startLoad([
        ...[0, 1, 2].map(() => () => statusOf(kubernetes, call)),
        () => statusOf(`${origin}/mcp/plain/health`, { headers: bearer(plain) }),
      ])
      const [old] = point()
      const fresh = await start()
      point(fresh)
      await old?.stop()
      const answered = load.answers.length
      await until('the new instance answers', () => load.answers.length > answered + 40)
      await load.stop()
      assert.deepEqual([...new Set(load.answers)], [200])
      t.diagnostic(`${load.answers.length} requests, ${answered} of them before the old instance had ended`)
    },
  )
  assert.ok(log().some((line) => line.includes('"dialect":"ext_authz"')))
})

/** The example `mcp-tools` and two more routes: `plain`, and `careless`, which is misconfigured in Envoy. */
const MORE_ROUTES = `
  plain: { resource: "https://api.example.com/mcp/plain", scopes: ["mcp:read"] }
  careless: { resource: "https://api.example.com/mcp/careless", scopes: ["mcp:read"], mcp: { tools: { whoami: allow } } }
`

async function openSystem(t: TestContext, ca: TestCa) {
  let tree: unknown
  const proxy = await openEnvoy(PROGRAMS.Envoy, undefined, () => tree)
  t.after(() => proxy.stop())
  const { origin } = proxy
  const [server, streaming] = [
    await startMcpServer({ name: 'tools', lenient: true }),
    await startMcpServer({ name: 'notes' }),
  ]
  t.after(() => Promise.all([server.stop(), streaming.stop()]))
  const issuer = await startIssuer({
    robots: [ROBOT],
    resources: ['kubernetes', 'notes', 'plain', 'careless'].map((name) => ({
      resource: `${origin}/mcp/${name}`,
      scopes: SCOPES,
    })),
    apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
    account: { sub: 'alice' },
  })
  t.after(() => issuer.stop())

  const configuration = `${exampleFile('mcp-tools', 'config.yaml')}${MORE_ROUTES}`
    .replaceAll('https://api.example.com', origin)
    .replaceAll('https://id.example.com', issuer.url)
  const [own, client] = [await ca.issue('forwardgate'), await ca.issue('envoy')]
  const variables = {
    FORWARDGATE_TLS_CERT: own.cert,
    FORWARDGATE_TLS_KEY: own.key,
    FORWARDGATE_TLS_CLIENT_CA: ca.file,
    FORWARDGATE_SHUTDOWN_DELAY: '300ms',
  }
  const lines: string[] = []
  const start = async () => {
    const gate = await startGate(configuration, (line) => lines.push(line), variables)
    t.after(() => gate.stop())
    return gate
  }
  const balancer = await openBalancer()
  t.after(() => balancer.stop())
  let standing = [await start()]
  const point = (...gates: typeof standing) => {
    const before = standing
    if (gates.length > 0) standing = gates
    balancer.point(...standing.map(({ auth }) => auth))
    return before
  }
  point()

  const gate = new URL(balancer.origin)
  const { code, stdout, stderr } = await run([
    ...['generate', 'envoy', '--config', standing[0]?.configFile ?? '', '--listen-port', new URL(origin).port],
    ...['--gate-service', gate.hostname, '--gate-port', gate.port],
    ...['--service', '127.0.0.1', '--port', new URL(server.origin).port, '--url', `notes=${streaming.origin}`],
  ])
  assert.equal(code, 0, stderr)
  const paths = { http1: '/mcp/plain', careless: '/mcp/careless' }
  tree = overTls({ text: stdout, gate: gate.host, ca: ca.file, client, ...paths })
  await proxy.connect({ verifier: balancer.origin, upstream: server.origin, routes: [], identityHeaders: [] })
  return { origin, issuer, server, start, point, log: () => lines }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

async function statusOf(url: string, init: RequestInit): Promise<number> {
  const response = await fetch(url, init)
  await response.arrayBuffer()
  return response.status
}

/** Clients that ask without a pause. */
function startLoad(calls: readonly (() => Promise<number>)[]) {
  const answers: number[] = []
  let running = true
  const clients = calls.map(async (call) => {
    while (running) answers.push(await call())
  })
  const stop = async () => {
    running = false
    await Promise.all(clients)
  }
  return { answers, stop }
}
