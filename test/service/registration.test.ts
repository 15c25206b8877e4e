import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import type { FakeIssuer } from '../support/fake-issuer.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { startTestService, type TestService, until } from '../support/service.ts'

const HOST = 'api.example.com'
const ORIGIN = `https://${HOST}`
const RESOURCE = '/.well-known/oauth-protected-resource/mcp'
const METADATA = '/.well-known/oauth-authorization-server/forwardgate/main'
const REGISTER = '/forwardgate/main/register'
const CALLBACK = 'https://claude.ai/api/mcp/auth_callback'
const CLIENT = `{ clientId: mcp, redirectUris: [${CALLBACK}, http://127.0.0.1/callback] }`

const yamlWith =
  (registration: string) =>
  ({ issuer }: FakeIssuer) =>
    `
issuers: { main: { issuer: ${issuer}, registration: ${registration} } }
routes: { api: { resource: ${ORIGIN}/mcp, scopes: [mcp:read] } }
`
const yaml = yamlWith(CLIENT)

const ask = ({ auth }: TestService, target: string, init: RequestInit = {}, host = HOST) =>
  fetch(`${auth}${target}`, { redirect: 'manual', ...init, headers: { 'X-Forwarded-Host': host, ...init.headers } })

const post = (gate: TestService, body: unknown) =>
  ask(gate, REGISTER, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

async function json(response: Response): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await response.text())
}

async function servers(gate: TestService): Promise<unknown> {
  const response = await ask(gate, RESOURCE)
  assert.equal(response.status, 200)
  return (await json(response))['authorization_servers']
}

