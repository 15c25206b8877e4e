import { createServer } from 'node:http'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { freePort } from '../load.ts'
import { comparison, type Section } from '../report.ts'
import { type Server, startForwardgate, startProgram } from '../servers.ts'
import { measureActs } from '../stage.ts'
import { encode, makeKeys, usualClaims } from '../tokens.ts'
import type { Workspace } from '../workspace.ts'

const PROGRAM = process.env['TJD_BIN'] ?? ''

/** traefik-jwt-decode: how fast it is, and what it lets pass. Its default is to let pass what has no token; not here. */
export async function measureTjd(workspace: Workspace): Promise<Section> {
  if (PROGRAM === '') throw new Error('traefik-jwt-decode is not installed; TJD_BIN names its program')
  const { keys, writeCalls } = workspace
  const jwks = createServer((_request, response) => response.end(JSON.stringify(keys.jwks)))
  const env = {
    JWKS_URL: `http://127.0.0.1:${await listenOnLoopback(jwks)}/`,
    PORT: String(await freePort()),
    CLAIM_MAPPINGS: 'sub:X-Auth-Subject,scope:X-Auth-Scopes',
    AUTH_HEADER_REQUIRED: 'true',
    GOMAXPROCS: '1',
  }
  const seen = await writeCalls('tjd', [await keys.mint('RS256')])
  const missing = await writeCalls('tjd-missing', [undefined])
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const servers = new Map<string, Server>()
  const kept = async (name: string, starting: Promise<Server>) => {
    const server = await starting
    servers.set(name, server)
    return server
  }
  let rows: readonly (readonly string[])[] = []
  try {
    const found = await measureActs(
      workspace,
      {
        gate: ({ core }) => kept('forwardgate', startForwardgate(config, { core })),
        tjd: ({ core }) =>
          kept(
            'traefik-jwt-decode',
            startProgram([PROGRAM], { core, env }, `http://127.0.0.1:${env.PORT}`, workspace.folder),
          ),
      },
      {
        'forwardgate, token seen before': { server: 'gate', calls: seen },
        'traefik-jwt-decode, token seen before': { server: 'tjd', calls: seen },
        'forwardgate, no token: 401': { server: 'gate', calls: missing, refuses: true },
        'traefik-jwt-decode, no token: 401': { server: 'tjd', calls: missing, refuses: true },
      },
      async () => {
        rows = await tries(workspace, servers)
      },
    )
    return {
      title: 'Beside traefik-jwt-decode',
      about: 'One process on one core, 32 kept connections. It caches tokens too. Below, what became of each token.',
      table: comparison(Object.values(found), found['forwardgate, token seen before']),
      also: { head: ['', ...servers.keys()], rows },
    }
  } finally {
    await closeNow(jwks)
  }
}

/** What becomes of tokens that a gate for one resource must refuse, but for the first. */
async function tries({ keys }: Workspace, servers: ReadonlyMap<string, Server>) {
  const now = Math.floor(Date.now() / 1000)
  const other = 'https://other.example.com/'
  const tokens = {
    'a good token': await keys.mint('RS256'),
    'alg: none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(usualClaims())}.`,
    'signed by another key': await makeKeys().mint('RS256'),
    expired: await keys.mint('RS256', { iat: now - 7200, exp: now - 3600 }),
    'without exp': await keys.mint('RS256', { exp: undefined }),
    'for another audience': await keys.mint('RS256', { aud: other }),
    'of another issuer': await keys.mint('RS256', { iss: other }),
    'without the scope': await keys.mint('RS256', { scope: 'profile' }),
  }
  const rows = Object.entries(tokens).map(async ([name, token]) => {
    const answers = Array.from(servers.values(), ({ origin }) => answerTo(origin, token))
    return [name, ...(await Promise.all(answers))]
  })
  return Promise.all(rows)
}

async function answerTo(origin: string, token: string): Promise<string> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'X-Forwarded-Method': 'GET',
    'X-Forwarded-Host': 'api.example.com',
    'X-Forwarded-Uri': '/mcp',
  }
  const response = await fetch(`${origin}/verify/r0`, { headers })
  await response.body?.cancel()
  return response.ok ? '**passes**' : `refused (${response.status})`
}
