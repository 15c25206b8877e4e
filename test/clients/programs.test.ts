import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { absent } from '../proxy/support/absent.ts'
import { isInstalled } from '../proxy/support/open-proxy.ts'
import { ifInstalled } from '../support/cached-folder.ts'
import { missing, unavailable } from '../support/missing-part.ts'
import { CLAUDE_CODE } from './claude-code.ts'
import type { ClientProgram, Conversation } from './client.ts'
import { CODEX } from './codex.ts'
import { type Desk, openDesk } from './desk.ts'
import { MCP_REMOTE } from './mcp-remote.ts'
import { FASTMCP, GO, PYTHON } from './sdk-programs.ts'
import { SHARED_CLIENT, SHORT_LIFE, startWorld } from './world.ts'

const PROGRAMS = [GO, PYTHON, FASTMCP, MCP_REMOTE, CODEX, CLAUDE_CODE]
/** The rows of the table on the page of the examples, by their first cell. */
const PAGE = new Map(
  readFileSync(new URL('../../examples/README.md', import.meta.url), 'utf8')
    .split('## Programs')[1]
    ?.split('\n')
    .filter((line) => /^\| (?!Program )/.test(line))
    .map((line) => [line.split(' | ')[0]?.slice(2) ?? '', line]),
)

test('programs: the page of the examples has a row for each', () => {
  assert.deepEqual(
    [...PAGE.keys()],
    PROGRAMS.map(({ name }) => name),
  )
})

test('programs: what they do behind the gate is what the page says', { concurrency: 3 }, async (t) => {
  // No other proxy of the suite forwards bodies.
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const found: (readonly [ClientProgram, Open | undefined])[] = []
  for (const program of PROGRAMS) found.push([program, await ifInstalled(program.name, program.install)])
  const url = await startWorld(t)

  const played = found.map(([program, open]) =>
    t.test(program.name, { timeout: 120_000 }, async (t) => {
      if (open === undefined) return t.skip(absence(program))
      const shared = await converse(t, open, url('shared'), useTools)
      const short = await converse(t, open, url('short'), outliveToken)
      assert.equal(
        `| ${[program.name, ...shared, ...short].join(' | ')} |`,
        PAGE.get(program.name),
        'examples/README.md',
      )
    }),
  )
  await Promise.all(played)
})

type Open = Awaited<ReturnType<ClientProgram['install']>>

/** Why a program is not tried; throws where `CI` is true and it could have been installed. */
function absence({ name, needs }: ClientProgram): string {
  const lacking = needs !== undefined && spawnSync(needs, ['version']).error !== undefined
  return lacking ? unavailable(`${needs} is not installed: ${name} is not tried`) : missing(name, 'it is not tried')
}

/** Opens a program at a desk of its own, and closes it whatever comes. */
async function converse<T>(
  t: TestContext,
  open: Open,
  url: string,
  talk: (conversation: Conversation, desk: Desk) => Promise<T>,
): Promise<T> {
  const desk = await openDesk(t)
  const conversation = await open(url, desk)
  try {
    return await talk(conversation, desk)
  } finally {
    await conversation.close()
  }
}

/** With one login: what is listed, what is allowed, what is not, and what needs one more scope. */
async function useTools({ tools, call }: Conversation, desk: Desk): Promise<readonly string[]> {
  const [login, ...others] = await desk.logins()
  assert.deepEqual([login?.searchParams.get('client_id'), others], [SHARED_CLIENT, []])
  const listed = (await tools()).split(' ').toSorted().join(' ')
  const cells = ['logs in', listed === 'count whoami' ? 'lists them' : `says *${listed}*`]
  if (call === undefined) return [...cells, ...Array(4).fill('needs an account')]

  assert.match(await call('whoami'), /alice/)
  const refused = await failureOf(call('restart'))
  assert.match(await call('whoami'), /alice/)
  assert.equal((await desk.logins()).length, 1)
  const counted = await call('count', { ticks: 1, pause: 1 }).catch(shown)
  const more = (await desk.logins()).length - 1
  const steps = /counted to 1/.test(counted)
    ? more === 1
      ? 'one more login'
      : `${more} more logins`
    : `says *${/insufficient scope/i.exec(counted)?.[0] ?? counted}*`
  assert.match(await call('whoami'), /alice/)
  return [...cells, 'answers', /mcp_not_allowed/.test(refused) ? 'shows the reason' : refused, 'answers', steps]
}

/** After its token has expired: no login but the first. */
async function outliveToken({ tools, call }: Conversation, desk: Desk): Promise<readonly string[]> {
  const use = () => (call === undefined ? tools() : call('whoami')).catch(shown)
  const [login] = await desk.logins()
  assert.notEqual(login?.searchParams.get('client_id'), SHARED_CLIENT)
  // A slow machine may have used the token's whole life up by now.
  await use()
  await sleep(SHORT_LIFE * 1000 + 100)
  const used = await use()
  assert.equal((await desk.logins()).length, 1)
  return [
    'logs in',
    /alice|Connected/.test(used) ? 'refreshed' : `says *${/token refresh failed/.exec(used)?.[0] ?? used}*`,
  ]
}

/** What the user of a program sees of its failure. */
async function failureOf(call: Promise<string>): Promise<string> {
  return call.then((text) => assert.fail(`it answered ${text}`), shown)
}

function shown(error: Error & { readonly data?: unknown }): string {
  return `${error.message} ${JSON.stringify(error.data ?? '')}`
}
