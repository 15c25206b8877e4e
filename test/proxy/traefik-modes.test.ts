import { after, type TestContext, test } from 'node:test'
import type { ProxyTargets } from '../../lab/reverse-proxy.ts'
import { openTraefik } from '../../lab/traefik.ts'
import { MODE_ROWS, MODES, type Mode, type ModeName } from './cases/traefik-modes.ts'
import { absent } from './support/absent.ts'
import { judge, send } from './support/judge.ts'
import { openMatrix } from './support/matrix.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'
import { denied } from './support/outcome.ts'
import type { Expected } from './support/row.ts'
import { type ForwardAuthChange, forwardAuth, traefikRoutes, traefikServices } from './support/traefik-routes.ts'
import { openWorld, type World } from './support/world.ts'

const NAMES = Object.keys(MODES) as ModeName[]
const matrix = openMatrix('How Traefik can be configured to ask', NAMES)
after(() => console.log(matrix.print()))

for (const name of NAMES) {
  test(`Traefik, trustForwardHeader and its like: ${name}`, async (t) => {
    if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', MODE_ROWS.length)
    const mode: Mode = MODES[name]
    const { world, origin } = await open(t, mode.trustedPeer, (targets) => traefikRoutes(targets, mode.change))
    for (const row of MODE_ROWS) {
      const { expected, why } = row.but?.[name] ?? { expected: row.expected, why: undefined }
      await t.test(row.name, async () => {
        matrix.record(row.name, name, 'FAILED')
        const before = world.application.seen.length
        const response = await send(origin, row.request, world.token(row.request.token ?? 'good'))
        judge(expected, response, world.application.seen.slice(before))
        matrix.record(row.name, name, String(response.status), why)
      })
    }
  })
}

/** Configurations by which Traefik keeps the challenge from the client. */
const SWALLOWED: readonly {
  readonly name: string
  readonly change?: ForwardAuthChange
  readonly expected: Expected
}[] = [
  { name: 'the recommended one: nothing is swallowed', expected: denied('credentials_missing') },
  {
    name: 'maxResponseBodySize below our body: a bare 401',
    change: { maxResponseBodySize: 16 },
    expected: { status: 401, headers: { 'WWW-Authenticate': null }, body: '', application: null },
  },
  {
    name: 'authSigninURL: a redirect in place of the 401',
    change: { authSigninURL: 'https://login.example.com/' },
    expected: {
      status: 302,
      headers: { 'WWW-Authenticate': null, Location: 'https://login.example.com/' },
      application: null,
    },
  },
]

test('Traefik, what swallows a challenge', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', SWALLOWED.length + 1)
  for (const { name, change, expected } of SWALLOWED) {
    await t.test(name, async (t) => {
      const { origin } = await open(t, undefined, (targets) => traefikRoutes(targets, change))
      judge(expected, await send(origin, { target: '/mcp/kubernetes' }, undefined), [])
    })
  }
  await t.test('an errors middleware for 401: its page, and no challenge', async (t) => {
    const { world, origin } = await open(t, undefined, withErrorPages)
    const before = world.application.seen.length
    const response = await send(origin, { target: '/mcp/kubernetes' }, undefined)
    judge(
      { status: 401, headers: { 'WWW-Authenticate': null }, body: /"url": "\/page"/, application: { url: '/page' } },
      response,
      world.application.seen.slice(before),
    )
  })
})

function withErrorPages(targets: ProxyTargets): unknown {
  return {
    http: {
      routers: {
        ready: { rule: 'Path(`/ready-canary`)', service: 'upstream' },
        route: { rule: 'PathPrefix(`/mcp/kubernetes`)', service: 'upstream', middlewares: ['pages', 'gate'] },
      },
      middlewares: {
        pages: { errors: { status: ['401'], service: 'upstream', query: '/page' } },
        gate: forwardAuth(targets, '/verify/kubernetes'),
      },
      services: traefikServices(targets),
    },
  }
}

async function open(
  t: TestContext,
  trustedPeer: true | undefined,
  write: (targets: ProxyTargets) => unknown,
): Promise<{ readonly world: World; readonly origin: string }> {
  const world = await openWorld(t)
  const entryPoint = trustedPeer === true ? { forwardedHeaders: { trustedIPs: ['127.0.0.1/32'] } } : {}
  const proxy = await openTraefik(PROGRAMS.Traefik, undefined, { entryPoint, write })
  t.after(() => proxy.stop())
  await proxy.connect(world.targets)
  return { world, origin: proxy.origin }
}
