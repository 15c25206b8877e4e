import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { openMatrix } from '../proxy/support/matrix.ts'
import { type Login, REDIRECT_URI } from './clients/account.ts'
import { configuration, FLOWS, NEVER, PROGRAMS, ROBOT, ROUTES, SHORT, STEPS, stepRoute } from './clients/flows.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import type { McpProgram } from './clients/session.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { startMcpServerV2 } from './support/mcp-server-v2.ts'
import { generated, startSystem } from './support/system.ts'

const matrix = openMatrix(
  'What the official clients do',
  PROGRAMS.map(({ name }) => name),
)
after(() => console.log(matrix.print()))

test('clients: every flow with every official client', async (t) => {
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(() => server.stop())
  const modern = await startMcpServerV2('modern')
  t.after(() => modern.stop())
  const world: { issuer: string } = { issuer: '' }
  const system = await startSystem(t, await generated(configuration()), async (origin) => {
    const names = [...ROUTES, ...PROGRAMS.flatMap(({ name }) => STEPS.map((step) => stepRoute(step, name)))]
    const issuer = await startIssuer({
      robots: [ROBOT],
      apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
      resources: names.map((name) => ({
        resource: `${origin}/mcp/${name}`,
        scopes: ['mcp:read', 'mcp:write'],
        ...(SHORT.includes(name) ? { tokenLife: 2 } : {}),
      })),
    })
    t.after(() => issuer.stop())
    world.issuer = issuer.url
    return {
      urls: { 'https://api.example.com': origin, 'https://id.example.com': issuer.url },
      services: { ...Object.fromEntries(names.map((name) => [name, server.origin])), modern: modern.origin },
    }
  })
  const url = (route: string) => `${system.origin}/mcp/${route}`
  const registered = { kind: 'registered', clientId: 'app', issuer: world.issuer } as const
  const credentials: Login = {
    kind: 'credentials',
    clientId: ROBOT.id,
    clientSecret: ROBOT.secret,
    issuer: world.issuer,
    scope: 'mcp:read',
  }
  for (const { name, play } of FLOWS) {
    for (const program of PROGRAMS) {
      await t.test(`${program.name} | ${name}`, async () => {
        matrix.record(name, program.name, 'FAILED')
        matrix.record(name, program.name, await play(program, { system, server, modern, registered, credentials, url }))
      })
    }
  }

  await t.test('more scopes are needed after a reload', async (t) => {
    const open = (program: McpProgram, step: string, login: Login) =>
      program.open(url(stepRoute(step, program.name)), login)
    const sessions = await Promise.all(
      PROGRAMS.map(async (program) => ({
        program,
        step: await open(program, 'step', { ...registered, refreshes: false }),
        refreshing: await open(program, 'step-refreshes', registered),
        self: await open(program, 'step', { kind: 'registers', refreshes: false }),
        never: await open(program, 'step-never', { ...registered, refreshes: false }),
      })),
    )
    const more = PROGRAMS.flatMap(({ name }) =>
      STEPS.map((step) => [stepRoute(step, name), step === 'step-never' ? NEVER : 'mcp:write']),
    )
    await system.reconfigure(configuration(Object.fromEntries(more)))

    for (const { program, step, refreshing, self, never } of sessions) {
      await t.test(`${program.name} | steps up once`, async () => {
        const flow = '403 insufficient_scope: steps up'
        matrix.record(flow, program.name, 'FAILED')
        assert.deepEqual(JSON.parse(await step.call('whoami')).scopes, ['mcp:read', 'mcp:write'])
        assert.equal(step.logins.length, 2)
        assert.match(step.logins[1]?.searchParams.get('scope') ?? '', /^mcp:read mcp:write( offline_access)?$/)
        await step.close()
        matrix.record(flow, program.name, 'one more login')
      })
      await t.test(`${program.name} | steps up although it has a refresh token`, async () => {
        const flow = '403 insufficient_scope: with a refresh token'
        matrix.record(flow, program.name, 'FAILED')
        if (program === SDK_V1) {
          await assert.rejects(refreshing.call('whoami'), /403 after trying upscoping/)
          assert.equal(refreshing.logins.length, 1)
          matrix.record(
            flow,
            program.name,
            'gives up',
            'version 1 refreshes, which cannot widen a token, and tries once more',
          )
        } else {
          assert.deepEqual(JSON.parse(await refreshing.call('whoami')).scopes, ['mcp:read', 'mcp:write'])
          assert.equal(refreshing.logins.length, 2)
          matrix.record(flow, program.name, 'one more login')
        }
        await refreshing.close()
      })
      await t.test(`${program.name} | steps up where it registered itself`, async () => {
        const flow = '403 insufficient_scope: registered itself'
        matrix.record(flow, program.name, 'FAILED')
        await assert.rejects(self.call('whoami'), /the issuer refuses: requested scope is not allowed/)
        await self.close()
        const why = 'both register with the scopes of the first challenge; this issuer then grants them no others'
        matrix.record(flow, program.name, 'issuer refuses', why)
      })
      await t.test(`${program.name} | does not loop where the scope is never granted`, async () => {
        const flow = '403 insufficient_scope: never granted'
        matrix.record(flow, program.name, 'FAILED')
        const before = await system.denials('scope_insufficient')
        await assert.rejects(never.call('whoami'))
        // Sent to the login for the call, and by version 2 again for its repetition; the user came back once.
        assert.equal(never.logins.length, program === SDK_V1 ? 2 : 3)
        const refused = (await system.denials('scope_insufficient')) - before
        assert.ok(refused <= 3, `it came ${refused} times`)
        await never.close()
        const why = program === SDK_V1 ? undefined : 'version 2 asks once for each call that the program tries'
        matrix.record(flow, program.name, 'gives up after one', why)
      })
    }
  })
})

test('clients: the page of the examples shows what was seen', () => {
  const page = readFileSync(new URL('../../examples/README.md', import.meta.url), 'utf8')
  assert.ok(page.includes(`\n${matrix.print().trim()}\n`))
})
