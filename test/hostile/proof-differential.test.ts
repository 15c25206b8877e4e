import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { clockTolerance, customFetch, validateJwtAccessToken } from 'oauth4webapi'
import { parse } from '../../src/config/parse.ts'
import { NOW } from '../conformance/configuration.ts'
import { createDice, type Dice } from '../conformance/mcp-body-makers.ts'
import { createInProcess } from '../conformance/transport.ts'
import { makeSigningKey, signToken } from '../support/fake-issuer-keys.ts'
import { type ClientKey, makeClientKey, makeProof } from '../support/proof-maker.ts'
import { runs, SEED } from './effort.ts'
import { printTable } from './table.ts'

const ISSUER = 'https://id.example.com'
const PAIRS = runs(400, 10_000)

/** One pair of a token and a proof: a choice for each part, the first of which is right. */
const CHOICES = {
  scheme: ['DPoP', 'DPoP', 'DPoP', 'Bearer'],
  binding: ['client', 'client', 'client', 'another', 'none'],
  life: [300, 300, 300, -60],
  key: ['ES256', 'EdDSA', 'RS256', 'PS256'],
  sent: ['once', 'once', 'once', 'never', 'joined', 'cut'],
  htm: ['POST', 'POST', 'POST', 'GET', 'post', undefined],
  htu: [
    ...['/api', '/api', '/api', '/api?q=1', '/api#f', '/x/../api', '/%61pi', '/API', '/api/', '/apis'],
    ...['HTTPS://API.example.com:443/api', 'http://api.example.com/api', 'https://evil.example/api', 'api', undefined],
  ],
  iat: [0, 0, 0, -299, 299, -301, 301, 'text', undefined],
  jti: ['id', 'id', 'id', '', 'x'.repeat(300), 7, undefined],
  ath: ['right', 'right', 'right', 'wrong', undefined],
  typ: ['dpop+jwt', 'dpop+jwt', 'application/dpop+jwt', 'DPoP+JWT', 'JWT', undefined],
  alg: ['right', 'right', 'right', 'right', 'none', 'ES384'],
  jwk: ['right', 'right', 'right', 'another', 'private', 'for encryption', 'kid added', 'absent'],
  signer: ['client', 'client', 'client', 'another'],
  more: [{}, {}, {}, { exp: NOW - 60 }, { exp: NOW + 60 }, { nbf: NOW + 60 }, { nonce: 'x' }, { iss: 7 }, { exp: 'x' }],
} as const

type Pair = { readonly [Part in keyof typeof CHOICES]: (typeof CHOICES)[Part][number] }

/** Pairs that the two judge differently, and why; `taken`: by whom. */
const EXPLAINED: readonly (readonly [why: string, taken: 'us' | 'them', applies: (pair: Pair) => boolean])[] = [
  ['escapes of unreserved characters are equal (RFC 3986 §6.2.2.2)', 'us', ({ htu }) => htu === '/%61pi'],
  ['a proof has no iss; one of a wrong type is ignored', 'us', ({ more }) => 'iss' in more],
  [
    'beside a bearer token a DPoP field means nothing',
    'us',
    ({ scheme, binding }) => scheme === 'Bearer' && binding === 'none',
  ],
  ['a key for encryption signs nothing (RFC 7517 §4.2)', 'them', ({ jwk }) => jwk === 'for encryption'],
  ['an empty jti identifies nothing', 'them', ({ jti }) => jti === ''],
  ['a bound: jti of 256 characters', 'them', ({ jti }) => String(jti).length > 256],
]

test('10,000 pairs are judged as oauth4webapi judges them, but for what is explained', async () => {
  mock.timers.enable({ apis: ['Date'], now: NOW * 1000 })
  try {
    await compare()
  } finally {
    mock.timers.reset()
  }
})

async function compare(): Promise<void> {
  const world = await openWorld()
  const dice = createDice(SEED)
  const seen = new Map<string, number>(EXPLAINED.map(([why]) => [why, 0]))
  const taken = { us: 0, them: 0 }
  for (let at = 0; at < PAIRS; at += 1) {
    const pair = choose(dice)
    const { us, them } = await world.judge(pair)
    taken.us += Number(us === 'taken')
    taken.them += Number(them === 'taken')
    if ((us === 'taken') === (them === 'taken')) continue
    const by = us === 'taken' ? 'us' : 'them'
    const why = EXPLAINED.find(([, who, applies]) => who === by && applies(pair))?.[0]
    assert.ok(why !== undefined, `seed ${SEED}, pair ${at}: ${JSON.stringify({ pair, us, them })}`)
    seen.set(why, (seen.get(why) ?? 0) + 1)
  }
  assert.ok(taken.us > PAIRS / 50, `only ${taken.us} taken`)
  printTable(
    'Pairs of token and proof',
    ['pairs', 'taken by forwardgate', 'by oauth4webapi'],
    [[PAIRS, taken.us, taken.them]],
    [`Seed ${SEED}.`],
  )
  printTable('Differences', ['why', 'pairs'], [...seen])
}

