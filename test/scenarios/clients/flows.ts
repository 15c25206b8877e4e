import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../support/service.ts'
import type { Arrival, RunningMcpServer } from '../support/mcp-server.ts'
import type { System } from '../support/system.ts'
import type { Login } from './account.ts'
import { SDK_V1 } from './sdk-v1.ts'
import { SDK_V2, SDK_V2_NEGOTIATING } from './sdk-v2.ts'
import type { McpProgram } from './session.ts'

/** The official clients. */
export const PROGRAMS = [SDK_V1, SDK_V2]
/** A machine that has a client of its own. */
export const ROBOT = { id: 'robot', secret: 'a-secret-of-this-test' }
/** Routes whose tokens live for two seconds. */
export const SHORT = ['expiry', 'relogin', 'stream']
/** What the issuer never grants, whatever is asked for. */
export const NEVER = 'mcp:owner'

/** One route for each flow, so that each has tokens of its own. `more` is what a route asks for after a reload. */
export const configuration = (more: Readonly<Record<string, string>> = {}) => `
issuers: { main: { issuer: "https://id.example.com", clockTolerance: 0s } }
routes:
${[...ROUTES, ...PROGRAMS.flatMap(({ name }) => STEPS.map((step) => stepRoute(step, name)))]
  .map((name) => {
    const other = name === 'astray' ? ', audience: [nobody]' : name === 'others' ? ', clientIds: [nobody]' : ''
    const scopes = `mcp:read${more[name] === undefined ? '' : `, ${more[name]}`}`
    return `  ${name}: { resource: https://api.example.com/mcp/${name}, scopes: [${scopes}]${other} }`
  })
  .join('\n')}
`
/** Routes that every program uses. */
export const ROUTES = ['registers', 'registered', 'credentials', ...SHORT, 'astray', 'others', 'modern']
/** Routes that each program has for itself, because they begin to ask for more. */
export const STEPS = ['step', 'step-refreshes', 'step-never']
/** The name of a program's own route. */
export const stepRoute = (step: string, program: string) => `${step}-${program.replaceAll(/[ .]/g, '-')}`

/** One thing that a user does with a client. */
export interface Flow {
  readonly name: string
  /** What the user sees in the end, in a word; differs from program to program where it has to. */
  readonly play: (program: McpProgram, world: World) => Promise<string>
}

/** What a flow is played in. */
export interface World {
  readonly system: System
  readonly server: RunningMcpServer
  /** The one behind the route `modern`. */
  readonly modern: Pick<RunningMcpServer, 'arrivals'>
  readonly registered: Login
  readonly credentials: Login
  url(route: string): string
}

/** What works without a change of the configuration. */
export const FLOWS: readonly Flow[] = [
  {
    name: 'login: registers itself (RFC 7591), PKCE',
    play: async (program, { url }) => {
      const session = await program.open(url('registers'), { kind: 'registers' })
      assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
      const [first, second] = session.exchanges.map(({ status, url }) => `${status} ${new URL(url).pathname}`)
      assert.deepEqual(
        [first, second],
        ['401 /mcp/registers', '200 /.well-known/oauth-protected-resource/mcp/registers'],
      )
      assert.ok(session.exchanges.some(({ url, status }) => url.endsWith('/reg') && status === 201))
      assert.equal(session.logins.length, 1)
      assert.equal(session.logins[0]?.searchParams.get('code_challenge_method'), 'S256')
      assert.equal(session.logins[0]?.searchParams.get('resource'), url('registers'))
      await session.close()
      return 'in'
    },
  },
  {
    name: 'login: registered beforehand, PKCE',
    play: async (program, { url, registered }) => {
      const session = await program.open(url('registered'), registered)
      assert.equal(JSON.parse(await session.call('whoami')).clientId, 'app')
      assert.equal(session.logins.length, 1)
      assert.ok(!session.exchanges.some(({ url }) => url.endsWith('/reg')))
      await session.close()
      return 'in'
    },
  },
  {
    name: 'login: client credentials',
    play: async (program, { url, credentials }) => {
      const session = await program.open(url('credentials'), credentials)
      assert.equal(JSON.parse(await session.call('whoami')).clientId, ROBOT.id)
      await session.close()
      return 'in'
    },
  },
  {
    name: 'token expires, with a refresh token',
    play: async (program, { url, system }) => {
      const session = await program.open(url('expiry'), { kind: 'registers' })
      await session.call('whoami')
      const before = session.accessToken()
      await sleep(2100)
      const expired = await system.denials('token_expired')
      await session.call('whoami')
      assert.ok((await system.denials('token_expired')) > expired, 'the gate said so')
      assert.notEqual(session.accessToken(), before)
      assert.equal(session.logins.length, 1, 'no second login')
      assert.ok(session.exchanges.some(({ form }) => form?.get('grant_type') === 'refresh_token'))
      await session.close()
      return 'refreshed'
    },
  },
  {
    name: 'token expires, without one',
    play: async (program, { url }) => {
      const session = await program.open(url('relogin'), { kind: 'registers', refreshes: false })
      await sleep(2100)
      await session.call('whoami')
      assert.equal(session.logins.length, 2)
      await session.close()
      return 'one more login'
    },
  },
  {
    name: 'login that cannot help: 401 again',
    play: async (program, { url, system }) => {
      const before = await system.denials('audience_mismatch')
      await assert.rejects(program.open(url('astray'), { kind: 'registers' }))
      const tried = (await system.denials('audience_mismatch')) - before
      assert.ok(tried >= 1 && tried <= 2, `it tried ${tried} times`)
      return 'gives up'
    },
  },
  {
    name: 'not for this client: 403 without a challenge',
    play: async (program, { url, system }) => {
      const before = await system.denials('client_not_allowed')
      await assert.rejects(program.open(url('others'), { kind: 'registers' }), /client_not_allowed/)
      assert.equal((await system.denials('client_not_allowed')) - before, 1)
      return 'says so immediately'
    },
  },
  {
    name: 'a server without sessions (2026-07-28)',
    play: async (program, { url, modern }) => {
      const session = await (program === SDK_V2 ? SDK_V2_NEGOTIATING : program).open(url('modern'), {
        kind: 'registers',
      })
      assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
      assert.equal(session.logins.length, 1)
      await session.close()
      const revision = modern.arrivals.at(-1)?.headers['mcp-protocol-version']
      return `in, as ${revision}`
    },
  },
  {
    name: 'streams through expiry, reload and other calls',
    play: async (program, { url, server, system }) => {
      const before = server.arrivals.filter(isStream).length
      const session = await program.open(url('stream'), { kind: 'registers' })
      await until('the client listens', () => server.arrivals.filter(isStream).length > before)
      const progress: number[] = []
      const counted = session.call('count', { ticks: 60, pause: 50 }, (done) => progress.push(done))
      await system.reconfigure(`${configuration()}# ${program.name}\n`)
      for (let round = 0; round < 10; round += 1) {
        // One after the other: two refreshes at a time with one refresh token end a login at most issuers.
        await server.announce(`round ${round}`)
        await session.call('whoami')
        await sleep(250)
      }
      assert.equal(await counted, 'counted to 60')
      assert.deepEqual(
        progress,
        Array.from({ length: 60 }, (_, at) => at + 1),
      )
      assert.deepEqual(
        session.announcements,
        Array.from({ length: 10 }, (_, round) => `round ${round}`),
      )
      assert.equal(session.logins.length, 1)
      await session.close()
      return 'undisturbed'
    },
  },
]

function isStream({ method, url }: Arrival): boolean {
  return method === 'GET' && url === '/mcp/stream'
}
