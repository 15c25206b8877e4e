import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { after, describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forwardedHeaders } from '../support/ask.ts'
import type { FakeIssuer } from '../support/fake-issuer.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'
import { printTable } from './table.ts'

const SECOND = 1000
const issuedAt = Math.floor(Date.now() / SECOND) - 60

/** One way to revoke: what is written, whom it hits, and who differs in that one point. */
interface Kind {
  readonly name: string
  readonly written: string
  readonly hit: Readonly<Record<string, unknown>>
  readonly spared: Readonly<Record<string, unknown>>
}

const KINDS: readonly Kind[] = [
  { name: 'jti', written: 'jti: [stolen]', hit: { jti: 'stolen' }, spared: { jti: 'stolen-not' } },
  { name: 'sub', written: 'sub: [mallory]', hit: { sub: 'mallory' }, spared: { sub: 'Mallory' } },
  { name: 'clientIds', written: 'clientIds: [leaky]', hit: { client_id: 'leaky' }, spared: { client_id: 'tight' } },
  {
    name: 'clientIds, behind another client claim',
    written: 'clientIds: [leaky]',
    hit: { client_id: 'tight', azp: 'leaky' },
    spared: { client_id: 'tight', azp: 'tight' },
  },
  {
    name: 'issuedBefore',
    written: `issuedBefore: ${new Date(issuedAt * SECOND).toISOString()}`,
    hit: { iat: issuedAt - 1 },
    spared: { iat: issuedAt },
  },
  {
    name: 'issuedBefore, without iat',
    written: `issuedBefore: ${new Date(issuedAt * SECOND).toISOString()}`,
    hit: { iat: undefined },
    spared: { iat: issuedAt },
  },
]

const configuration = (issuer: FakeIssuer, revocations?: string) => `
issuers: { main: ${issuer.issuer} }
routes:
  api: { resource: ${RESOURCE}, scopes: [mcp:read] }
  public: { resource: https://api.example.com/public, audience: [${RESOURCE}], anonymous: true }
${revocations === undefined ? '' : `revocations: { ${revocations} }`}
`

/** In one step, as an editor or kubelet does it. */
async function rewrite(gate: TestService, revocations?: string): Promise<void> {
  await writeFile(`${gate.path}.new`, configuration(gate.issuer, revocations))
  await rename(`${gate.path}.new`, gate.path)
}

/** Rewrites and waits until it is in force. */
async function reload(gate: TestService, revocations?: string): Promise<void> {
  const loaded = async () => (await gate.metric('config_reloads_total{outcome="success"}')) ?? 0
  const before = await loaded()
  await rewrite(gate, revocations)
  await until('the configuration is loaded', async () => (await loaded()) > before)
}

const start = (t: TestContext) => startTestService(t, { yaml: (issuer) => configuration(issuer) })

/** A new token each time, equal in its claims. */
function mint(gate: TestService, claims: Readonly<Record<string, unknown>>): string {
  const own = {
    aud: RESOURCE,
    scope: 'mcp:read',
    client_id: 'claude',
    jti: 'a',
    iat: issuedAt + 1,
    nonce: Math.random(),
  }
  return gate.issuer.mint({ ...own, ...claims })
}

async function answer(gate: TestService, token: string, route = 'api'): Promise<string> {
  const { status, headers } = await gate.ask(route, { uri: '/mcp', token })
  return [status, ...(headers.get('x-forwardgate-reason') ?? [])].join(' ')
}

describe('a revocation', () => {
  for (const { name, written, hit, spared } of KINDS) {
    it(`by ${name} holds from the next request after the reload, for cached tokens too, and ends with its line`, async (t) => {
      const gate = await start(t)
      const [cached, other] = [mint(gate, hit), mint(gate, spared)]
      for (const token of [cached, cached, other, other]) assert.equal(await answer(gate, token), '200')
      assert.equal(await gate.metric('token_cache_lookups_total{result="hit"}'), 2, 'they are in the cache')

      await reload(gate, written)
      assert.equal(await answer(gate, cached), '401 token_revoked', 'the cached one')
      assert.equal(await answer(gate, mint(gate, hit)), '401 token_revoked', 'one that was never seen')
      assert.equal(await answer(gate, cached, 'public'), '401 token_revoked', 'a bad token is not anonymous')
      assert.equal(await answer(gate, other), '200', 'its twin')
      assert.equal(await answer(gate, mint(gate, spared)), '200', 'a twin that was never seen')

      await reload(gate)
      assert.equal(await answer(gate, cached), '200', 'no longer revoked')
      assert.equal(await answer(gate, mint(gate, hit)), '200')
    })
  }

  it('stays where a later edit is broken, empty, or takes the file away', async (t) => {
    const gate = await start(t)
    const token = mint(gate, { jti: 'stolen' })
    await reload(gate, 'jti: [stolen]')
    for (const text of ['routes: {', '', 'revocations: { jti: stolen }']) {
      const failed = (await gate.metric('config_reloads_total{outcome="failure"}')) ?? 0
      await writeFile(gate.path, text)
      await until(
        'it is refused',
        async () => ((await gate.metric('config_reloads_total{outcome="failure"}')) ?? 0) > failed,
      )
      assert.equal(await answer(gate, token), '401 token_revoked', text)
    }
    await rm(gate.path)
    await sleep(300)
    assert.equal(await answer(gate, token), '401 token_revoked')
    await reload(gate, 'sub: [somebody-else]')
    assert.equal(await answer(gate, token), '200')
  })

  it('in the future, of another type or misspelt is refused when it is written', async (t) => {
    const gate = await start(t)
    const later = new Date(Date.now() + 3600 * SECOND).toISOString()
    for (const [at, written] of [`issuedBefore: ${later}`, 'jti: stolen', 'clientIDs: [x]', 'sub: [1]'].entries()) {
      await rewrite(gate, written)
      await until(
        `${written} is refused`,
        async () => (await gate.metric('config_reloads_total{outcome="failure"}')) === at + 1,
      )
    }
    assert.equal(await answer(gate, mint(gate, {})), '200')
  })
})

