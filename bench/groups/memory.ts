import { createHmac, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
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
    about: `One after another, none twice; the cache holds 10,000. With the flags of the image, and no limit of a container. The steady value is that after ${count(looks[3] ?? 0)}.`,
    table: {
      head: ['tokens', 'MiB', 'of the steady value'],
      rows: looks.map((tokens, at) => [
        count(tokens),
        (seen[at] ?? 0).toFixed(0),
        `${((seen[at] ?? 0) / steady).toFixed(2)}x`,
      ]),
    },
    goals: [
      { what: 'most resident memory', value: Math.max(...seen), atMost: 192, unit: 'MiB' },
      { what: 'resident memory at the end, of the steady value', value: (seen.at(-1) ?? 0) / steady, atMost: 1.1 },
    ],
  }
}

async function sendTokens(origin: string, secret: string, tokens: number): Promise<void> {
  const header = encode({ alg: 'HS256', typ: 'at+jwt' })
  const mint = (): string => {
    const signed = `${header}.${encode(usualClaims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  let left = tokens
  const nextToken = () => (left-- > 0 ? mint() : undefined)
  await Promise.all(Array.from({ length: IN_FLIGHT }, () => askInTurn(new URL(origin), nextToken)))
}

/** Asks about one token after another on one connection, until there is none. An allow has no body, so it is one piece. */
function askInTurn({ hostname, port, host }: URL, nextToken: () => string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const ask = (): void => {
      const token = nextToken()
      if (token === undefined) {
        socket.end()
        resolve()
        return
      }
      const forwarded = 'X-Forwarded-Method: GET\r\nX-Forwarded-Host: api.example.com\r\nX-Forwarded-Uri: /mcp\r\n'
      socket.write(`GET /verify/r0 HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n${forwarded}\r\n`)
    }
    socket.on('data', (answer: Buffer) => {
      if (answer.toString('latin1').startsWith('HTTP/1.1 200 ')) ask()
      else socket.destroy(new Error(`answered ${answer.toString('latin1', 0, 100)}`))
    })
    socket.once('error', reject)
    ask()
  })
}
