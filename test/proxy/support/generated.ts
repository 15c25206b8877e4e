import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import type { ReverseProxy } from '../../../lab/reverse-proxy.ts'
import { startUpstream, type Upstream } from '../../../lab/upstream.ts'
import { run } from '../../cli/run.ts'
import { folderFor } from '../../support/folder.ts'
import { startTestService, type TestService } from '../../support/service.ts'

/** A service, an application, and what `generate` printed for the two of them. */
export interface GeneratedWorld {
  readonly service: TestService
  readonly upstream: Upstream
  readonly origin: string
  readonly text: string
}

/** The route `api` with everything, `tools` with mcp, `dark` whose issuer has no keys. */
function configuration(issuer: string, origin: string): string {
  return `
issuers: { main: ${issuer}, dark: { issuer: "${issuer}/dark", jwksUri: "http://127.0.0.1:1/jwks" } }
routes:
  api: { resource: ${origin}/mcp/api, scopes: [mcp:read], origins: [https://app.example.com], upstreamAuthorization: strip, issuers: [main] }
  tools: { resource: ${origin}/mcp/tools, issuers: [main], mcp: { tools: { status: allow }, maxBodySize: 2048 } }
  dark: { resource: ${origin}/mcp/dark, issuers: [dark] }
`
}

/** Starts what is behind a proxy, and has the proxy's side of it generated. */
export async function generatedWorld(
  t: TestContext,
  name: string,
  proxy: ReverseProxy,
  ...args: readonly string[]
): Promise<GeneratedWorld> {
  const upstream = await startUpstream()
  t.after(() => upstream.stop())
  const { origin } = proxy
  const service = await startTestService(t, { yaml: ({ issuer }) => configuration(issuer, origin) })
  const gate = new URL(service.auth)
  const ports = ['--gate-service', gate.hostname, '--gate-port', gate.port]
  const to = ['--service', '127.0.0.1', '--port', new URL(upstream.origin).port]
  const { stdout, stderr } = await run(['generate', name, '--config', service.path, ...ports, ...to, ...args])
  assert.equal(stderr, '')
  return { service, upstream, origin, text: stdout }
}

/** Runs a proxy's own check on a text in a file of this name. */
export async function accepts(t: TestContext, program: string, file: string, text: string, ...args: readonly string[]) {
  const folder = folderFor(t)
  await writeFile(join(folder, file), text)
  await promisify(execFile)(program, [...args, file], { cwd: folder, env: { ...process.env, HOME: folder } })
}

/** What every proxy must do with its generated configuration. */
export async function guards({ service, upstream, origin }: GeneratedWorld): Promise<void> {
  const resource = `${origin}/mcp/api`
  const page = { Origin: 'https://app.example.com' }
  const denied = await fetch(`${resource}/x`, { headers: page })
  assert.equal(denied.status, 401)
  const challenge = denied.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer resource_metadata="[^"]+", scope="mcp:read"$/)
  assert.equal(denied.headers.get('access-control-allow-origin'), 'https://app.example.com')
  assert.match(denied.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/i)
  const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  const document: unknown = await (await fetch(metadata)).json()
  assert.equal((document as { readonly resource: string }).resource, resource)
  const preflight = { ...page, 'Access-Control-Request-Method': 'POST' }
  const allowedPage = await fetch(`${resource}/x`, { method: 'OPTIONS', headers: preflight })
  assert.ok(allowedPage.ok)
  assert.match(allowedPage.headers.get('access-control-allow-headers') ?? '', /DPoP/)

  const mint = (aud: string, scope = 'mcp:read') => `Bearer ${service.issuer.mint({ aud, sub: 'alice', scope })}`
  const insufficient = await fetch(`${resource}/x`, { headers: { Authorization: mint(resource, 'other') } })
  assert.equal(insufficient.status, 403)
  assert.match(insufficient.headers.get('www-authenticate') ?? '', /^Bearer .*error="insufficient_scope"/)
  const foreign = { Authorization: mint(resource), Origin: 'https://evil.example.com' }
  const refused = await fetch(`${resource}/x`, { headers: foreign })
  assert.equal(refused.status, 403)
  assert.equal(refused.headers.get('access-control-allow-origin'), null)
  const dark = service.issuer.mint({ iss: `${service.issuer.issuer}/dark`, aud: `${origin}/mcp/dark` })
  assert.equal((await fetch(`${origin}/mcp/dark`, { headers: { Authorization: `Bearer ${dark}` } })).status, 503)
  assert.equal((await fetch(`${resource}x`)).status, 404, 'a path that only begins alike is not routed')
  assert.equal(upstream.seen.length, 0, 'nothing has reached the application yet')

  const proof = { DPoP: 'proof' }
  const forged = { Authorization: mint(resource), 'X-Auth-Subject': 'admin', 'X-Auth-Client': 'admin', ...proof }
  assert.equal((await fetch(`${resource}/x?y`, { headers: forged })).status, 200)
  const seen = upstream.seen.at(-1)
  assert.equal(seen?.url, '/mcp/api/x?y')
  assert.equal(seen?.headers['x-auth-subject'], 'alice')
  assert.equal(seen?.headers['x-auth-client'] ?? '', '')
  assert.equal(seen?.headers['authorization'] ?? '', '')
  assert.equal(seen?.headers['dpop'], undefined, 'a proof is not for the service')
  for (const name of ['X_Auth_Subject', 'X.Auth.Subject']) {
    const { status } = await fetch(`${resource}/x`, { headers: { ...forged, [name]: 'admin' } })
    // nginx drops both in silence, so the request passes without them.
    if (status === 200) assert.equal(upstream.seen.at(-1)?.headers[name.toLowerCase()], undefined)
    else assert.ok(status === 400 || status === 403, `${name}: ${status}`)
  }
  const before = upstream.seen.length
  const upgrade = {
    Authorization: mint(`${origin}/mcp/tools`),
    'Sec-WebSocket-Key': 'x',
    'Sec-WebSocket-Version': '13',
  }
  assert.equal(
    (await fetch(`${origin}/mcp/tools`, { headers: upgrade })).status,
    400,
    'no WebSocket on a route with mcp',
  )
  assert.equal(upstream.seen.length, before)
}
