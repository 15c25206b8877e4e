import { comparison, type Section } from '../report.ts'
import { ratio } from '../rounds.ts'
import { startForwardgate } from '../servers.ts'
import { measureActs } from '../stage.ts'
import type { Workspace } from '../workspace.ts'

/** One process on one core, with tokens that it has seen before, and with what it refuses. */
export async function measureSeen(workspace: Workspace): Promise<Section> {
  const { keys, mintMany, writeCalls } = workspace
  const tokens = await mintMany('RS256', 10_000)
  const seen = await writeCalls('seen', tokens.slice(0, 1))
  const rotating = await writeCalls('rotating', tokens)
  const missing = await writeCalls('missing', [undefined])
  const scopeless = await writeCalls('scopeless', [await keys.mint('RS256', { scope: 'profile' })])
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })

  const found = await measureActs(
    workspace,
    {
      http: (options) => workspace.startRival('bare-http', options),
      fastify: (options) => workspace.startRival('bare-fastify', options),
      plain: (options) => workspace.startRival('verifier', options),
      lru: (options) => workspace.startRival('verifier-lru', options),
      gate: ({ core }) => startForwardgate(config, { core }),
      // Of its own, as one token more than the cache holds would push out each just before its turn.
      rotating: ({ core }) => startForwardgate(config, { core }),
    },
    {
      'bare node:http': { server: 'http', calls: seen },
      'bare fastify': { server: 'fastify', calls: seen },
      'forwardgate, token seen before': { server: 'gate', calls: seen },
      '45 lines with lru-cache, token seen before': { server: 'lru', calls: seen },
      'forwardgate, 10,000 tokens in turn': { server: 'rotating', calls: rotating, warmUp: tokens.length },
      '45 lines with lru-cache, 10,000 tokens in turn': { server: 'lru', calls: rotating, warmUp: tokens.length },
      'bare fastify, call without token': { server: 'fastify', calls: missing },
      'forwardgate, no token: 401': { server: 'gate', calls: missing, refuses: true },
      '40 lines, no token: 401': { server: 'plain', calls: missing, refuses: true },
      'forwardgate, scope missing: 403': { server: 'gate', calls: scopeless, refuses: true },
    },
  )
  const fastify = found['bare fastify']
  const gate = found['forwardgate, token seen before']
  return {
    title: 'Tokens seen before, and refusals',
    about: 'One process on one core, 32 kept connections, RS256 tokens of about 700 characters.',
    table: comparison(Object.values(found), fastify),
    goals: [
      { what: 'token seen before, of bare fastify', value: ratio(gate, fastify), atLeast: 0.9 },
      {
        what: 'token seen before, of the 45 lines with lru-cache',
        value: ratio(gate, found['45 lines with lru-cache, token seen before']),
        atLeast: 1,
      },
      {
        what: '401 without token, of bare fastify on the same call',
        value: ratio(found['forwardgate, no token: 401'], found['bare fastify, call without token']),
        atLeast: 0.95,
      },
      {
        what: '10,000 tokens in turn, of one token',
        value: ratio(found['forwardgate, 10,000 tokens in turn'], gate),
        atLeast: 0.95,
      },
    ],
  }
}
