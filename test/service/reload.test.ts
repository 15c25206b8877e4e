import assert from 'node:assert/strict'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'

const withScope = (issuer: FakeIssuer, scope: string) => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, scopes: [${scope}] } }
`

/** Ten lines, one mistake each. */
const tenMistakes = (issuer: FakeIssuer) => `issuers:
  main: { issuer: ${issuer.issuer}, clockTolerence: 30s }
  plain: http://id.example.com
  leeway: { issuer: https://id.example.com, clockTolerance: 5m }
routes:
  api: { resource: ${RESOURCE}, issuers: [mian] }
  UPPER: { resource: https://api.example.com/upper, issuers: [main] }
  nowhere: { issuers: [main] }
  relative: { resource: /mcp, issuers: [main] }
  open: { resource: https://api.example.com/open, issuers: [main], audience: unchecked }
  watch: { resource: https://api.example.com/watch, issuers: [main], mode: obsreve }
  text: { resource: https://api.example.com/text, issuers: [main], scopes: mcp:read }
`

/** Which scope the challenge asks for shows which configuration is in force. */
async function scopeInForce(gate: TestService): Promise<string | undefined> {
  return /scope="([^"]*)"/.exec((await gate.ask('api')).challenge ?? '')?.[1]
}

const becomes = (gate: TestService, scope: string) =>
  until(`the scope ${scope} is in force`, async () => (await scopeInForce(gate)) === scope)

/** One step, so that a reload counts once. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

/** A folder as kubelet mounts a ConfigMap: `config.yaml` -> `..data/config.yaml`, `..data` -> a folder of this version. */
async function configMap(t: TestContext) {
  const folder = folderFor(t)
  let version = 0
  const update = async (text: string) => {
    version += 1
    await mkdir(join(folder, `..v${version}`))
    await writeFile(join(folder, `..v${version}`, 'config.yaml'), text)
    await symlink(`..v${version}`, join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    if (version > 1) await rm(join(folder, `..v${version - 1}`), { recursive: true })
  }
  return { folder, update, link: () => symlink('..data/config.yaml', join(folder, 'config.yaml')) }
}

describe('a new configuration is in force without a restart', () => {
  it('after a write in place, and after a rename over it', async (t) => {
    const gate = await startTestService(t)
    assert.equal(await scopeInForce(gate), 'mcp:read')
    await writeFile(gate.path, withScope(gate.issuer, 'in-place'))
    await becomes(gate, 'in-place')
    await replace(gate.path, withScope(gate.issuer, 'renamed'))
    await becomes(gate, 'renamed')
    // A write in place may be seen half done, and then it counts more than once.
    assert.ok(((await gate.metric('config_reloads_total{outcome="success"}')) ?? 0) >= 3)
    assert.equal(await gate.metric('config_last_reload_successful'), 1)
  })

  for (const named of ['config.yaml', ''] as const) {
    it(`after a swap of ..data, where ${named === '' ? 'the directory' : 'the file'} is named`, async (t) => {
      const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
      t.after(() => issuer.stop())
      const { folder, update, link } = await configMap(t)
      await update(withScope(issuer, 'first'))
      await link()
      const gate = await startTestService(t, { issuer, path: join(folder, named) })
      assert.equal(await scopeInForce(gate), 'first')
      for (const scope of ['second', 'third']) {
        await update(withScope(issuer, scope))
        await becomes(gate, scope)
      }
      assert.equal(await gate.metric('config_reloads_total{outcome="failure"}'), undefined)
    })
  }

  it('not if it has mistakes: all are reported with their places, the old one stays, and a good one heals', async (t) => {
    const gate = await startTestService(t)
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const before = await gate.metric('config_last_reload_success_timestamp_seconds')
    await replace(gate.path, tenMistakes(gate.issuer))
    const refused = () => gate.lines().filter(({ msg }) => msg === 'configuration refused')
    await until('the configuration is refused', () => refused().length > 0)
    assert.equal((await gate.ask('api', { token })).status, 200)
    assert.equal(await gate.metric('config_last_reload_successful'), 0)
    assert.equal(await gate.metric('config_reloads_total{outcome="failure"}'), 1)
    assert.equal(await gate.metric('config_last_reload_success_timestamp_seconds'), before)

    // Several looks later nothing was reported twice.
    await sleep(400)
    const problems = refused().map(({ problem, level }) => `${level} ${problem}`)
    assert.equal(problems.length, 10, problems.join('\n'))
    const places = problems.map((problem) => Number(/config\.yaml:(\d+):\d+\)$/.exec(problem)?.[1]))
    assert.deepEqual(new Set(places), new Set([2, 3, 4, 6, 7, 8, 9, 10, 11, 12]), problems.join('\n'))
    assert.match(
      problems.join('\n'),
      /^error routes\.api\.issuers\[0\]: "mian" is not in issuers; did you mean "main"\? /m,
    )
    assert.equal(await gate.metric('config_reloads_total{outcome="failure"}'), 1)

    await replace(gate.path, withScope(gate.issuer, 'healed'))
    await becomes(gate, 'healed')
    assert.equal(await gate.metric('config_last_reload_successful'), 1)
  })

  it('and a file that is gone for a while changes nothing', async (t) => {
    const gate = await startTestService(t)
    await rm(gate.path)
    await until('the reload failed', async () => (await gate.metric('config_last_reload_successful')) === 0)
    assert.equal(await scopeInForce(gate), 'mcp:read')
    await replace(gate.path, withScope(gate.issuer, 'back'))
    await becomes(gate, 'back')
  })
})

describe('what a reload keeps and what it ends', () => {
  it('a removed route is unknown and its series are gone', async (t) => {
    const both = (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE} }, old: { resource: https://api.example.com/old } }
`
    const gate = await startTestService(t, { yaml: both })
    await gate.ask('old')
    await gate.ask('api')
    assert.match(await gate.metrics(), /route="old"/)
    await replace(gate.path, withScope(gate.issuer, 'new'))
    await becomes(gate, 'new')
    assert.deepEqual((await gate.ask('old')).headers.get('x-forwardgate-reason'), ['route_unknown'])
    const exposition = await gate.metrics()
    assert.doesNotMatch(exposition, /route="old"/)
    assert.match(exposition, /decisions_total\{route="api"/)
    const [start, reload] = gate.lines().filter(({ msg }) => msg === 'configuration loaded')
    const none = { added: [], changed: [], removed: [] }
    assert.partialDeepStrictEqual(start, {
      first: true,
      routes: { ...none, total: 2, added: ['api', 'old'] },
      issuers: { ...none, total: 1, added: ['main'] },
    })
    assert.partialDeepStrictEqual(reload, {
      first: false,
      routes: { total: 1, added: [], changed: ['api'], removed: ['old'] },
      issuers: { ...none, total: 1 },
      revocationsChanged: false,
    })
  })

  it('an issuer whose entry is unchanged keeps its keys, also while it is down', async (t) => {
    const gate = await startTestService(t)
    await gate.issuer.stop()
    await replace(gate.path, withScope(gate.issuer, 'other'))
    await becomes(gate, 'other')
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'other' })
    assert.equal((await gate.ask('api', { token })).status, 200)
  })

  it('a new issuer has keys before it is in force: no request meets a 503', async (t) => {
    const next = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => next.stop())
    const gate = await startTestService(t)
    const token = next.mint({ aud: RESOURCE, scope: 'next' })
    await replace(gate.path, withScope(next, 'next'))
    const seen = new Set<number>()
    await until('the new issuer is in force', async () => {
      const { status } = await gate.ask('api', { token })
      seen.add(status)
      return status === 200
    })
    assert.ok(!seen.has(503), [...seen].join())
  })

  it('a revocation holds from the next request on, for a cached token too', async (t) => {
    const gate = await startTestService(t)
    const claims = { aud: RESOURCE, scope: 'mcp:read' }
    const revoked = gate.issuer.mint({ ...claims, jti: 'stolen' })
    const other = gate.issuer.mint({ ...claims, jti: 'fine' })
    for (const token of [revoked, revoked, other]) assert.equal((await gate.ask('api', { token })).status, 200)
    await replace(gate.path, `${withScope(gate.issuer, 'mcp:read')}revocations: { jti: [stolen] }\n`)
    await until('it is loaded', async () => (await gate.metric('config_reloads_total{outcome="success"}')) === 2)
    const refused = await gate.ask('api', { token: revoked })
    assert.deepEqual([refused.status, refused.headers.get('x-forwardgate-reason')], [401, ['token_revoked']])
    assert.equal((await gate.ask('api', { token: other })).status, 200)
  })

  it('a lost scope or a stricter audience holds for a cached token too', async (t) => {
    const gate = await startTestService(t)
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    assert.equal((await gate.ask('api', { token })).status, 200)
    await replace(gate.path, withScope(gate.issuer, 'mcp:admin'))
    await becomes(gate, 'mcp:admin')
    assert.equal((await gate.ask('api', { token })).status, 403)
  })
})
