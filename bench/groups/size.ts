import { comparison, type Section } from '../report.ts'
import { ratio } from '../rounds.ts'
import { startForwardgate } from '../servers.ts'
import { measureActs } from '../stage.ts'
import type { Workspace } from '../workspace.ts'

/** What a decision costs when there are many routes and issuers. */
export async function measureSize(workspace: Workspace): Promise<Section> {
  const { keys, writeCalls } = workspace
  const token = await keys.mint('RS256')
  const sized = async (routes: number, issuers: number) => {
    const config = await workspace.writeConfiguration({ routes, issuers })
    return ({ core }: { readonly core: number | undefined }) => startForwardgate(config, { core })
  }
  const calls = (route: number) => writeCalls(`route-${route}`, [token], { target: `/verify/r${route}` })
  const byPath = { target: '/verify', uri: '/mcp/s2500' }
  const found = await measureActs(
    workspace,
    {
      one: await sized(1, 1),
      hundred: await sized(100, 1),
      thousands: await sized(5_000, 1),
      issuers: await sized(1, 20),
    },
    {
      '1 route': { server: 'one', calls: await calls(0) },
      '100 routes': { server: 'hundred', calls: await calls(50) },
      '5,000 routes': { server: 'thousands', calls: await calls(2_500) },
      '5,000 routes, found by path': { server: 'thousands', calls: await writeCalls('by-path', [token], byPath) },
      '20 issuers': { server: 'issuers', calls: await calls(0) },
    },
  )
  const base = found['1 route']
  const goal = (name: '5,000 routes' | '20 issuers') => ({
    what: `${name}, of one`,
    value: ratio(found[name], base),
    atLeast: 0.9,
  })
  return {
    title: 'Many routes, many issuers',
    about: 'forwardgate with a token seen before, on a route in the middle of its configuration.',
    table: comparison(Object.values(found), base),
    goals: [goal('5,000 routes'), goal('20 issuers')],
  }
}
