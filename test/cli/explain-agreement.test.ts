import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse, stringify } from 'yaml'
import type { Explanation } from '../../src/tools/explain/explanation.ts'
import { configurationText, FILES, ISSUERS, NOW } from '../conformance/configuration.ts'
import { startRealService } from '../conformance/real-service.ts'
import { openForge } from '../conformance/token-forge.ts'
import { createSocketSend, toWireRequest, type WireRequest } from '../conformance/transport.ts'
import { settleUnknownKids } from '../conformance/unknown-kids.ts'
import type { Vector } from '../conformance/vector.ts'
import { ALL_VECTORS } from '../conformance/vectors.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { requestHead } from '../support/raw-http.ts'
import { run } from './run.ts'

const forge = await openForge()
const down = ALL_VECTORS.filter(({ keysDown }) => keysDown !== undefined)
// Each call of the command reads its configuration anew, so the many spellings of attacks stay with the faster tests.
const up = ALL_VECTORS.filter(
  ({ keysDown, bug, attack }) => keysDown === undefined && bug === undefined && attack === undefined,
)

test('the vectors that no command can be asked about are those that need a bug', () => {
  const others = ALL_VECTORS.filter((vector) => !down.includes(vector) && !up.includes(vector))
  assert.ok(up.length > 200 && down.length > 0)
  assert.deepEqual(
    others.filter(({ bug, attack }) => bug !== true && attack === undefined),
    [],
  )
})

// The trace of every vector is proved beside the steps themselves; here it is what a reader of `explain` sees of each.
test('explain and the running service agree, for every route and each reason there', (t) => {
  const first = new Map(up.toReversed().map((vector) => [`${vector.route} ${vector.expect.reason}`, vector]))
  assert.ok(first.size > 250, `only ${first.size}`)
  return agreeOn(t, [...first.values()], [])
})

test('explain and the running service agree while keys cannot be had', (t) =>
  agreeOn(t, down, [...new Set(down.flatMap(({ keysDown }) => keysDown ?? []))]))

/** What matters here of the configuration file. */
interface WholeFile {
  readonly defaults: { readonly issuers: readonly string[] }
  readonly issuers: Readonly<Record<string, unknown>>
  readonly routes: Readonly<
    Record<string, { readonly issuers?: readonly string[]; readonly accept?: readonly { readonly issuer: string }[] }>
  >
}

/** Asks both: the answer byte for byte, and route, outcome and reason as the service counts them, must be the same. */
async function agreeOn(t: TestContext, vectors: readonly Vector[], keysDown: readonly string[]): Promise<void> {
  const service = await startRealService(t, forge, keysDown)
  const send = createSocketSend(service.auth)
  const pathFor = await writeConfigurations(t, keysDown)
  await settleUnknownKids(vectors, forge, send)
  const decisions = await decisionsOf(service.operations)
  for (const vector of vectors) {
    const request = toWireRequest(vector, forge)
    const answer = await send(request)
    const explanation = await explain(await pathFor(vector.route), request)
    const { route, outcome, reason } = explanation
    const series = `${route ?? 'unmatched'} ${outcome} ${reason}`
    decisions.set(series, (decisions.get(series) ?? 0) + 1)
    assert.equal(reason, vector.expect.reason, vector.id)

    const hop = ['date', 'connection', 'keep-alive']
    assert.equal(explanation.answer.status, answer.status, vector.id)
    assert.deepEqual(
      explanation.answer.headers.map(([name, value]) => [name, hidden(name, value)]),
      answer.headers
        .filter(([name]) => !hop.includes(name.toLowerCase()))
        .map(([name, value]) => [name, hidden(name, value)]),
      vector.id,
    )
    assert.equal(explanation.answer.body, request.method === 'HEAD' ? explanation.answer.body : answer.body, vector.id)
    judgeSteps(vector, explanation)
  }
  assert.deepEqual(await decisionsOf(service.operations), decisions, 'as the service has counted them')
}

