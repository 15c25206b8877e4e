import { after, test } from 'node:test'
import { BROWSER_ROWS } from './cases/browsers.ts'
import { DENIAL_ROWS } from './cases/denials.ts'
import { DISCOVERY_ROWS } from './cases/discovery.ts'
import { IDENTITY_ROWS } from './cases/identity.ts'
import { METHOD_ROWS } from './cases/methods.ts'
import { PATH_ROWS } from './cases/paths.ts'
import { SPOOFING_ROWS } from './cases/spoofing.ts'
import { KILLED, ROLLING_RESTART } from './scenarios/restarts.ts'
import { absent, PROXIES } from './support/absent.ts'
import { judge, send } from './support/judge.ts'
import { openMatrix } from './support/matrix.ts'
import { isInstalled, openProxy } from './support/open-proxy.ts'
import type { ProxyName, Row } from './support/row.ts'
import type { Scenario, Stage } from './support/scenario.ts'
import { openWorld, type World } from './support/world.ts'

const ROWS: readonly Row[] = [
  ...DENIAL_ROWS,
  ...IDENTITY_ROWS,
  ...SPOOFING_ROWS,
  ...METHOD_ROWS,
  ...PATH_ROWS,
  ...DISCOVERY_ROWS,
  ...BROWSER_ROWS,
]
const SCENARIOS: readonly Scenario[] = [ROLLING_RESTART, KILLED]

const matrix = openMatrix('What a client gets', PROXIES)
after(() => console.log(matrix.print()))

for (const name of PROXIES) {
  test(`behind a real ${name}`, async (t) => {
    if (!(await isInstalled(name))) {
      for (const row of [...ROWS, ...SCENARIOS]) matrix.record(row.name, name, 'skipped')
      return absent(t, name, ROWS.length + SCENARIOS.length)
    }
    const world = await openWorld(t)
    const proxy = await openProxy(name)
    t.after(() => proxy.stop())
    await proxy.connect(world.targets)
    for (const row of ROWS) await t.test(row.name, () => play(row, name, proxy.origin, world))
    for (const scenario of SCENARIOS) {
      await t.test(scenario.name, () => act(scenario, { proxy: name, origin: proxy.origin, world }))
    }
  })
}

async function play(row: Row, name: ProxyName, origin: string, world: World): Promise<void> {
  const { expected, why } = row.but?.[name] ?? { expected: row.expected, why: undefined }
  const before = world.application.seen.length
  matrix.record(row.name, name, 'FAILED')
  const token = row.request.token === undefined ? undefined : world.token(row.request.token)
  const response = await send(origin, row.request, token)
  judge(expected, response, world.application.seen.slice(before))
  matrix.record(row.name, name, String(response.status), why)
}

async function act(scenario: Scenario, stage: Stage): Promise<void> {
  matrix.record(scenario.name, stage.proxy, 'FAILED')
  matrix.record(scenario.name, stage.proxy, await scenario.run(stage))
}
