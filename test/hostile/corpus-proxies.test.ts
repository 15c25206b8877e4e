import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startUpstream, type Upstream, type UpstreamEcho } from '../../lab/upstream.ts'
import { startRealService } from '../conformance/real-service.ts'
import { openForge } from '../conformance/token-forge.ts'
import type { Vector } from '../conformance/vector.ts'
import { absent, PROXIES } from '../proxy/support/absent.ts'
import { isInstalled, openProxy } from '../proxy/support/open-proxy.ts'
import type { ProxyName } from '../proxy/support/row.ts'
import { openRaw, requestHead, sendRaw } from '../support/raw-http.ts'
import { FAMILIES } from './corpus/families.ts'
import { canBeSent, clientBytes, HARMLESS, PROXIED_IDENTITY, PROXIED_ROUTES } from './corpus/proxied.ts'
import { everyRow, rowsOf } from './corpus/rows.ts'
import { SMUGGLING, type SmugglingWords } from './corpus/smuggling.ts'
import { printTable } from './table.ts'

const forge = await openForge()
const ADMIN = { scope: 'mcp:read mcp:admin', groups: ['admins'] }
const ALLOWED_TOKEN = forge.make({ claims: { ...ADMIN, scope: 'mcp:read' } })

const summary: (string | number)[][] = []
const notes = new Set<string>()
after(() =>
  printTable(
    'Attacks behind real proxies: what the application saw',
    [
      'proxy',
      'family',
      'sent',
      'refused',
      'passed harmlessly',
      'reached the application',
      'twins',
      'twins that passed',
    ],
    summary,
    [...notes],
  ),
)

for (const name of PROXIES) {
  test(`behind a real ${name}`, async (t) => {
    const families = FAMILIES.map(({ title, attacks }) => ({ title, rows: attacks.flatMap(rowsOf).filter(canBeSent) }))
    if (!(await isInstalled(name))) return absent(t, name, families.flatMap(({ rows }) => rows).length)
    const application = await startUpstream()
    t.after(() => application.stop())
    const { auth } = await startRealService(t, forge)
    const proxy = await openProxy(name, PROXIED_ROUTES)
    t.after(() => proxy.stop())
    await proxy.connect({
      verifier: auth,
      upstream: application.origin,
      routes: PROXIED_ROUTES,
      identityHeaders: PROXIED_IDENTITY,
    })
    const stage: Stage = { name, origin: proxy.origin, application }

    for (const { title, rows } of families) {
      if (rows.length > 0) await t.test(title, () => tryFamily(title, rows, stage))
    }
    await t.test('smuggled requests', () => smuggle(stage))
    await t.test('a trailer with identity headers', () => sendTrailer(stage))
  })
}

interface Stage {
  readonly name: ProxyName
  readonly origin: string
  readonly application: Upstream
}

async function tryFamily(title: string, rows: readonly Vector[], stage: Stage): Promise<void> {
  let refused = 0
  let harmless = 0
  const reached: string[] = []
  for (const row of rows) {
    const { status, seen } = await sendTo(stage, row)
    if (seen.length === 0 && status >= 400) refused += 1
    else if (isHarmless(row, stage.name, seen)) harmless += 1
    else reached.push(`${row.id}: ${status}, the application saw ${JSON.stringify(seen)}`)
  }
  const twins = [...new Set(rows.flatMap(({ twin }) => (twin === undefined ? [] : [twin])))]
  const shut: string[] = []
  for (const id of twins) {
    const twin = everyRow.get(id) ?? assert.fail(id)
    const { status, seen } = await sendTo(stage, twin)
    if (isRefusedByEnvoy(twin, stage, status)) continue
    if (status !== 200 || seen.length !== 1) shut.push(`${id}: ${status}`)
  }
  summary.push([
    stage.name,
    title,
    rows.length,
    refused,
    harmless,
    reached.length,
    twins.length,
    twins.length - shut.length,
  ])
  assert.deepEqual(reached, [])
  assert.deepEqual(shut, [], 'a row whose twin does not pass proves nothing')
}