describe('registration for an issuer that has none (RFC 8414, RFC 7591)', () => {
  it('leads clients to an issuer of ours, whose endpoints are the provider’s', async (t) => {
    const gate = await startTestService(t, { yaml })
    const ours = `${ORIGIN}/forwardgate/main`
    assert.deepEqual(await servers(gate), [ours])

    const response = await ask(gate, METADATA)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), {
      issuer: ours,
      response_types_supported: ['code'],
      authorization_endpoint: `${gate.issuer.origin}/authorize`,
      token_endpoint: `${gate.issuer.origin}/token`,
      jwks_uri: gate.issuer.jwksUri,
      code_challenge_methods_supported: ['S256'],
      registration_endpoint: `${ours}/register`,
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
    })
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.equal(response.headers.get('cache-control'), 'max-age=300')
    const head = await ask(gate, METADATA, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal((await ask(gate, METADATA, {}, 'other.example.com')).status, 404)
    for (const target of ['/.well-known/oauth-authorization-server', `${METADATA}x`, '/register']) {
      assert.equal((await ask(gate, target)).status, 404, target)
    }
  })

  it('gives the one public client to those that it may be sent back to, without a secret', async (t) => {
    const gate = await startTestService(t, { yaml })
    const granted = await post(gate, { redirect_uris: ['http://127.0.0.1:49152/callback'], client_name: 'Inspector' })
    assert.equal(granted.status, 201)
    assert.equal(granted.headers.get('cache-control'), 'no-store')
    assert.equal(granted.headers.get('access-control-allow-origin'), '*')
    assert.deepEqual(await granted.json(), {
      client_id: 'mcp',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1:49152/callback'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })
    const refused = await post(gate, { redirect_uris: ['https://evil.example/cb'], client_name: 'Codex\n' })
    assert.equal(refused.status, 400)
    assert.deepEqual(await refused.json(), {
      error: 'invalid_redirect_uri',
      error_description: 'No redirect URI is among those that this server allows',
    })
    assert.equal(refused.headers.get('cache-control'), 'no-store')
    assert.equal(refused.headers.get('access-control-allow-origin'), '*')
    const [line] = gate.lines().filter(({ msg }) => msg === 'registration refused')
    assert.deepEqual(
      [line?.['level'], line?.['issuer'], line?.['unverifiedClient'], line?.['unverifiedRedirectUris']],
      ['warn', 'main', 'Codex\\u000a', ['https://evil.example/cb']],
    )
    assert.equal(await gate.metric('registrations_total{issuer="main",outcome="registered"}'), 1)
    assert.equal(await gate.metric('registrations_total{issuer="main",outcome="refused"}'), 1)
    for (let again = 0; again < 50; again++) await post(gate, '{')
    const lines = gate
      .lines()
      .filter(({ msg, reason }) => msg === 'registration refused' && /JSON/.test(String(reason)))
    assert.ok(lines.length < 50, `${lines.length} lines`)
    assert.equal(await gate.metric('registrations_total{issuer="main",outcome="refused"}'), 51)
  })

  it('answers preflights of pages, of the document and of the endpoint', async (t) => {
    const gate = await startTestService(t, { yaml })
    for (const [target, methods] of [
      [METADATA, 'GET, HEAD, OPTIONS'],
      [REGISTER, 'POST, OPTIONS'],
    ] as const) {
      const { status, headers } = await ask(gate, target, { method: 'OPTIONS' })
      assert.deepEqual([status, headers.get('access-control-allow-methods')], [204, methods])
      assert.match(headers.get('access-control-allow-headers') ?? '', /Content-Type/)
    }
    assert.equal((await ask(gate, REGISTER)).status, 404)
    assert.equal((await ask(gate, METADATA, { method: 'POST' })).status, 404)
  })

  it('refuses what is not JSON, and what is larger than any client', async (t) => {
    const gate = await startTestService(t, { yaml })
    for (const body of ['', '{', '[]', 'null', '\u0000', JSON.stringify({ x: 'y'.repeat(1024 * 1024) })]) {
      const response = await post(gate, body)
      assert.equal(response.status, 400, body.slice(0, 20))
      assert.equal((await json(response))['error'], 'invalid_client_metadata')
    }
    assert.equal((await post(gate, { redirect_uris: [CALLBACK] })).status, 201)
  })

  it('does not wait for a body that never ends', async (t) => {
    const gate = await startTestService(t, { yaml })
    const connection = await openRaw(gate.auth)
    connection.send(
      requestHead(`POST ${REGISTER} HTTP/1.1`, [
        ['Host', HOST],
        ['Content-Length', '100'],
      ]),
    )
    connection.send('{"redirect_uris"')
    const response = await connection.read()
    assert.equal(response?.status, 400)
    assert.match(String(response?.body), /invalid_client_metadata/)
    await connection.closed()
    connection.close()
  })

  it('names a registration endpoint that is operated elsewhere', async (t) => {
    const gate = await startTestService(t, { yaml: yamlWith('{ endpoint: https://dcr.example.com/register }') })
    const document = await json(await ask(gate, METADATA))
    assert.equal(document['registration_endpoint'], 'https://dcr.example.com/register')
    assert.equal((await post(gate, { redirect_uris: [CALLBACK] })).status, 404)
  })

  it('still trusts tokens of the provider only', async (t) => {
    const gate = await startTestService(t, { yaml })
    const claims = { aud: `${ORIGIN}/mcp`, scope: 'mcp:read' }
    assert.equal((await gate.ask('api', { token: gate.issuer.mint(claims) })).status, 200)
    const ours = gate.issuer.mint({ ...claims, iss: `${ORIGIN}/forwardgate/main` })
    assert.deepEqual((await gate.ask('api', { token: ours })).headers.get('x-forwardgate-reason'), ['issuer_untrusted'])
  })
})

describe('registration while the provider is down', () => {
  it('503 for our document until there was one, and the last one from then on', async (t) => {
    const early = await startTestService(t, { yaml, issuerOptions: { algorithms: ['ES256'] } })
    await early.issuer.stop()
    assert.equal((await ask(early, METADATA)).status, 200)

    const late = await startTestService(t, { yaml, issuer: early.issuer })
    const waiting = await ask(late, METADATA)
    assert.deepEqual([waiting.status, waiting.headers.get('retry-after')], [503, '5'])
    assert.equal(waiting.headers.get('cache-control'), 'no-store')
    assert.deepEqual(await servers(late), [`${ORIGIN}/forwardgate/main`])
    assert.equal(await late.metric('issuer_registration{issuer="main"}'), 0)
    await early.issuer.restart()
    await until('the document is there', async () => (await ask(late, METADATA)).status === 200)
    assert.equal(await late.metric('issuer_registration{issuer="main"}'), 1)
    await early.issuer.stop()
  })

  it('offers it although only the keys cannot be had', async (t) => {
    const first = await startTestService(t, { yaml })
    first.issuer.fail(500, 'keys')
    const gate = await startTestService(t, { yaml, issuer: first.issuer })
    assert.equal((await ask(gate, METADATA)).status, 200)
  })
})

describe('registration for a provider that sends iss in authorization responses (RFC 9207)', () => {
  const said = (gate: TestService) =>
    gate.lines().filter(({ msg }) => String(msg).startsWith('registration cannot be offered'))

  it('is refused, said once, and clients are sent to the provider itself', async (t) => {
    const first = await startTestService(t, { yaml })
    const { issuer } = first
    issuer.lie({ authorization_response_iss_parameter_supported: true })
    const gate = await startTestService(t, { yaml, issuer })
    assert.deepEqual(await servers(gate), [issuer.issuer])
    assert.equal((await ask(gate, METADATA)).status, 404)
    assert.equal((await post(gate, { redirect_uris: [CALLBACK] })).status, 404)
    assert.equal(await gate.metric('issuer_registration{issuer="main"}'), 0)
    assert.match(await (await fetch(`${gate.operations}/readyz?verbose`)).text(), /"registration":"refused"/)
    assert.deepEqual(
      said(gate).map(({ level, issuer, reason }) => [level, issuer, reason]),
      [['error', 'main', 'it sends iss in authorization responses (RFC 9207), which clients compare']],
    )
    const claims = { aud: `${ORIGIN}/mcp`, scope: 'mcp:read' }
    assert.equal((await gate.ask('api', { token: issuer.mint(claims) })).status, 200)
  })

  it('is judged anew by a reload that adds it, without another call to the provider', async (t) => {
    const gate = await startTestService(t)
    assert.deepEqual(await servers(gate), [gate.issuer.issuer])
    const before = gate.issuer.hits()
    await writeFile(gate.path, yaml(gate.issuer))
    await until('it is offered', async () => (await ask(gate, METADATA)).status === 200)
    assert.deepEqual(await servers(gate), [`${ORIGIN}/forwardgate/main`])
    assert.equal(gate.issuer.hits(), before)
    await writeFile(gate.path, yamlWith('{ endpoint: https://dcr.example.com/register }')(gate.issuer))
    await until('it is another', async () => {
      const document = await json(await ask(gate, METADATA))
      return document['registration_endpoint'] === 'https://dcr.example.com/register'
    })
    assert.equal(gate.lines().filter(({ msg }) => msg === 'registration offered').length, 1)
  })
})
