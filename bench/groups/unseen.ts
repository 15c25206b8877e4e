import { comparison, count, type Section } from '../report.ts'
import { ratio } from '../rounds.ts'
import { type Server, startForwardgate } from '../servers.ts'
import { measureActs } from '../stage.ts'
import type { Algorithm } from '../tokens.ts'
import type { Workspace } from '../workspace.ts'

/** Twice what the cache holds: when a token comes round again, it is forgotten. */
const DIFFERENT = 20_000

/** Tokens that nobody has seen before: every one of them costs a signature check. */
export async function measureUnseen(workspace: Workspace): Promise<Section> {
  const calls = async (algorithm: Algorithm) =>
    workspace.writeCalls(`unseen-${algorithm}`, await workspace.mintMany(algorithm, DIFFERENT))
  const rsa = await calls('RS256')
  const elliptic = await calls('ES256')
  const edwards = await calls('EdDSA')
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  let gate: Server | undefined
  let lookups = { hit: 0, miss: 0 }

  const found = await measureActs(
    workspace,
    {
      plain: (options) => workspace.startRival('verifier', options),
      gate: async ({ core }) => {
        gate = await startForwardgate(config, { core })
        return gate
      },
    },
    {
      '40 lines, RS256': { server: 'plain', calls: rsa },
      'forwardgate, RS256': { server: 'gate', calls: rsa },
      '40 lines, ES256': { server: 'plain', calls: elliptic },
      'forwardgate, ES256': { server: 'gate', calls: elliptic },
      '40 lines, EdDSA': { server: 'plain', calls: edwards },
      'forwardgate, EdDSA': { server: 'gate', calls: edwards },
    },
    async () => {
      lookups = await readLookups(gate?.operations ?? '')
    },
  )
  const beside = (algorithm: Algorithm) => ({
    what: `${algorithm} never seen, of the 40 lines`,
    value: ratio(found[`forwardgate, ${algorithm}`], found[`40 lines, ${algorithm}`]),
    atLeast: 1,
  })
  return {
    title: 'Tokens never seen before',
    about: `One process on one core, 32 kept connections, ${count(DIFFERENT)} tokens of each kind in turn, so that each is forgotten when it comes round. Of ${count(lookups.hit + lookups.miss)} look-ups in forwardgate's cache ${count(lookups.hit)} were hits.`,
    table: comparison(Object.values(found), found['40 lines, RS256']),
    goals: [beside('RS256'), beside('ES256'), beside('EdDSA')],
  }
}

async function readLookups(operations: string): Promise<{ readonly hit: number; readonly miss: number }> {
  const text = await (await fetch(`${operations}/metrics`)).text()
  const read = (result: string) =>
    Number(
      new RegExp(`^forwardgate_token_cache_lookups_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
    )
  return { hit: read('hit'), miss: read('miss') }
}
