import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCaddy } from '../../lab/caddy.ts'
import { absent } from './support/absent.ts'
import { CADDY_CANARY, CADDY_GLOBALS } from './support/caddyfile.ts'
import { accepts, type GeneratedWorld, generatedWorld, guards } from './support/generated.ts'
import { send } from './support/judge.ts'
import { openNginx } from './support/nginx.ts'
import { NGINX_CANARY, nginxMain } from './support/nginx-conf.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const NOTHING = { verifier: '', upstream: '', routes: [], identityHeaders: [] }

/** Paths that one reader resolves and another does not: refused before anything is asked. */
const AMBIGUOUS = [
  ...['/mcp/x/../api', '/mcp/x/%2e%2E/api', '/mcp//api', '/mcp/api%2f..', '/mcp/api\\x', '/mcp/api/.'],
  ...['/mcp/api/..;/x', '/mcp/api/%252e%252e/x'],
]

async function refusesAmbiguousPaths({ origin, upstream }: GeneratedWorld): Promise<void> {
  const before = upstream.seen.length
  for (const target of AMBIGUOUS) {
    assert.equal((await send(origin, { target, host: new URL(origin).host }, undefined)).status, 400, target)
  }
  assert.equal(upstream.seen.length, before)
}

test('a real nginx takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('nginx'))) return absent(t, 'nginx', 1)
  let text = ''
  const proxy = await openNginx(PROGRAMS.nginx, (port) => {
    const server = text.replace('listen 80;', `listen 127.0.0.1:${port} reuseport;\n${NGINX_CANARY}`)
    return nginxMain(server)
  })
  t.after(() => proxy.stop())
  const world = await generatedWorld(t, 'nginx', proxy)
  text = world.text
  await proxy.connect(NOTHING)
  await guards(world)
  await refusesAmbiguousPaths(world)
})

test('a real Caddy takes what generate prints, and guards with it', async (t) => {
  if (!(await isInstalled('Caddy'))) return absent(t, 'Caddy', 1)
  let text = ''
  const proxy = await openCaddy(PROGRAMS.Caddy, undefined, () => text)
  t.after(() => proxy.stop())
  const { port } = new URL(proxy.origin)
  const world = await generatedWorld(t, 'caddy', proxy, '--listen-port', port)
  assert.match(world.text, new RegExp(`^http://127\\.0\\.0\\.1:${port} \\{$`, 'm'))
  text = `${CADDY_GLOBALS}\n${world.text.replace(/^(http.*\{)$/m, `$1\n\tbind 127.0.0.1\n\t${CADDY_CANARY}`)}`
  await accepts(t, PROGRAMS.Caddy, 'Caddyfile', world.text, 'validate', '--adapter', 'caddyfile', '--config')
  await proxy.connect(NOTHING)
  await guards(world)
  await refusesAmbiguousPaths(world)
})
