import assert from 'node:assert/strict'
import { rename, rm, truncate, writeFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import type { FakeIssuer } from '../../support/fake-issuer.ts'
import { oneRoute, RESOURCE, startTestService, type TestService, until } from '../../support/service.ts'
import { type Fault, type Observed, untilAllowed } from './fault.ts'

/** A bad state of the configuration file, and what the log must say about it. */
interface BadEdit {
  readonly name: string
  readonly why: RegExp
  make(path: string, issuer: FakeIssuer): Promise<void>
}

const HOUR_MS = 3_600_000

const good = (issuer: FakeIssuer) => issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })

const BAD_EDITS: readonly BadEdit[] = [
  { name: 'The configuration file vanishes', why: /there is no such file/, make: (path) => rm(path) },
  { name: 'The configuration file is empty', why: /./, make: (path) => truncate(path, 0) },
  {
    name: 'The configuration file is half written',
    why: /config\.yaml:\d+:\d+/,
    make: (path, issuer) => writeFile(path, oneRoute(issuer).slice(0, -20)),
  },
  {
    name: 'The configuration file has 10 MB',
    why: /larger than 1 MiB/,
    make: (path, issuer) => writeFile(path, `${oneRoute(issuer)}${'# blank\n'.repeat(1_310_720)}`),
  },
]

/** What an operator or the machine does to the configuration and to the clock. */
export const CONFIGURATION_FAULTS: readonly Fault[] = [
  ...BAD_EDITS.map(
    (edit): Fault => ({
      name: edit.name,
      clientsSee: 'nothing: the last good configuration stays active',
      metricsSay:
        '`config_last_reload_successful` is 0, `config_reloads_total{outcome="failure"}` grows. ForwardgateConfigReloadFailed',
      heals: 'a good file, within 2 s. A pod that starts meanwhile exits with code 2 and says why',
      run: (t) => meetBadEdit(t, edit),
    }),
  ),
  {
    name: 'The clock jumps an hour ahead',
    clientsSee: '401 `token_expired` with tokens that have less than an hour to live',
    metricsSay:
      '`decisions_total{reason="token_expired"}` jumps. ForwardgateNobodyGetsIn, once no token gets in. Keys are not touched: their ages have a clock of their own',
    heals: 'the right time, with the next request; cached tokens too',
    run: (t) => meetJump(t, HOUR_MS, 'token_expired'),
  },
  {
    name: 'The clock jumps an hour back',
    clientsSee:
      '401 `token_not_yet_valid` with tokens issued since; an expired token is taken for good as long as the clock is wrong',
    metricsSay: '`decisions_total{reason="token_not_yet_valid"}` jumps. ForwardgateDenialsSurging',
    heals: 'the right time, with the next request; cached tokens too',
    run: (t) => meetJump(t, -HOUR_MS, 'token_not_yet_valid'),
  },
]

async function meetBadEdit(t: TestContext, { make, why }: BadEdit): Promise<Observed> {
  const gate = await startTestService(t)
  const token = good(gate.issuer)
  assert.equal((await gate.ask('api', { token })).status, 200)
  const statuses = new Set<number>()
  await make(gate.path, gate.issuer)
  await until('the reload failed', async () => {
    statuses.add((await gate.ask('api', { token: good(gate.issuer) })).status)
    return (await gate.metric('config_last_reload_successful')) === 0
  })
  const problems = gate
    .lines()
    .flatMap(({ msg, problem }) => (msg === 'configuration refused' ? [String(problem)] : []))
  assert.match(problems.join('\n'), why)
  statuses.add((await gate.ask('api', { token })).status)
  assert.deepEqual(statuses, new Set([200]))
  const failures = await gate.metric('config_reloads_total{outcome="failure"}')
  const begin = performance.now()
  // Another scope shows that the new file is in force, not only that nothing complains.
  await writeFile(`${gate.path}.new`, oneRoute(gate.issuer).replace('mcp:read', 'mcp:next'))
  await rename(`${gate.path}.new`, gate.path)
  await until('the new file is in force', () => isInForce(gate, 'mcp:next'))
  const healedMs = performance.now() - begin
  assert.equal(await gate.metric('config_last_reload_successful'), 1)
  return { clients: `every token ${[...statuses].join()}`, metrics: `last reload 0, failures ${failures}`, healedMs }
}

async function isInForce(gate: TestService, scope: string): Promise<boolean> {
  return (await gate.ask('api')).challenge?.includes(`scope="${scope}"`) === true
}

async function meetJump(t: TestContext, jump: number, reason: string): Promise<Observed> {
  let skew = 0
  const gate = await startTestService(t, { now: () => Date.now() + skew })
  const token = good(gate.issuer)
  assert.equal((await gate.ask('api', { token })).status, 200)
  const fetches = gate.issuer.hits()
  skew = jump
  for (const one of [token, good(gate.issuer)]) {
    const { status, headers } = await gate.ask('api', { token: one })
    assert.deepEqual([status, headers.get('x-forwardgate-reason')], [401, [reason]])
  }
  assert.equal((await gate.ask('api')).status, 401)
  const counted = await gate.metric(`decisions_total{route="api",issuer="main",outcome="deny",reason="${reason}"}`)
  assert.equal(counted, 2)
  assert.equal(await gate.metric('issuer_keys{issuer="main"}'), 1)
  const age = (await gate.metric('issuer_keys_age_seconds{issuer="main"}')) ?? assert.fail('no age')
  assert.ok(age >= 0 && age < 60, `the keys seem ${age} s old`)
  skew = 0
  const healedMs = await untilAllowed(() => gate.ask('api', { token }), [])
  assert.equal(gate.issuer.hits(), fetches, 'the jump made it fetch')
  return { clients: `every token 401 ${reason}`, metrics: `${reason} ${counted}, keys 1`, healedMs }
}
