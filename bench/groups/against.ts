import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Section } from '../report.ts'
import { count, percent } from '../report.ts'
import { type Interval, intervalOf } from '../rounds.ts'
import { startForwardgate } from '../servers.ts'
import { measureActs } from '../stage.ts'
import type { Workspace } from '../workspace.ts'

/** More pairs make the interval narrower; each is two runs of a second. */
const PAIRS = { rounds: 15, seconds: 1 }
const QUICK_PAIRS = { rounds: 2, seconds: 1 }
const HERE = fileURLToPath(new URL('../../', import.meta.url))

/**
 * This checkout beside another one in `directory`, which has its own node_modules: the same requests in turn, so that each
 * pair meets the same minute of the machine. Both run from their sources.
 */
export async function measureAgainst(workspace: Workspace, directory: string): Promise<Section> {
  const { keys, mintMany, writeCalls } = workspace
  const tokens = await mintMany('RS256', 20_000)
  const calls = {
    'token seen before': await writeCalls('seen', tokens.slice(0, 1)),
    'no token: 401': await writeCalls('missing', [undefined]),
    'scope missing: 403': await writeCalls('scopeless', [await keys.mint('RS256', { scope: 'profile' })]),
    'RS256, never seen': await writeCalls('unseen', tokens),
  }
  const effort = workspace.quick ? QUICK_PAIRS : PAIRS
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const program = (folder: string) => [join(resolve(folder), 'src/main.ts')]
  const acts = Object.entries(calls).flatMap(([name, file]) =>
    (['here', 'there'] as const).map((server) => {
      const refuses = name.includes(': 4')
      return [`${name}, ${server}`, { server, calls: file, refuses }] as const
    }),
  )
  const found = await measureActs(
    { ...workspace, effort },
    {
      here: ({ core }) => startForwardgate(config, { core }, program(HERE)),
      there: ({ core }) => startForwardgate(config, { core }, program(directory)),
    },
    Object.fromEntries(acts),
  )
  const rows = Object.keys(calls).map((name) => {
    const [here, there] = [found[`${name}, here`], found[`${name}, there`]]
    if (here === undefined || there === undefined) throw new Error(`${name} was not measured`)
    const ratio = intervalOf(here, there)
    const disturbed = Math.max(here.disturbance, there.disturbance)
    return [name, count(there.perCpuSecond), count(here.perCpuSecond), shown(ratio), percent(disturbed)]
  })
  return {
    title: 'This checkout beside the other one',
    about: `One process on one core, 32 kept connections, ${effort.rounds} interleaved pairs of a second each. The ratio is this checkout's requests per CPU-second, of the other one's: its geometric mean, and the interval that holds it with 95 %.`,
    table: { head: ['', 'there', 'here', 'ratio (95 %)', 'others used'], rows },
  }
}

function shown({ mean, from, to }: Interval): string {
  return `${mean.toFixed(3)} (${from.toFixed(3)} to ${to.toFixed(3)})`
}
