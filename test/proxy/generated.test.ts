import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { openTraefik } from '../../lab/traefik.ts'
import { startUpstream } from '../../lab/upstream.ts'
import { run } from '../cli/run.ts'
import { startTestService } from '../support/service.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

test('a real Traefik takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const upstream = await startUpstream()
  t.after(() => upstream.stop())
  const generated: { http?: Record<string, Record<string, unknown>> } = {}
  const proxy = await openTraefik(PROGRAMS.Traefik, undefined, {
    write: (targets) => {
      const { http = {} } = generated
      const services = http['services'] ?? { api: { loadBalancer: { servers: [{ url: targets.upstream }] } } }
      const routers = { ...http['routers'], ready: { rule: 'Path(`/ready-canary`)', service: 'api' } }
      return { http: { ...http, routers, services } }
    },
  })
  t.after(() => proxy.stop())
  const resource = `${proxy.origin}/mcp/api`
  const service = await startTestService(t, {
    yaml: ({ issuer }) => `
issuers: { main: ${issuer} }
routes:
  api: { resource: ${resource}, scopes: [mcp:read], origins: [https://app.example.com], upstreamAuthorization: strip }
`,
  })
  // Service and gate are on one host, as on a developer's machine.
  const { hostname, port } = new URL(service.auth)
  const places = ['--url', `api=${upstream.origin}`, '--gate-service', hostname, '--gate-port', port]
  const { stdout, stderr } = await run(['generate', 'traefik', '--as', 'file', '--config', service.path, ...places])
  assert.equal(stderr, '')
  generated.http = parse(stdout).http
  await proxy.connect({ verifier: service.auth, upstream: upstream.origin, routes: [], identityHeaders: [] })

  const denied = await fetch(`${resource}/x`, { headers: { Origin: 'https://app.example.com' } })
  assert.equal(denied.status, 401)
  assert.match(denied.headers.get('www-authenticate') ?? '', /resource_metadata="/)
  assert.equal(denied.headers.get('access-control-allow-origin'), 'https://app.example.com')
  assert.match(denied.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/)

  const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(denied.headers.get('www-authenticate') ?? '') ?? []
  const document: unknown = await (await fetch(metadata)).json()
  assert.equal((document as { readonly resource: string }).resource, resource)

  const preflight = await fetch(`${resource}/x`, {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    },
  })
  assert.equal(preflight.status, 200)
  assert.equal((await fetch(`${resource}x`)).status, 404, 'a path that only begins alike is not routed')
  const arrived = upstream.seen.filter(({ url }) => url.startsWith('/mcp'))
  assert.deepEqual(arrived, [], 'nothing has reached the application yet')

  const token = service.issuer.mint({ aud: resource, sub: 'alice', scope: 'mcp:read' })
  const headers = { Authorization: `Bearer ${token}`, 'X-Auth-Subject': 'admin', 'X-Auth-Client': 'admin' }
  const allowed = await fetch(`${resource}/x`, { headers })
  assert.equal(allowed.status, 200)
  const seen = upstream.seen.at(-1)?.headers
  assert.equal(seen?.['x-auth-subject'], 'alice')
  assert.equal(seen?.['x-auth-client'] ?? '', '')
  assert.equal(seen?.['authorization'] ?? '', '')

  const manifests = join(await mkdtemp(join(tmpdir(), 'forwardgate-generated-')), 'dynamic.yaml')
  t.after(() => rm(join(manifests, '..'), { recursive: true }))
  await writeFile(manifests, stdout)
  const { stdout: findings } = await run(['check', service.path, '--manifests', manifests])
  assert.doesNotMatch(findings, /dynamic\.yaml/)
})
