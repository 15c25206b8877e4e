import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { forwardedHeaders } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService, type TestService } from '../support/service.ts'
import { printTable } from './table.ts'

const OTHER = 'https://api.example.com/other'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const twoRoutes = (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer} }
routes:
  api: { resource: ${RESOURCE} }
  other: { resource: ${OTHER} }
  open: { resource: https://api.example.com/open, audience: [${RESOURCE}], anonymous: true }
  admin: { resource: https://api.example.com/admin, audience: [${RESOURCE}], scopes: [admin] }
`

const lines: (string | number)[][] = []
after(() => printTable('Token cache', ['attack', 'requests', 'wrongly answered', 'note'], lines))

describe('the token cache', () => {
  for (const algorithm of ['ES256', 'RS256', 'EdDSA']) {
    it(`every other spelling of a cached token is another token and a bad one (${algorithm})`, async (t) => {
      const issuer = await startFakeIssuer({ algorithms: [algorithm] })
      t.after(() => issuer.stop())
      const gate = await startTestService(t, { issuer, yaml: twoRoutes })
      const token = gate.issuer.mint({ aud: RESOURCE })
      const spellings = [...new Set(spellingsOf(token))].filter((other) => other !== token)
      assert.deepEqual(await statuses(gate, 'api', [token, token]), [200, 200])
      const answers = await statuses(gate, 'api', spellings)
      const passed = spellings.filter((_, at) => answers[at] !== 401 && answers[at] !== 503)
      lines.push([
        `another spelling of a cached token (${algorithm})`,
        spellings.length,
        passed.length,
        'every position of the token',
      ])
      assert.deepEqual(passed, [])
      assert.deepEqual(await statuses(gate, 'api', [token]), [200], 'the token itself still passes')
    })
  }

  it('a token that one route has accepted is judged anew on another route', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes })
    const [mine, theirs] = [gate.issuer.mint({ aud: RESOURCE }), gate.issuer.mint({ aud: OTHER })]
    let wrong = 0
    for (let round = 0; round < 50; round++) {
      for (const [route, token, wanted] of [
        ['api', mine, 200],
        ['other', mine, 401],
        ['admin', mine, 403],
        ['open', mine, 200],
        ['other', theirs, 200],
        ['api', theirs, 401],
        ['open', theirs, 401],
      ] as const) {
        if ((await statuses(gate, route, [token]))[0] !== wanted) wrong += 1
      }
    }
    lines.push(['a token of one route on another, in turn', 350, wrong, 'four routes, two audiences'])
    assert.equal(wrong, 0)
  })

  it('two hundred users together with room for eight tokens: no user gets the identity of another', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes, env: { FORWARDGATE_TOKEN_CACHE_ENTRIES: '8' } })
    const users = Array.from({ length: 200 }, (_, at) => ({
      sub: `user-${at}`,
      token: gate.issuer.mint({ aud: RESOURCE, sub: `user-${at}` }),
    }))
    const asked = await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        const connection = await openRaw(gate.auth)
        const mixed: string[] = []
        // Each client in an order of its own, twenty requests in a packet.
        const order = users.map((_user, at) => users[(at * 7 + client * 31) % users.length] ?? assert.fail())
        for (let at = 0; at < order.length; at += 20) {
          const packet = order.slice(at, at + 20)
          connection.send(packet.map(({ token }) => question('api', token)).join(''))
          for (const { sub } of packet) {
            const reported = (await connection.read())?.headers.find(([name]) => name === 'X-Auth-Subject')?.[1]
            if (reported !== sub) mixed.push(`${sub} was reported to be ${reported}`)
          }
        }
        connection.close()
        return mixed
      }),
    )
    lines.push(['200 users on 8 connections, 8 entries', 1600, asked.flat().length, 'subject of each answer compared'])
    assert.deepEqual(asked.flat(), [])
  })

  it('tokens that differ only at their end, or have the same signature text, stay apart', async (t) => {
    const gate = await startTestService(t, { yaml: twoRoutes })
    const token = gate.issuer.mint({ aud: RESOURCE })
    const [header, payload, signature] = token.split('.')
    const admin = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), sub: 'admin' }),
    ).toString('base64url')
    assert.deepEqual(await statuses(gate, 'api', [token]), [200])
    const forged = [
      `${header}.${admin}.${signature}`,
      `${header}.${payload}.${signature}A`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${token} `.trim().slice(0, -1),
    ]
    assert.deepEqual(await statuses(gate, 'api', forged), [401, 401, 401, 401, 401])
    lines.push(['the signature of a cached token under another payload', forged.length, 0, ''])
  })
})

/** For every position: the neighbour in the alphabet, the bits that base64url does not use, another case, something added or left out. */
function spellingsOf(token: string): readonly string[] {
  const at = [...token].flatMap((letter, index) => {
    const [before, behind] = [token.slice(0, index), token.slice(index + 1)]
    if (letter === '.') return [`${before}${behind}`, `${before}..${behind}`]
    const value = ALPHABET.indexOf(letter)
    const near = [value ^ 1, value ^ 2, value ^ 15].map((other) => `${before}${ALPHABET[other & 63]}${behind}`)
    const otherCase = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()
    return [...near, `${before}${otherCase}${behind}`, `${before}${behind}`]
  })
  const whole = ['=', '==', 'A', '.', '-', '_', '~', '+', '/'].map((end) => `${token}${end}`)
  return [...at, ...whole, token.toLowerCase(), token.toUpperCase(), `${token}.${token}`]
}

function question(route: string, token: string): string {
  return requestHead(`GET /verify/${route} HTTP/1.1`, [['Host', 'gate'], ...forwardedHeaders({ uri: '/mcp', token })])
}

/** Asks all of them on one connection, many in a packet. */
async function statuses(gate: TestService, route: string, tokens: readonly string[]): Promise<readonly number[]> {
  const connection = await openRaw(gate.auth)
  const found: number[] = []
  for (let at = 0; at < tokens.length; at += 25) {
    const packet = tokens.slice(at, at + 25)
    connection.send(packet.map((token) => question(route, token)).join(''))
    for (const _ of packet) found.push((await connection.read())?.status ?? 0)
  }
  connection.close()
  return found
}
