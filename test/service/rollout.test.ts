import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../support/ask.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { oneRoute, RESOURCE, until } from '../support/service.ts'
import { type GateProcess, startGateProcess } from './child.ts'

const REPLICAS = 2
/** How long the rollout is seen to wait; a probe comes every 100 ms. */
const STANDSTILL_PROBES = 10

it('a rollout while the issuer is down: the old replicas serve until the new ones have keys, and no request is refused', async (t) => {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const folder = folderFor(t)
  const config = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const deployment = new Deployment(t)
  const before = await config('old.yaml', oneRoute(issuer))
  for (let at = 0; at < REPLICAS; at++) await deployment.grow(before)
  await until('both are ready', async () => (await deployment.ready()) === REPLICAS)
  const client = askAll(deployment, issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }))

  await issuer.stop()
  const after = await config('new.yaml', `${oneRoute(issuer)}# edited\n`)
  const rollout = deployment.roll(after)
  await until('a new replica is looked at often enough', () => deployment.unreadyProbes >= STANDSTILL_PROBES)
  assert.deepEqual(
    deployment.configs(),
    [before, before, after],
    'an old replica was removed before the new one was ready',
  )

  await issuer.restart()
  await rollout
  assert.deepEqual(deployment.configs(), [after, after])
  const { asked, statuses } = await client.stop()
  assert.ok(asked > 50, `${asked}`)
  assert.deepEqual([...statuses], [200])
})

/** Processes in the place of pods, and as much of a Deployment as rolls: maxSurge 1, maxUnavailable 0. */
class Deployment {
  readonly #t: TestContext
  #pods: readonly { readonly gate: GateProcess; readonly config: string }[] = []
  /** What the Service sends requests to. */
  #endpoints: readonly string[] = []
  unreadyProbes = 0

  constructor(t: TestContext) {
    this.#t = t
  }

  configs(): readonly string[] {
    return this.#pods.map(({ config }) => config)
  }

  endpoints(): readonly string[] {
    return this.#endpoints
  }

  async grow(config: string): Promise<void> {
    const gate = await startGateProcess(this.#t, { FORWARDGATE_CONFIG: config, FORWARDGATE_SHUTDOWN_DELAY: '300ms' })
    this.#pods = [...this.#pods, { gate, config }]
  }

  /** Asks the readiness probe of every pod, and brings the endpoints in line. */
  async ready(): Promise<number> {
    const probed = await Promise.all(
      this.#pods.map(async ({ gate }) => ({ gate, ok: (await fetch(`${gate.operations}/readyz`)).ok })),
    )
    this.unreadyProbes += probed.filter(({ ok }) => !ok).length
    this.#endpoints = probed.filter(({ ok }) => ok).map(({ gate }) => gate.auth)
    return this.#endpoints.length
  }

  async roll(config: string): Promise<void> {
    for (let replaced = 0; replaced < REPLICAS; replaced++) {
      await this.grow(config)
      while ((await this.ready()) <= REPLICAS) await sleep(100)
      const [oldest] = this.#pods
      // As kubelet and the endpoint controller: both at the same time, so requests still come for a moment.
      oldest?.gate.kill('SIGTERM')
      await sleep(100)
      this.#endpoints = this.#endpoints.filter((auth) => auth !== oldest?.gate.auth)
      await oldest?.gate.ended()
      this.#pods = this.#pods.slice(1)
    }
  }
}

/** Asks one endpoint after the other until it is stopped. */
function askAll(deployment: Deployment, token: string) {
  const statuses = new Set<number>()
  let [asked, stopped] = [0, false]
  const run = async () => {
    while (!stopped) {
      const endpoints = deployment.endpoints()
      const { status } = await ask(endpoints[asked % endpoints.length] ?? '', 'api', { uri: '/mcp', token })
      statuses.add(status)
      asked += 1
      await sleep(20)
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped = true
      await running
      return { asked, statuses }
    },
  }
}