async function sendTo({ origin, application }: Stage, row: Vector) {
  const before = application.seen.length
  const { status } = await sendRaw(origin, clientBytes(row, forge))
  return { status, seen: application.seen.slice(before) }
}

/** Envoy itself refuses a target with a fragment, so what the gate makes of one cannot be shown behind it. */
function isRefusedByEnvoy(row: Vector, { name }: Stage, status: number): boolean {
  if (name !== 'Envoy' || row.request?.uri?.includes('#') !== true || status !== 400) return false
  notes.add('Envoy: refuses targets with `#` itself, also that of one twin')
  return true
}

/** nginx drops odd header names itself; what a proxy resolves before it asks is what it sends on. */
function isHarmless(row: Vector, name: ProxyName, seen: readonly UpstreamEcho[]): boolean {
  const exception = HARMLESS.find(({ id, proxies }) => id === row.id && proxies.includes(name))
  if (exception !== undefined) {
    notes.add(`${name}: ${exception.why}`)
    return true
  }
  const odd = (row.request?.headers ?? [])
    .map(([field]) => field.toLowerCase())
    .filter((field) => /[^a-z0-9-]/.test(field))
  const dropped = odd.length > 0 && seen.every(({ headers }) => odd.every((field) => headers[field] === undefined))
  if (name !== 'nginx' || !dropped) return false
  notes.add('nginx: drops header names with anything but letters, digits and hyphens by itself')
  return true
}

async function smuggle(stage: Stage): Promise<void> {
  const { origin, application } = stage
  const words: SmugglingWords = {
    allowed: (...fields) =>
      `${requestHead('POST /ruled/x HTTP/1.1', [
        ['Host', 'api.example.com'],
        ['Authorization', `Bearer ${ALLOWED_TOKEN}`],
      ]).trimEnd()}\r\n${fields.join('\r\n')}\r\n\r\n`,
    hidden: requestHead('GET /ruled/admin/smuggled HTTP/1.1', [
      ['Host', 'api.example.com'],
      ['X-Auth-Subject', 'admin'],
    ]),
  }
  const reached: string[] = []
  let refused = 0
  for (const { id, bytes } of SMUGGLING) {
    const before = application.seen.length
    const connection = await openRaw(origin)
    connection.send(Buffer.from(bytes(words), 'latin1'))
    const first = await connection.read().catch(() => undefined)
    await sleep(60)
    connection.close()
    // On the connections to the application that it may have left behind.
    const follower = await sendRaw(origin, clientBytes(everyRow.get('below the route') ?? assert.fail(), forge))
    const seen = application.seen.slice(before)
    const wrong = seen.filter(({ url, headers }) => url.includes('smuggled') || headers['x-auth-subject'] !== 'alice')
    if (wrong.length > 0 || follower.status !== 200) reached.push(`${id}: ${follower.status} ${JSON.stringify(wrong)}`)
    else if (first === undefined || first.status >= 400) refused += 1
  }
  summary.push([
    stage.name,
    'Smuggling',
    SMUGGLING.length,
    refused,
    SMUGGLING.length - refused - reached.length,
    reached.length,
    1,
    1,
  ])
  notes.add(
    'Smuggling, passed harmlessly: the outer request was allowed, and the hidden one was its body or was refused',
  )
  assert.deepEqual(reached, [])
}

async function sendTrailer({ origin, application }: Stage): Promise<void> {
  const before = application.seen.length
  const head = requestHead('POST /ruled/x HTTP/1.1', [
    ['Host', 'api.example.com'],
    ['Authorization', `Bearer ${ALLOWED_TOKEN}`],
    ['Transfer-Encoding', 'chunked'],
    ['Trailer', 'X-Auth-Subject'],
  ])
  await sendRaw(origin, `${head}3\r\nabc\r\n0\r\nX-Auth-Subject: admin\r\nX_Auth_Subject: admin\r\n\r\n`)
  for (const { headers } of application.seen.slice(before)) {
    assert.equal(headers['x-auth-subject'], 'alice')
    assert.equal(headers['x_auth_subject'], undefined)
  }
}
