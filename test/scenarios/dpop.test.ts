import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { Configuration } from 'oidc-provider'
import { startGate } from '../../lab/gate.ts'
import { startIssuer } from '../../lab/issuer.ts'
import { followLogin } from '../../lab/issuer-login.ts'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { folderFor } from '../support/folder.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { type DpopLogin, logInWithKey } from './clients/dpop.ts'
import { DPOP_CASES } from './clients/dpop-cases.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { generated, startSystem } from './support/system.ts'

const CONFIGURATION = `
issuers:
  main: https://id.example.com
routes:
  accepted: { resource: https://api.example.com/mcp/accepted, scopes: [mcp:read] }
  required: { resource: https://api.example.com/mcp/required, scopes: [mcp:read], dpop: required, upstreamAuthorization: bearer }
  nonce:
    resource: https://api.example.com/mcp/nonce
    scopes: [mcp:read]
    dpop: { mode: required, nonceSecretFile: NONCE-FILE }
  gold: { resource: https://api.example.com/mcp/gold, scopes: [mcp:read], dpop: required, acr: [gold] }
`
const ROUTES = ['accepted', 'required', 'nonce', 'gold']
const LOGIN: DpopLogin = { clientId: 'app', redirectUri: REDIRECT_URI, scope: 'mcp:read', follow: followLogin }

/** The issuer asks for a nonce of its own, and says in access tokens how strong the login was. */
function bindsTokens(usual: Configuration): Configuration {
  const dPoP = { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true }
  return {
    ...usual,
    features: { ...usual.features, dPoP },
    extraTokenClaims: ({ oidc: { entities } }) => {
      const { acr } = entities.AuthorizationCode ?? entities.RefreshToken ?? {}
      return acr === undefined ? {} : { acr }
    },
  }
}

/** Gives each request to the next of the gates, as the Service of a Deployment may. */
async function openRoundRobin(t: TestContext) {
  const gates: string[] = []
  let turn = 0
  const server = createServer((question, answer) => {
    const { hostname, port } = new URL(gates[turn++ % gates.length] ?? '')
    const { method, url: path, rawHeaders: headers } = question
    const asked = httpRequest({ hostname, port, method, path, headers, setHost: false }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.rawHeaders)
      said.pipe(answer)
    })
    asked.on('error', () => answer.destroy())
    question.pipe(asked)
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return { origin: `http://127.0.0.1:${port}`, gates }
}

async function start(t: TestContext) {
  const folder = folderFor(t)
  await writeFile(join(folder, 'nonce'), randomBytes(48).toString('base64'))
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(server.stop)
  const replicas = await openRoundRobin(t)
  const files = await generated(CONFIGURATION, { 'NONCE-FILE': join(folder, 'nonce') })
  const configuration = CONFIGURATION.replace('NONCE-FILE', join(folder, 'nonce'))
  let urls: Readonly<Record<string, string>> = {}
  const system = await startSystem(t, { ...files, configuration }, async (origin) => {
    const issuer = await startIssuer({
      apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
      resources: ROUTES.map((name) => ({ resource: `${origin}/mcp/${name}`, scopes: ['mcp:read'] })),
      shape: { configure: bindsTokens },
    })
    t.after(issuer.stop)
    urls = { 'https://api.example.com': origin, 'https://id.example.com': issuer.url }
    const asked = { 'http://forwardgate.auth.svc.cluster.local:8080/verify': `${replicas.origin}/verify` }
    return { urls: { ...urls, ...asked }, services: Object.fromEntries(ROUTES.map((name) => [name, server.origin])) }
  })
  const placed = Object.entries(urls).reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), configuration)
  const decided: string[] = []
  const second = await startGate(placed, (line) => decided.push(line))
  t.after(second.stop)
  replicas.gates.push(system.gate.auth, second.auth)
  const count = (lines: readonly unknown[]) => lines.filter((line) => JSON.stringify(line).includes('decision')).length
  const share = () => [count(system.log()), count(decided)]
  return { system, server, share, url: (route: string) => `${system.origin}/mcp/${route}` }
}