async function openWorld() {
  const issuer = await makeSigningKey('ES256', 'one')
  const clients = new Map<string, ClientKey>()
  for (const alg of CHOICES.key) clients.set(alg, await makeClientKey(alg))
  const another = await makeClientKey('ES256')
  const text = `
issuers: { main: { issuer: "${ISSUER}", jwksUri: https://keys.example.com/main } }
routes: { api: { resource: https://api.example.com/api, audience: [x] } }
`
  const parsed = parse([{ file: 'config.yaml', text }], { now: NOW, readFile: () => ({ error: 'none' }) })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const ask = createInProcess(parsed.config, {
    keySet: () => ({ keys: [issuer.jwk] }),
    make: ({ text: token = '' }) => token,
  })

  const judge = async (pair: Pair) => {
    const client = clients.get(pair.key) ?? another
    const token = makeToken(pair, issuer, client, another)
    const proofs = proofsOf(pair, client, another, token)
    const { decision } = await ask({
      ...{ id: 'pair', spec: '-', title: '-', route: 'api', credentials: `${pair.scheme} ${token}` },
      request: { uri: '/api', headers: proofs.map((proof) => ['DPoP', proof] as const) },
      expect: { status: 200, reason: 'token' },
    })
    const us =
      decision.outcome === 'allow'
        ? 'taken'
        : `${decision.reason} ${JSON.stringify('denial' in decision && decision.denial)}`
    return { us, them: await judgeByOauth4webapi(`${pair.scheme} ${token}`, proofs) }
  }
  const server = { issuer: ISSUER, jwks_uri: 'https://keys.example.com/main' }
  const options = { [customFetch]: async () => Response.json({ keys: [issuer.jwk] }), [clockTolerance]: 30 }
  const judgeByOauth4webapi = async (authorization: string, proofs: readonly string[]) => {
    const headers: [string, string][] = [
      ['authorization', authorization],
      ...proofs.map((proof): [string, string] => ['dpop', proof]),
    ]
    const request = new Request('https://api.example.com/api', { method: 'POST', headers })
    return validateJwtAccessToken(server, request, 'x', options).then(
      () => 'taken',
      (error: unknown) => String(error),
    )
  }
  return { judge }
}

function makeToken(
  { binding, life }: Pair,
  issuer: Awaited<ReturnType<typeof makeSigningKey>>,
  client: ClientKey,
  another: ClientKey,
): string {
  const bound = { client: { cnf: { jkt: client.thumbprint } }, another: { cnf: { jkt: another.thumbprint } }, none: {} }
  const claims = { iss: ISSUER, aud: 'x', sub: 'alice', client_id: 'c', jti: 'token', iat: NOW - 100, exp: NOW + life }
  return signToken(
    { typ: 'at+jwt', alg: 'ES256', kid: 'one' },
    { ...claims, ...bound[binding] },
    'ES256',
    issuer.privateKey,
  )
}

function proofsOf(pair: Pair, client: ClientKey, another: ClientKey, token: string): readonly string[] {
  if (pair.sent === 'never') return []
  const htu = pair.htu?.startsWith('/') ? `https://api.example.com${pair.htu}` : pair.htu
  const iat = typeof pair.iat === 'number' ? NOW + pair.iat : pair.iat
  const claims = {
    htm: pair.htm,
    htu,
    iat,
    jti: pair.jti,
    ...(pair.ath === 'right' ? {} : { ath: pair.ath }),
    ...pair.more,
  }
  const jwks = {
    right: client.publicJwk,
    another: another.publicJwk,
    private: { ...client.publicJwk, d: 'AAAA' },
    'for encryption': { ...client.publicJwk, use: 'enc' },
    'kid added': { ...client.publicJwk, kid: 'one' },
    absent: undefined,
  }
  const header = { typ: pair.typ, jwk: jwks[pair.jwk], ...(pair.alg === 'right' ? {} : { alg: pair.alg }) }
  const signer = pair.signer === 'client' ? client : another
  const proof = makeProof(
    client,
    { method: 'POST', uri: '', token, now: NOW },
    { claims, header, signer, alg: signer.alg },
  )
  if (pair.sent === 'joined') return [`${proof}, ${proof}`]
  return [pair.sent === 'cut' ? proof.slice(0, proof.lastIndexOf('.')) : proof]
}

/** Most parts are right, so that each fault also comes alone. */
function choose(dice: Dice): Pair {
  const faults = dice(3)
  const parts = Object.keys(CHOICES)
  const chosen = new Set(Array.from({ length: faults }, () => parts[dice(parts.length)]))
  const entries = Object.entries(CHOICES).map(([part, values]) => {
    const free = chosen.has(part) || part === 'key'
    return [part, values[free ? dice(values.length) : 0]] as const
  })
  return Object.fromEntries(entries) as unknown as Pair
}
