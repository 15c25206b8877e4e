import { createHmac, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { count, type Section } from '../report.ts'
import { startForwardgate } from '../servers.ts'
import { encode, ISSUER, SCOPE, usualClaims } from '../tokens.ts'
import { residentMiB } from '../usage.ts'
import type { Workspace } from '../workspace.ts'

const IN_FLIGHT = 32

/** Whether memory stays where it is while more and more different tokens come. Signed with a shared secret, which is quick. */
export async function measureMemory(workspace: Workspace): Promise<Section> {
  const { cores, quick, write } = workspace
  const secret = randomBytes(32).toString('hex')
  const config = await write(
    'memory.yaml',
    `issuers: { main: { issuer: ${ISSUER}, secretFile: ${await write('secret', secret)}, algorithms: [HS256] } }
routes: { r0: { resource: https://api.example.com/mcp, scopes: [${SCOPE}] } }
`,
  )
  const total = quick ? 100_000 : 1_000_000
  const looks = [0, 0.01, 0.1, 0.2, 0.4, 0.6, 0.8, 1].map((share) => share * total)
  const server = await startForwardgate(config, { core: cores?.server })
  const seen: number[] = []
  try {
    let sent = 0
    for (const until of looks) {
      await sendTokens(server.origin, secret, until - sent)
      sent = until
      seen.push(await residentMiB(server.pids))
    }
  } finally {
    await server.stop()
  }
  const steady = seen[3] ?? Number.NaN
  return {
    title: `${count(total)} different tokens`,
    about: `One after another, none twice; the cache holds 10,000. The steady value is that after ${count(looks[3] ?? 0)}.`,
    table: {
      head: ['tokens', 'MiB', 'of the steady value'],
      rows: looks.map((tokens, at) => [
        count(tokens),
        (seen[at] ?? 0).toFixed(0),
        `${((seen[at] ?? 0) / steady).toFixed(2)}x`,
      ]),
    },
    goals: [
      { what: 'resident memory at the end, of the steady value', value: (seen.at(-1) ?? 0) / steady, atMost: 1.1 },
    ],
  }
}

async function sendTokens(origin: string, secret: string, tokens: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  const header = encode({ alg: 'HS256', typ: 'at+jwt' })
  const mint = (): string => {
    const signed = `${header}.${encode(usualClaims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  let left = tokens
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask(agent, origin, mint())
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  agent.destroy()
}

function ask(agent: Agent, origin: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      'X-Forwarded-Method': 'GET',
      'X-Forwarded-Host': 'api.example.com',
      'X-Forwarded-Uri': '/mcp',
    }
    request(`${origin}/verify/r0`, { agent, headers }, (response) => {
      response.resume().once('end', resolve)
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`))
    })
      .once('error', reject)
      .end()
  })
}