test('dpop: a client with a key of its own, behind a real proxy and two replicas', async (t) => {
  const { system, server, share, url } = await start(t)

  for (const route of ['accepted', 'required', 'nonce']) {
    await t.test(`${system.proxy} | ${route}: logs in, calls a tool, refreshes, calls it again`, async () => {
      const session = await logInWithKey(url(route), LOGIN)
      assert.equal(session.tokens().token_type, 'dpop')
      assert.equal(session.metadata.dpop_bound_access_tokens_required, route === 'accepted' ? undefined : true)
      assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
      const before = session.tokens().access_token
      await session.refresh()
      assert.notEqual(session.tokens().access_token, before)
      assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
      const refused = session.answers.filter((answer) => answer.startsWith('401'))
      // One replica gives the nonce, the other takes it.
      assert.deepEqual(refused, route === 'nonce' ? ['401 use_dpop_nonce'] : [])
    })
  }

  await t.test('both replicas answered', () => {
    assert.ok(
      share().every((decisions) => decisions > 5),
      share().join(' and '),
    )
  })

  await t.test('a backend behind `bearer` gets the bare token, another one token and proof', () => {
    const arrived = (route: string) => server.arrivals.filter(({ url: target }) => target === `/mcp/${route}`)
    const seen = (route: string) =>
      new Set(
        arrived(route).map(
          ({ headers: { authorization = '', dpop } }) => `${authorization.split(' ')[0]} ${typeof dpop}`,
        ),
      )
    assert.deepEqual([...seen('required')], ['Bearer undefined'])
    assert.deepEqual([...seen('accepted')], ['DPoP string'])
  })

  await t.test('a client that needs a stronger login learns of it, logs in again, and is let in', async () => {
    const weak = await logInWithKey(url('gold'), LOGIN)
    const refused = await weak.fetch(url('gold'), { method: 'POST', body: '{}' })
    assert.match(
      refused.headers.get('www-authenticate') ?? '',
      /^DPoP .*insufficient_user_authentication.*acr_values="gold"/,
    )
    await assert.rejects(
      weak.refresh().then(() => weak.call('whoami')),
      /insufficient_user_authentication/,
      'a refresh is not a stronger login',
    )
    const strong = await logInWithKey(url('gold'), { ...LOGIN, scope: 'openid mcp:read', more: { acr_values: 'gold' } })
    assert.match(await strong.call('whoami'), /alice/)
    await strong.refresh()
    assert.match(await strong.call('whoami'), /alice/)
  })

  await t.test('a thief who copies the tokens gets nowhere', async () => {
    const session = await logInWithKey(url('accepted'), LOGIN)
    const { access_token: token } = session.tokens()
    const { status, reason } = await curl(url('accepted'), { token })
    assert.deepEqual([status, reason], [401, 'token_bound'])
    const key = await oauth.generateKeyPair('ES256')
    const stolen = await oauth
      .protectedResourceRequest(token, 'GET', new URL(url('accepted')), undefined, undefined, {
        DPoP: oauth.DPoP({}, key),
        [oauth.allowInsecureRequests]: true,
      })
      .catch((error: oauth.WWWAuthenticateChallengeError) => error.response)
    assert.equal(stolen.headers.get('x-forwardgate-reason'), 'proof_key_mismatch')
    await assert.rejects(session.refresh(key), /error/, 'nor does the refresh token work with another key')
  })

  await t.test('the cases that the conformance repository of MCP has for servers', async () => {
    const session = await logInWithKey(url('accepted'), LOGIN)
    const { access_token: token } = session.tokens()
    const given = { resource: url('accepted'), token, key: session.key, other: await oauth.generateKeyPair('ES256') }
    const lines: string[] = []
    for (const { name, wanted, differs, proof } of DPOP_CASES) {
      const before = server.messages()
      const DPoP = await proof(given)
      const headers = { Authorization: `DPoP ${token}`, ...(DPoP === undefined ? {} : { DPoP }) }
      const { status, reason, challenge } = await curl(given.resource, { headers, body: {} })
      const outcome = server.messages() > before ? 'accepted' : 'refused'
      if (outcome === 'refused')
        assert.match(`${status} ${challenge}`, /^401 DPoP .*error="invalid_(?:dpop_proof|token)"/, name)
      assert.equal(outcome === wanted, differs === undefined, `${name}: ${outcome} ${reason}`)
      lines.push(`${outcome === wanted ? 'as wanted' : 'differs  '} ${name}: ${differs ?? reason ?? outcome}`)
    }
    console.log(lines.join('\n'))
  })

  await t.test('a client that knows bearer tokens only gets in where proofs are not required', async () => {
    const bearer = { kind: 'registered', clientId: 'app', issuer: '' } as const
    const { servers } = await metadataOf(url('accepted'))
    const session = await SDK_V2.open(url('accepted'), { ...bearer, issuer: servers })
    assert.match(await session.call('whoami'), /alice/)
    await session.close()
    await assert.rejects(SDK_V2.open(url('required'), { ...bearer, issuer: servers }))
  })
})

async function metadataOf(resource: string): Promise<{ readonly servers: string }> {
  const { origin, pathname } = new URL(resource)
  const reply = await curl(`${origin}/.well-known/oauth-protected-resource${pathname}`)
  return { servers: String(reply.json()['authorization_servers']) }
}