/** One step failed where the request was refused, none where it passed, and those before it passed. */
function judgeSteps({ id }: Vector, { outcome, steps }: Explanation): void {
  const failed = steps.filter(({ result }) => result === 'fail')
  assert.equal(failed.length, outcome === 'allow' ? 0 : 1, id)
  const ended = steps.findLastIndex(({ result }) => result !== 'skip')
  assert.ok(
    steps
      .slice(0, ended)
      .every(({ result, detail }) => result === 'pass' || detail === 'not needed, as the token is not a JWT'),
    id,
  )
  if (outcome !== 'allow') assert.equal(steps[ended]?.result, 'fail', id)
  for (const { step, detail, expected, actual } of steps) {
    assert.doesNotMatch(`${detail} ${expected ?? ''} ${actual ?? ''}`, /undefined|\[object|NaN/, `${id}: ${step}`)
    assert.notEqual(detail, '', `${id}: ${step}`)
  }
}

async function explain(path: string, { method, target, headers, body }: WireRequest): Promise<Explanation> {
  const args = ['explain', '--config', path, '--call', '-', '--at', String(NOW), '--format', 'json']
  const stdin = Buffer.concat([Buffer.from(requestHead(`${method} ${target} HTTP/1.1`, headers)), body])
  const { code, stdout, stderr } = await run(args, { stdin })
  assert.equal(code, 0, `${stdout}${stderr}`)
  const signature = /\.(?<signature>[\w-]{40,})(?:[=,\s]|$)/.exec(
    headers.find(([name]) => name === 'Authorization')?.[1] ?? '',
  )
  if (signature !== null) assert.ok(!stdout.includes(signature.groups?.['signature'] ?? ''), 'a signature is shown')
  return JSON.parse(stdout)
}

/**
 * The same configuration with issuers of its own, as files: whole where the path decides, else with the one route that the
 * call names and its issuers, as each call of the command reads its file anew.
 */
async function writeConfigurations(
  t: TestContext,
  keysDown: readonly string[],
): Promise<(route: string | null) => Promise<string>> {
  const folder = folderFor(t)
  const places = new Map<string, string>()
  for (const name of Object.keys(ISSUERS)) {
    const own = await startFakeIssuer({ algorithms: ['EdDSA'] })
    t.after(() => own.stop())
    own.introspects(forge.introspected ?? {})
    if (keysDown.includes(name)) own.fail(500)
    else own.answer(JSON.stringify(forge.keySet(name)), 'keys')
    places.set(name, own.jwksUri)
  }
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), content)
  const whole = configurationText((name) => places.get(name) ?? '')
  await writeFile(join(folder, 'whole.yaml'), whole)
  const { routes, issuers, ...rest }: WholeFile = parse(whole)
  const written = new Map<string, string>()
  return async (route) => {
    if (route === null || !Object.hasOwn(routes, route)) return join(folder, 'whole.yaml')
    const path = written.get(route) ?? join(folder, `${written.size}.yaml`)
    if (!written.has(route)) {
      const { [route]: own } = routes
      const entries = own?.accept?.map(({ issuer }) => issuer) ?? []
      const named = new Set([...entries, ...(own?.issuers ?? []), ...rest.defaults.issuers])
      const kept = Object.entries(issuers).filter(([name]) => named.has(name))
      await writeFile(path, stringify({ ...rest, issuers: Object.fromEntries(kept), routes: { [route]: own } }))
    }
    written.set(route, path)
    return path
  }
}

/** How often the service has decided what: `route outcome reason`. */
async function decisionsOf(operations: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${operations}/metrics`)).text()
  const counts = new Map<string, number>()
  for (const [, labels = '', count] of text.matchAll(/^forwardgate_decisions_total\{(.*)\} (\d+)$/gm)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1]
    const series = `${label('route')} ${label('outcome')} ${label('reason')}`
    counts.set(series, (counts.get(series) ?? 0) + Number(count))
  }
  return counts
}

/** `explain` never shows what the upstream gets as Authorization. */
function hidden(name: string, value: string): string {
  return name === 'Authorization' && value !== '' ? 'not shown' : value
}
