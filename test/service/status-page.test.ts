import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import type { Status } from '../../src/status/status.ts'
import type { FakeIssuer } from '../support/fake-issuer.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'
import { SAMPLES } from '../unit/status/sample-status.ts'

const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as {
  Ajv2020: new (options: object) => { compile(schema: object): ((value: unknown) => boolean) & { errors?: unknown } }
}
const SCHEMA = new URL('../../docs/reference/status.schema.json', import.meta.url)

async function statusOf(gate: TestService): Promise<Status> {
  return (await fetch(`${gate.operations}/status.json`)).json() as Promise<Status>
}

/** Answers follow requests before the status does. */
const shows = (gate: TestService, what: string, holds: (status: Status) => boolean) =>
  until(what, async () => holds(await statusOf(gate)))

const twoRoutes = (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, scopes: [mcp:read] }, other: { resource: https://api.example.com/other } }
`

describe('the status page of a running service', { concurrency: true }, () => {
  it('shows what came of requests, what a reload changed and what was refused; never a token', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes })
    const before = await statusOf(gate)
    assert.deepEqual([before.state, before.ready, before.findings], ['ok', true, []])
    assert.equal(before.configuration.first, true)
    assert.equal(before.configuration.source, gate.path)
    assert.partialDeepStrictEqual(before.issuers, [{ name: 'main', state: 'ok', keys: 1, source: 'discovery' }])

    const evil = '"><script>alert(1)</script>\u202e'
    const good = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const bad = gate.issuer.mint({ aud: [evil, 'https://else.example.com'], sub: evil })
    assert.equal((await gate.ask('api', { token: good })).status, 200)
    for (let index = 0; index < 3; index++) assert.equal((await gate.ask('api', { token: bad })).status, 401)
    assert.equal((await gate.ask('nowhere')).status, 403)
    await shows(gate, 'the last request is counted', ({ unmatched }) => unmatched.refused === 1)

    const status = await statusOf(gate)
    assert.partialDeepStrictEqual(status.routes, [
      { name: 'api', mode: 'enforce', state: 'login_loop', allowed: 1, refused: 3, freshTokensRefused: 3 },
      { name: 'other', state: 'quiet', allowed: 0, refused: 0 },
    ])
    assert.deepEqual(
      status.routes[0]?.perMinute.refused.reduce((sum, count) => sum + count),
      3,
    )
    assert.deepEqual(
      status.findings.map(({ id }) => id),
      ['login_loop'],
    )
    const [unknown, mismatch] = status.refusals
    assert.partialDeepStrictEqual(unknown, {
      route: 'unmatched',
      reason: 'route_unknown',
      evidence: { unverifiedRoute: 'nowhere' },
    })
    const line = gate.decisions().find(({ reason }) => reason === 'audience_mismatch')
    assert.deepEqual(mismatch?.evidence, line?.['evidence'], 'the same as in the log')
    assert.deepEqual([mismatch?.sub, mismatch?.path], [evil, line?.['path']])

    const page = await (await fetch(`${gate.operations}/`)).text()
    assert.match(page, /Clients of route api log in again and again/)
    assert.match(page, /&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;\\u202e/)
    assert.doesNotMatch(page, /<script/i)
    for (const text of [page, JSON.stringify(status)]) {
      assert.doesNotMatch(text, /eyJ/)
      for (const part of [...good.split('.'), ...bad.split('.')]) assert.ok(!text.includes(part))
    }

    await writeFile(gate.path, twoRoutes(gate.issuer).replace('scopes: [mcp:read]', 'scope: [mcp:read]'))
    await shows(gate, 'the configuration is refused', ({ configuration }) => configuration.refused !== undefined)
    const refused = await statusOf(gate)
    assert.ok(refused.findings.some(({ id, state }) => id === 'configuration_refused' && state === 'problem'))
    assert.match(refused.configuration.refused?.problems[0] ?? '', /routes\.api.*config\.yaml:3:/)

    await writeFile(
      gate.path,
      twoRoutes(gate.issuer).replace(', other: { resource: https://api.example.com/other }', ''),
    )
    await shows(gate, 'the next one is in force', ({ configuration }) => !configuration.first)
    const { configuration, routes } = await statusOf(gate)
    assert.equal(configuration.refused, undefined)
    assert.deepEqual(configuration.changes.routes, { total: 1, added: [], changed: [], removed: ['other'] })
    assert.deepEqual(
      routes.map(({ name }) => name),
      ['api'],
    )
  })

  it('is what the schema says, in every sample and live', async (t) => {
    const isStatus = new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': true } }).compile(
      JSON.parse(await readFile(SCHEMA, 'utf8')),
    )
    const gate = await startTestService(t)
    await gate.ask('api')
    const all = { ...SAMPLES, live: await statusOf(gate) }
    for (const [name, status] of Object.entries(all)) {
      assert.ok(isStatus(JSON.parse(JSON.stringify(status))), `${name}: ${JSON.stringify(isStatus.errors)}`)
    }
    assert.ok(!isStatus({ ...all.live, surprise: 1 }), 'the schema knows every member')
  })

  it('has strict headers, answers HEAD, and refuses other methods with 405; the rest is 404', async (t) => {
    const gate = await startTestService(t)
    for (const path of ['/', '/status.json']) {
      const { status, headers } = await fetch(`${gate.operations}${path}`, { method: 'HEAD' })
      assert.equal(status, 200)
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; /,
      )
      for (const [name, value] of [
        ['cache-control', 'no-store'],
        ['x-content-type-options', 'nosniff'],
        ['referrer-policy', 'no-referrer'],
      ] as const) {
        assert.equal(headers.get(name), value)
      }
    }
    for (const path of ['/', '/status.json?x=1', '/metrics', '/livez', '/readyz']) {
      const { status, headers } = await fetch(`${gate.operations}${path}`, { method: 'POST', body: '{}' })
      assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD'], path)
    }
    for (const path of ['/index.html', '/status', '/*', '/verify/api']) {
      assert.equal((await fetch(`${gate.operations}${path}`)).status, 404, path)
    }
  })

  it('can be switched off', async (t) => {
    const gate = await startTestService(t, { env: { FORWARDGATE_STATUS_PAGE: 'false' } })
    for (const path of ['/', '/status.json']) assert.equal((await fetch(`${gate.operations}${path}`)).status, 404, path)
    assert.equal((await fetch(`${gate.operations}/livez`)).status, 200)
  })

  it('is there while a start waits for keys', async (t) => {
    const gate = await startTestService(t, {
      yaml: () => `{ issuers: { main: "https://127.0.0.1:65535" }, routes: { api: { resource: ${RESOURCE} } } }`,
    })
    const { ready, state, findings, issuers } = await statusOf(gate)
    assert.deepEqual([ready, state], [false, 'problem'])
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['not_ready', 'issuer_down'],
    )
    assert.match(issuers[0]?.lastError ?? '', /connection refused/)
    assert.match(await (await fetch(`${gate.operations}/`)).text(), /Not ready: waiting for the first keys of main/)
  })
})
