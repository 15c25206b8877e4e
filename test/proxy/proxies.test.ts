import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { BROWSER_ROWS } from './cases/browsers.ts'
import { DENIAL_ROWS } from './cases/denials.ts'
import { DISCOVERY_ROWS } from './cases/discovery.ts'
import { IDENTITY_ROWS } from './cases/identity.ts'
import { METHOD_ROWS } from './cases/methods.ts'
import { PATH_ROWS } from './cases/paths.ts'
import { SPOOFING_ROWS } from './cases/spoofing.ts'
import { judge, send } from './support/judge.ts'
import { openMatrix } from './support/matrix.ts'
import { isInstalled, openProxy, PROGRAMS } from './support/open-proxy.ts'
import type { ProxyName, Row } from './support/row.ts'
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
const PROXIES: readonly ProxyName[] = ['Traefik', 'Caddy', 'nginx']

const matrix = openMatrix('What a client gets', PROXIES)
after(() => console.log(matrix.print()))

for (const name of PROXIES) {
  test(`behind a real ${name}`, async (t) => {
    if (!(await isInstalled(name))) return absent(t, name)
    const world = await openWorld(t)
    const proxy = await openProxy(name)
    t.after(() => proxy.stop())
    await proxy.connect(world.targets)
    for (const row of ROWS) await t.test(row.name, () => play(row, name, proxy.origin, world))
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

/** Traefik is in no package of Debian or npm, so it may be missing; the others may not. */
function absent(t: TestContext, name: ProxyName): void {
  const sentence = `${PROGRAMS[name]} is not installed: ${ROWS.length} cases behind ${name} are not tested`
  if (name !== 'Traefik') assert.fail(sentence)
  console.log(`SKIPPED: ${sentence}`)
  for (const row of ROWS) matrix.record(row.name, name, 'skipped')
  t.skip(sentence)
}
