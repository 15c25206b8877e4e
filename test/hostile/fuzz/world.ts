import { type Parsed, parse } from '../../../src/config/parse.ts'
import type { Answer } from '../../../src/decision/answer.ts'
import type { Decision } from '../../../src/decision/decide.ts'
import type { HeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import { assessToken } from '../../../src/decision/token/assessed-token.ts'
import type { FindKeys } from '../../../src/decision/token/keys.ts'
import { createPending } from '../../../src/http/app.ts'
import { FORWARD_AUTH } from '../../../src/http/dialects/dialect.ts'
import { createVerifyEndpoint } from '../../../src/http/verify.ts'
import { createProofDeps } from '../../../src/issuers/asking.ts'
import { createTokenCache } from '../../../src/issuers/token-cache.ts'
import { importJwkSet } from '../../../src/keys/jwk-import.ts'
import { selectKeys } from '../../../src/keys/key-selection.ts'
import { NOW } from '../../conformance/configuration.ts'
import { makeSigningKey, type SigningKey, signToken } from '../../support/fake-issuer-keys.ts'
import { NOBODY_INTROSPECTS } from '../../unit/decision/sample.ts'
import type { Truth } from './reference.ts'

/** What the routes of `reference.ts` are in the words of the configuration. */
const CONFIGURATION = `
issuers:
  main: { issuer: https://id.example.com/main, jwksUri: https://keys.example.com/main }
  twin: { issuer: https://id.example.com/twin, jwksUri: https://keys.example.com/twin }
defaults: { issuers: [main] }
routes:
  api:
    resource: https://api.example.com/mcp/api
    scopes: [mcp:read]
    rules:
      - { methods: [DELETE], scopes: [mcp:admin] }
      - { paths: [/mcp/api/admin], scopes: [mcp:admin] }
  twin: { resource: https://api.example.com/mcp/API-twin, issuers: [twin] }
  other: { resource: https://api.example.com/mcp/other, clientIds: [claude] }
  ways:
    resource: https://api.example.com/ways
    accept:
      - { issuer: main, audience: [https://api.example.com/mcp/api], scopes: [mcp:admin] }
      - { issuer: twin, audience: [https://api.example.com/mcp/other] }
  open:
    resource: https://api.example.com/open
    anonymous: true
    rules: [{ paths: [/open/secret], scopes: [mcp:read] }]
  browser:
    resource: https://api.example.com/browser
    origins: [https://inspector.example.com]
    preflight: pass
  locked: { resource: https://api.example.com/locked, match: { hosts: [api.example.com], paths: [/locked] } }
  observed: { resource: https://api.example.com/observed, mode: observe }
  root: { resource: https://root.example.com }
revocations: { jti: [revoked] }
`

/** One call, and everything that came of it. */
export interface Outcome {
  readonly answer: Answer
  readonly decision: Decision
  readonly fields: HeaderFields
}

/** The product around the decision, without sockets: endpoint, token cache, key selection. */
export interface World {
  /** Genuine tokens, and what is true of each. */
  readonly tokens: ReadonlyMap<string, Truth>
  readonly ask: (method: string, target: string, rawHeaders: readonly string[]) => Promise<Outcome>
}

export async function openWorld(): Promise<World> {
  const [main, twin] = await Promise.all([makeSigningKey('ES256', 'one'), makeSigningKey('EdDSA', 'one')])
  const keys = { main, twin }
  const config = accepted(
    parse([{ file: 'config.yaml', text: CONFIGURATION }], { now: NOW, readFile: () => ({ error: 'none' }) }),
  )
  const findKeys: FindKeys = (issuer, alg, kid) => {
    const imported = importJwkSet({ keys: [keys[issuer.name as keyof typeof keys].jwk] })
    const selected = imported.ok ? selectKeys(imported.keys, alg, kid) : []
    return selected.length === 0 ? 'unknown' : selected.map((key) => ({ ...key, live: true }))
  }
  const cache = createTokenCache({
    ...{ entries: 100, bytes: 10_000_000 },
    assess: (token, route) =>
      assessToken(token, route, config.revocations, { findKeys, introspect: NOBODY_INTROSPECTS }),
    onLookup: () => {},
  })
  const policy = {
    routes: buildRouteTable(config.routes),
    assessToken: cache.assessToken,
    proofs: createProofDeps(),
    now: () => NOW,
  }
  return {
    tokens: makeTokens(keys),
    ask: (method, target, rawHeaders) =>
      new Promise((settle, fail) => {
        let answer: Answer | undefined
        const verify = createVerifyEndpoint({
          exposeReason: true,
          policy: () => policy,
          onDecision: (decision, fields) => {
            if (answer !== undefined) settle({ answer, decision, fields })
          },
          pending: createPending(),
          onBug: fail,
        })
        verify({ dialect: FORWARD_AUTH, method, target, rawHeaders }, (given) => {
          answer = given
        })
      }),
  }
}

const AUDIENCES = ['/mcp/api', '/mcp/API-twin', '/mcp/other', '/ways', '/open', '/browser', '/locked', '/observed'].map(
  (path) => `https://api.example.com${path}`,
)

function makeTokens(keys: Readonly<Record<'main' | 'twin', SigningKey>>): ReadonlyMap<string, Truth> {
  const good: Truth = {
    ...{ issuer: 'main', subject: 'alice', audience: [...AUDIENCES, 'https://root.example.com'], valid: true },
    ...{ scopes: ['mcp:read', 'mcp:admin'], client: 'claude' },
  }
  const truths: readonly (Truth & { readonly claims?: object })[] = [
    good,
    { ...good, subject: 'reader', scopes: ['mcp:read'] },
    { ...good, subject: 'nobody', scopes: [] },
    { ...good, subject: 'twin', issuer: 'twin' },
    { ...good, subject: 'robot', client: 'robot' },
    { ...good, subject: 'clientless', client: undefined },
    ...AUDIENCES.map((audience, at) => ({ ...good, subject: `only ${at}`, audience: [audience] })),
    { ...good, subject: 'twin elsewhere', issuer: 'twin' as const, audience: ['https://elsewhere.example.com'] },
    { ...good, subject: 'late', valid: false, claims: { exp: NOW - 30 } },
    { ...good, subject: 'just in time', claims: { exp: NOW - 29 } },
    { ...good, subject: 'early', valid: false, claims: { nbf: NOW + 31 } },
    { ...good, subject: 'revoked', valid: false, claims: { jti: 'revoked' } },
    { ...good, subject: 'for ever', valid: false, claims: { exp: undefined } },
    { ...good, subject: 'bound', valid: false, claims: { cnf: { jkt: 'x' } } },
  ]
  return new Map(
    truths.map(({ claims, ...truth }) => {
      const key = keys[truth.issuer]
      const payload = {
        ...{ iss: `https://id.example.com/${truth.issuer}`, sub: truth.subject, aud: truth.audience },
        ...{ scope: truth.scopes.join(' '), client_id: truth.client, iat: NOW - 10, exp: NOW + 300, ...claims },
      }
      return [signToken({ typ: 'at+jwt', alg: key.alg, kid: key.kid }, payload, key.alg, key.privateKey), truth]
    }),
  )
}

function accepted(parsed: Parsed) {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}
