import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEnvoy } from '../../lab/envoy.ts'
import { absent } from './support/absent.ts'
import { accepts, type GeneratedWorld, generatedWorld, guards } from './support/generated.ts'
import { AUTHZ, type Resources, type RouteEntry, routesOf, withCanary } from './support/generated-envoy.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const CALL = (name: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

test('a real Envoy takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('Envoy'))) return absent(t, 'Envoy', 1)
  let text = ''
  const proxy = await openEnvoy(PROGRAMS.Envoy, undefined, () => withCleartextHttp2(text))
  t.after(() => proxy.stop())
  const world = await generatedWorld(t, 'envoy', proxy, '--listen-port', new URL(proxy.origin).port)
  text = world.text
  await accepts(t, PROGRAMS.Envoy, 'envoy.yaml', text, '--mode', 'validate', '-c')
  await proxy.connect({ verifier: '', upstream: '', routes: [], identityHeaders: [] })
  await guards(world)
  await judgesBodies(world)
  await refusesWithoutAnAnswer(world)
})

async function judgesBodies({ service, origin, upstream }: GeneratedWorld): Promise<void> {
  const tools = `${origin}/mcp/tools`
  const before = upstream.seen.length
  const call = async (body: string, more = {}) => {
    const token = service.issuer.mint({ aud: tools, sub: 'alice' })
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...more }
    return (await fetch(tools, { method: 'POST', headers, body })).status
  }
  assert.equal(await call(CALL('status')), 200)
  assert.equal(upstream.seen.at(-1)?.body, CALL('status'))
  assert.equal(await call(CALL('other')), 403)
  assert.equal(await call(CALL('status'), { 'Mcp-Name': 'other' }), 400)
  assert.equal(await call(CALL('status').padEnd(2049)), 413)
  assert.equal(await call(CALL('status').padEnd(9000)), 413)
  assert.equal(upstream.seen.length, before + 1)
}

/** The path that Envoy asks about over HTTP/2 without TLS. */
const H2C = '/mcp/api/h2c'

/** forwardgate does not speak it. */
function withCleartextHttp2(text: string): unknown {
  const tree: { static_resources: Resources } = withCanary(text)
  const { clusters } = tree.static_resources
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  const http2 = { '@type': `type.googleapis.com/${options}`, explicit_http_config: { http2_protocol_options: {} } }
  const routes = routesOf(tree.static_resources)
  const api = routes.find(({ match }) => match.path_separated_prefix === '/mcp/api')
  const asked = api?.typed_per_filter_config[AUTHZ]?.check_settings?.http_service.server_uri.cluster
  const gate = clusters.find(({ name }) => name === asked)
  assert.ok(api !== undefined && gate !== undefined)
  clusters.push({ ...gate, name: 'h2c', typed_extension_protocol_options: { [options]: http2 } })
  const changed: RouteEntry = structuredClone({ ...api, match: { path: H2C } })
  const settings = changed.typed_per_filter_config[AUTHZ]?.check_settings
  assert.ok(settings !== undefined)
  settings.http_service.server_uri.cluster = 'h2c'
  routes.unshift(changed)
  return tree
}

async function refusesWithoutAnAnswer({ service, origin, upstream }: GeneratedWorld): Promise<void> {
  const before = upstream.seen.length
  const token = service.issuer.mint({ aud: `${origin}/mcp/api`, sub: 'alice', scope: 'mcp:read' })
  const headers = { Authorization: `Bearer ${token}` }
  assert.equal((await fetch(`${origin}/mcp/api/h1`, { headers })).status, 200)
  assert.equal((await fetch(`${origin}${H2C}`, { headers })).status, 503)
  assert.equal(upstream.seen.length, before + 1)
}
