import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import type { ReverseProxy } from '../../lab/reverse-proxy.ts'
import { DENIAL_ROWS } from './cases/denials.ts'
import { DISCOVERY_ROWS } from './cases/discovery.ts'
import { IDENTITY_ROWS } from './cases/identity.ts'
import { METHOD_ROWS } from './cases/methods.ts'
import { CLIENT_ROWS, CORS_ROWS, PAGE_ROWS, throughCaddyRecipe, throughNginxRecipe } from './cases/recipes.ts'
import { absent } from './support/absent.ts'
import { judge, send } from './support/judge.ts'
import { openMatrix } from './support/matrix.ts'
import { isInstalled } from './support/open-proxy.ts'
import { denied } from './support/outcome.ts'
import { openCaddyRecipe, openNginxRecipe, openTraefikRecipe, recipe } from './support/recipes.ts'
import type { Exception, ProxyName, Row } from './support/row.ts'
import { openWorld } from './support/world.ts'

/** Every row of the suite that needs no more than a recipe has: one route with the default identity headers. */
const ROWS: readonly Row[] = [
  ...[...DENIAL_ROWS, ...IDENTITY_ROWS, ...METHOD_ROWS].filter(
    ({ request, expected }) =>
      request.target.startsWith('/mcp/kubernetes') && expected.application?.headers?.['X-Auth-Groups'] === undefined,
  ),
  ...DISCOVERY_ROWS.filter(
    ({ request }) => request.host === undefined && request.target.startsWith('/.well-known/oauth-protected-resource'),
  ),
  ...CLIENT_ROWS,
]

interface Recipe {
  readonly name: string
  readonly proxy: ProxyName
  readonly rows: readonly Row[]
  readonly open: (t: TestContext) => Promise<ReverseProxy>
  /** What differs from the row; default: nothing but what the proxy itself does. */
  readonly except?: (row: Row) => Exception | undefined
}

const RECIPES: readonly Recipe[] = [
  {
    name: 'Caddyfile',
    proxy: 'Caddy',
    rows: ROWS,
    open: openCaddyRecipe,
    except: throughCaddyRecipe,
  },
  { name: 'nginx.conf', proxy: 'nginx', rows: ROWS, open: openNginxRecipe, except: throughNginxRecipe },
  {
    name: 'browser and bearer',
    proxy: 'Traefik',
    rows: [...ROWS, ...PAGE_ROWS],
    open: async (t) => openTraefikRecipe('traefik-browser-and-bearer.yaml', await startLogin(t)),
  },
  { name: 'cors', proxy: 'Traefik', rows: [...ROWS, ...CORS_ROWS], open: () => openTraefikRecipe('traefik-cors.yaml') },
]

const matrix = openMatrix(
  'What a client gets with our recipes',
  RECIPES.map(({ name }) => name),
)
after(() => console.log(matrix.print()))

for (const { name, proxy, rows, open, except } of RECIPES) {
  test(`the recipe ${name}, in a real ${proxy}`, async (t) => {
    if (!(await isInstalled(proxy))) return absent(t, proxy, rows.length)
    const world = await openWorld(t, { defaultIdentity: true })
    const running = await open(t)
    t.after(() => running.stop())
    await running.connect(world.targets)
    for (const row of rows) {
      await t.test(row.name, async () => {
        const other = except === undefined ? row.but?.[proxy] : except(row)
        matrix.record(row.name, name, 'FAILED')
        const before = world.application.seen.length
        const token = row.request.token === undefined ? undefined : world.token(row.request.token)
        const response = await send(running.origin, row.request, token)
        judge((other ?? row).expected, response, world.application.seen.slice(before))
        matrix.record(row.name, name, String(response.status), other?.why)
      })
    }
  })
}

test('the recipe nginx.conf while there are no keys', async (t) => {
  if (!(await isInstalled('nginx'))) return absent(t, 'nginx', 1)
  const world = await openWorld(t, { withoutKeys: true })
  const running = await openNginxRecipe()
  t.after(() => running.stop())
  await running.connect(world.targets)
  const response = await send(running.origin, { target: '/mcp/kubernetes' }, world.token('good'))
  judge({ ...denied('keys_unavailable'), body: '{"reason":"keys_unavailable"}' }, response, [])
})

/** The recipes as how-to pages show them. */
const SHOWN: readonly (readonly [page: string, file: string])[] = [
  ['caddy', 'Caddyfile'],
  ['nginx', 'nginx.conf'],
  ['browser-and-bearer', 'traefik-browser-and-bearer.yaml'],
  ['cors', 'traefik-cors.yaml'],
]

test('how-to pages show the recipes that are tested', () => {
  for (const [page, file] of SHOWN) {
    const text = readFileSync(new URL(`../../docs/how-to/${page}.md`, import.meta.url), 'utf8')
    assert.ok(text.includes(`\n${recipe(file)}\`\`\``), `docs/how-to/${page}.md shows examples/proxies/${file}`)
  }
})

/** The user's login: lets a session pass and sends everybody else to its page. */
async function startLogin(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const known = request.headers.cookie === 'session=alice'
    const headers = known ? { 'X-Authentik-Username': 'alice' } : { Location: 'https://login.example.com/' }
    response.writeHead(known ? 200 : 302, headers).end()
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return `http://127.0.0.1:${port}`
}
