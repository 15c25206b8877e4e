import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { openEnvoy } from '../../lab/envoy.ts'
import { startUpstream } from '../../lab/upstream.ts'
import { run } from '../cli/run.ts'
import { startTestService } from '../support/service.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const CALL = (name: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

test('a real Envoy takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('Envoy'))) return absent(t, 'Envoy', 1)
  const upstream = await startUpstream()
  t.after(() => upstream.stop())
  let generated = ''
  const proxy = await openEnvoy(PROGRAMS.Envoy, undefined, (port) => {
    const { static_resources } = parse(
      generated.replace('port_value: 10000', `port_value: ${port}`).replace('0.0.0.0', '127.0.0.1'),
    )
    const hosts = static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts
    const canary = { '@type': PER_ROUTE, disabled: true }
    hosts[0].routes.unshift({
      match: { path: '/ready-canary' },
      direct_response: { status: 200 },
      typed_per_filter_config: { 'envoy.filters.http.ext_authz': canary },
    })
    return { static_resources }
  })
  t.after(() => proxy.stop())
  const resource = `${proxy.origin}/mcp/api`
  const tools = `${proxy.origin}/mcp/tools`
  const service = await startTestService(t, {
    yaml: ({ issuer }) => `
issuers: { main: ${issuer}, dark: { issuer: "${issuer}/dark", jwksUri: "http://127.0.0.1:1/jwks" } }
routes:
  api: { resource: ${resource}, scopes: [mcp:read], origins: [https://app.example.com], upstreamAuthorization: strip, issuers: [main] }
  tools: { resource: ${tools}, issuers: [main], mcp: { tools: { status: allow }, maxBodySize: 2048 } }
  dark: { resource: ${proxy.origin}/mcp/dark, issuers: [dark] }
`,
  })
  const gate = new URL(service.auth)
  const ports = ['--gate-service', gate.hostname, '--gate-port', gate.port]
  const to = ['--service', '127.0.0.1', '--port', new URL(upstream.origin).port]
  const { stdout, stderr } = await run(['generate', 'envoy', '--config', service.path, ...ports, ...to])
  assert.equal(stderr, '')
  generated = stdout
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-generated-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'envoy.yaml'), stdout)
  await promisify(execFile)(PROGRAMS.Envoy, ['--mode', 'validate', '-c', join(folder, 'envoy.yaml')])
  await proxy.connect({ verifier: service.auth, upstream: upstream.origin, routes: [], identityHeaders: [] })

  const denied = await fetch(`${resource}/x`, { headers: { Origin: 'https://app.example.com' } })
  assert.equal(denied.status, 401)
  const challenge = denied.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer resource_metadata="[^"]+", scope="mcp:read"$/)
  assert.equal(denied.headers.get('access-control-allow-origin'), 'https://app.example.com')
  const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  const document: unknown = await (await fetch(metadata)).json()
  assert.equal((document as { readonly resource: string }).resource, resource)

  const mint = (aud: string, scope = 'mcp:read') => `Bearer ${service.issuer.mint({ aud, sub: 'alice', scope })}`
  assert.equal((await fetch(`${resource}/x`, { headers: { Authorization: mint(resource, 'other') } })).status, 403)
  const foreign = { Authorization: mint(resource), Origin: 'https://evil.example.com' }
  assert.equal((await fetch(`${resource}/x`, { headers: foreign })).status, 403)
  const dark = service.issuer.mint({ iss: `${service.issuer.issuer}/dark`, aud: `${proxy.origin}/mcp/dark` })
  assert.equal((await fetch(`${proxy.origin}/mcp/dark`, { headers: { Authorization: `Bearer ${dark}` } })).status, 503)
  assert.equal((await fetch(`${resource}x`)).status, 404, 'a path that only begins alike is not routed')
  assert.equal(upstream.seen.length, 0, 'nothing has reached the application yet')

  const forged = { Authorization: mint(resource), 'X-Auth-Subject': 'admin', 'X-Auth-Client': 'admin' }
  assert.equal((await fetch(`${resource}/x?y`, { headers: forged })).status, 200)
  const seen = upstream.seen.at(-1)
  assert.equal(seen?.url, '/mcp/api/x?y')
  assert.equal(seen?.headers['x-auth-subject'], 'alice')
  assert.equal(seen?.headers['x-auth-client'] ?? '', '')
  assert.equal(seen?.headers['authorization'] ?? '', '')
  for (const name of ['X_Auth_Subject', 'X.Auth.Subject']) {
    const status = (await fetch(`${resource}/x`, { headers: { ...forged, [name]: 'admin' } })).status
    assert.ok(status === 400 || status === 403, `${name}: ${status}`)
  }

  const call = async (body: string, more = {}) => {
    const headers = { Authorization: mint(tools), 'Content-Type': 'application/json', ...more }
    return (await fetch(tools, { method: 'POST', headers, body })).status
  }
  assert.equal(await call(CALL('status')), 200)
  assert.equal(upstream.seen.at(-1)?.body, CALL('status'))
  assert.equal(await call(CALL('other')), 403)
  assert.equal(await call(CALL('status'), { 'Mcp-Name': 'other' }), 400)
  assert.equal(await call(CALL('status').padEnd(2049)), 400)
  assert.equal(await call(CALL('status').padEnd(9000)), 413)
  assert.equal(upstream.seen.length, 2)
})

const PER_ROUTE = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute'