describe('a revocation under load', () => {
  const lines: (string | number)[][] = []
  after(() =>
    printTable(
      'Revocations under load: 8 connections that never pause, the file rewritten beneath them',
      [
        'revoked by',
        'requests',
        '200 before',
        '401 after',
        '200 after the first 401',
        'again 200',
        '401 after the first 200',
        'twins not allowed',
        'ms from the edit',
      ],
      lines,
    ),
  )
  for (const { name, written, hit, spared } of KINDS) {
    it(`by ${name}: no such token passes after the first refusal, and no other is hit`, async (t) => {
      const gate = await start(t)
      const [revoked, twin] = [mint(gate, hit), mint(gate, spared)]
      const load = openLoad(gate.auth, revoked, twin)
      await sleep(150)
      const edited = performance.now()
      await rewrite(gate, written)
      await until('it is refused', () => load.of(401).length > 0)
      const refusedAfter = (load.of(401)[0]?.answered ?? 0) - edited
      await sleep(150)
      const back = performance.now()
      await rewrite(gate)
      await until('it is allowed again', () =>
        load.of(200).some(({ sent }) => sent > back + 1 && sent > lastRefusal(load)),
      )
      await sleep(150)
      await load.stop()

      const [firstRefusal = Number.POSITIVE_INFINITY] = load.of(401).map(({ answered }) => answered)
      const lastRefused = lastRefusal(load)
      const inBetween = load.of(200).filter(({ sent }) => sent > firstRefusal && sent < lastRefused)
      const [allowedAgain = Number.POSITIVE_INFINITY] = load
        .of(200)
        .flatMap(({ sent, answered }) => (sent > back ? [answered] : []))
      const refusedAgain = load.of(401).filter(({ sent }) => sent > allowedAgain)
      const others = load.answers.filter(({ token, status }) => token === 'twin' && status !== 200)
      const before = load.of(200).filter(({ answered }) => answered < firstRefusal).length
      const again = load.of(200).filter(({ sent }) => sent > back).length
      lines.push([
        name,
        load.answers.length,
        before,
        load.of(401).length,
        inBetween.length,
        again,
        refusedAgain.length,
        others.length,
        Math.round(refusedAfter),
      ])
      assert.deepEqual(inBetween, [])
      assert.deepEqual(refusedAgain, [])
      assert.deepEqual(others, [])
      assert.ok(before > 10 && load.of(401).length > 10 && again > 0, `${before} ${load.of(401).length} ${again}`)
    })
  }
})

interface Answered {
  readonly token: 'revoked' | 'twin'
  readonly sent: number
  readonly answered: number
  readonly status: number
}

interface Load {
  readonly answers: readonly Answered[]
  /** Of the revoked token, in the order of their arrival. */
  of(status: number): readonly Answered[]
  stop(): Promise<void>
}

function openLoad(origin: string, revoked: string, twin: string): Load {
  const answers: Answered[] = []
  let stopped = false
  const question = (token: string) =>
    requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...forwardedHeaders({ uri: '/mcp', token })])
  const tokens = [
    ['revoked', question(revoked)],
    ['twin', question(twin)],
  ] as const
  const clients = Array.from({ length: 8 }, async () => {
    const connection = await openRaw(origin)
    while (!stopped) {
      for (const [token, bytes] of tokens) {
        const sent = performance.now()
        connection.send(bytes)
        const status = (await connection.read())?.status ?? 0
        answers.push({ token, sent, answered: performance.now(), status })
      }
      await sleep(1)
    }
    connection.close()
  })
  return {
    answers,
    of: (status) => answers.filter((one) => one.token === 'revoked' && one.status === status),
    stop: async () => {
      stopped = true
      await Promise.all(clients)
    },
  }
}

function lastRefusal(load: Load): number {
  return load.of(401).at(-1)?.sent ?? Number.POSITIVE_INFINITY
}
