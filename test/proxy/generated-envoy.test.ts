import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { openEnvoy } from '../../lab/envoy.ts'
import { absent } from './support/absent.ts'
import { accepts, type GeneratedWorld, generatedWorld, guards } from './support/generated.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const CALL = (name: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

test('a real Envoy takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('Envoy'))) return absent(t, 'Envoy', 1)
  let text = ''
  const proxy = await openEnvoy(PROGRAMS.Envoy, undefined, () => withCanary(text))
  t.after(() => proxy.stop())
  const world = await generatedWorld(t, 'envoy', proxy, '--listen-port', new URL(proxy.origin).port)
  text = world.text
  await accepts(t, PROGRAMS.Envoy, 'envoy.yaml', text, '--mode', 'validate', '-c')
  await proxy.connect({ verifier: '', upstream: '', routes: [], identityHeaders: [] })
  await guards(world)
  await judgesBodies(world)
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

/** What `openEnvoy` waits for, on loopback. */
function withCanary(text: string): unknown {
  const { static_resources } = parse(text.replace('0.0.0.0', '127.0.0.1'))
  const hosts = static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts
  const unasked = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
    disabled: true,
  }
  hosts[0].routes.unshift({
    match: { path: '/ready-canary' },
    direct_response: { status: 200 },
    typed_per_filter_config: { 'envoy.filters.http.ext_authz': unasked },
  })
  return { static_resources }
}
