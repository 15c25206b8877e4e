import { createHmac, randomBytes } from 'node:crypto'
import { flood } from '../../service/flood.ts'
import { forwardedHeaders } from '../../support/ask.ts'
import { openRaw, type RawConnection, requestHead } from '../../support/raw-http.ts'
import { RESOURCE } from '../../support/service.ts'
import type { Attack, Progress } from './attack.ts'
import { proofFlood } from './proofs.ts'

// A process of its own, so that what it costs to attack is not measured as what it costs to be attacked.
const attack: Attack = JSON.parse(process.argv[2] ?? '')
await (attack.kind === 'silence' ? keepSilent(attack) : send(attack))

/** Sends in batches until the count is reached or the time is over, and reports after each how far it is. */
async function send({ count, longest, ...rest }: Attack): Promise<void> {
  const statuses = new Map<number, number>()
  const end = performance.now() + longest
  for (let sent = 0; sent < count && performance.now() < end; ) {
    const batch = Array.from({ length: Math.min(1000, count - sent) }, (_, at) => requestOf({ ...rest }, sent + at))
    for (const [status, times] of await flood(rest.origin, batch)) {
      statuses.set(status, (statuses.get(status) ?? 0) + times)
    }
    sent += batch.length
    tell({ sent, statuses: Object.fromEntries(statuses) })
  }
}

function tell(progress: Progress): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`)
}

function requestOf(attack: Omit<Attack, 'count' | 'longest'>, at: number): string {
  switch (attack.kind) {
    case 'random':
      return question('/verify/api', randomToken(at))
    case 'repeated':
      return question('/verify/api', unsigned(attack, attack.kid, 0))
    case 'kids':
      return question('/verify/api', unsigned(attack, `made-up-${at}`, at))
    case 'huge':
      return question('/verify/api', `${unsigned(attack, attack.kid, at)}${'A'.repeat(40_000)}`)
    case 'valid':
      return question('/verify/fast', signed(attack, at))
    case 'proofs':
      return proof(attack, at)
    case 'names':
      return at % 2 === 0
        ? question('/verify', undefined, `host-${at}.example.com`)
        : question(`/verify/route-${at}`, undefined)
    case 'junk':
      return question('/verify/api', junkToken(attack, at), undefined, `/mcp/junk-${at}`)
    case 'silence':
      throw new Error('silence is not sent')
  }
}

function question(target: string, token: string | undefined, host?: string, uri = '/mcp'): string {
  const forwarded = { uri, ...(token === undefined ? {} : { token }), ...(host === undefined ? {} : { host }) }
  return requestHead(`GET ${target} HTTP/1.1`, [['Host', 'gate'], ...forwardedHeaders(forwarded)])
}

function proof(attack: Pick<Attack, 'fastIssuer' | 'secret'>, at: number): string {
  const mint = (cnf: object) => signed(attack, at, { cnf })
  const { token, proof: sent } = proofFlood(at, 'https://api.example.com/fast', mint)
  const forwarded = { uri: '/fast', headers: { Authorization: `DPoP ${token}`, DPoP: sent } }
  return requestHead('GET /verify/fast HTTP/1.1', [['Host', 'gate'], ...forwardedHeaders(forwarded)])
}

/** An opaque token, a kid and a text that is neither, in turn. */
function junkToken(attack: Pick<Attack, 'issuer'>, at: number): string {
  if (at % 3 === 0) return randomBytes(30).toString('base64url')
  return at % 3 === 1 ? unsigned(attack, `made-up-${at}`, at) : randomToken(at)
}

/** Half of them are not tokens at all, the others have a header that can be read. */
function randomToken(at: number): string {
  const noise = (bytes: number) => randomBytes(bytes).toString('base64url')
  return at % 2 === 0 ? noise(300) : `${encode({ alg: 'RS256', kid: noise(9) })}.${noise(200)}.${noise(256)}`
}

function unsigned({ issuer }: Pick<Attack, 'issuer'>, kid: string, at: number): string {
  return `${encode({ typ: 'JWT', alg: 'ES256', kid })}.${encode(claims(issuer, at))}.${'A'.repeat(86)}`
}

function signed({ fastIssuer, secret }: Pick<Attack, 'fastIssuer' | 'secret'>, at: number, more: object = {}): string {
  const input = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ ...claims(fastIssuer, at), ...more })}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function claims(iss: string, at: number) {
  const now = Math.floor(Date.now() / 1000)
  return { iss, sub: `user-${at}`, jti: `${at}`, aud: RESOURCE, scope: 'mcp:read', iat: now, exp: now + 3600 }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Opens connections and says nothing on them; they end with this process. */
async function keepSilent({ origin, count, longest }: Attack): Promise<void> {
  const open: RawConnection[] = []
  const end = performance.now() + longest
  let refused = 0
  while (open.length + refused < count && performance.now() < end) {
    const batch = await Promise.allSettled(Array.from({ length: 200 }, () => openRaw(origin)))
    for (const result of batch) {
      if (result.status === 'fulfilled') open.push(result.value)
      else refused += 1
    }
    tell({ sent: open.length, statuses: refused === 0 ? {} : { refused } })
  }
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(3000, end - performance.now()))))
  for (const connection of open) connection.close()
}
