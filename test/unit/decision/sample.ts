import { createSecretKey } from 'node:crypto'
import type { Accept, Dpop, Resource, Revocations, Route } from '../../../src/config/model.ts'
import type { Issuer } from '../../../src/config/model-issuer.ts'
import type { ClaimSelector, Rule } from '../../../src/config/model-requirement.ts'
import { type Evidence, internalError } from '../../../src/decision/decide.ts'
import type { ProofDeps } from '../../../src/decision/sender.ts'
import type { VerifiedToken } from '../../../src/decision/token/access-token.ts'
import type { Introspect } from '../../../src/decision/token/introspection-answer.ts'
import type { VerificationKey } from '../../../src/decision/token/keys.ts'
import { importProofKey } from '../../../src/keys/proof-key.ts'
import { PROOF_ALGORITHMS } from '../../support/proof-maker.ts'

/** An issuer with every default of the configuration. */
export function sampleIssuer(changes: Partial<Issuer> = {}): Issuer {
  return {
    name: 'main',
    issuer: 'https://id.example.com',
    isLoginServer: true,
    keys: { kind: 'discovery' },
    fetch: undefined,
    spiffe: undefined,
    algorithms: ['RS256', 'ES256'],
    clockTolerance: 30,
    maxTokenLifetime: undefined,
    maxStale: 86_400,
    requireTyp: undefined,
    tokenKinds: ['access'],
    scopeClaims: ['scope', 'scp'],
    booleanScopes: false,
    scopePrefix: '',
    clientClaims: ['client_id', 'azp', 'cid', 'appid'],
    registration: undefined,
    introspection: undefined,
    ...changes,
  }
}

export function sampleResource(url = 'https://api.example.com/mcp/kubernetes'): Resource {
  const { origin, hostname, pathname, search } = new URL(url)
  return { url, origin, hostname, path: pathname.replace(/\/$/, ''), query: search }
}

export const MAIN = sampleIssuer()

export function sampleAccept(changes: Partial<Accept> = {}): Accept {
  return {
    issuer: MAIN,
    audience: ['https://api.example.com/mcp/kubernetes'],
    clientIds: [],
    advertise: true,
    scopes: ['mcp:read'],
    claims: [],
    authentication: undefined,
    ...changes,
  }
}

/** What a route without `dpop:` has. */
export const ACCEPTED: Dpop = {
  mode: 'accepted',
  algorithms: PROOF_ALGORITHMS,
  maxAgeSeconds: 300,
  nonceSecret: undefined,
  refuseReplay: false,
}

/** A route as the shortest configuration makes it. */
export function sampleRoute(changes: Partial<Route> = {}): Route {
  const resources = changes.resources ?? ([sampleResource()] as const)
  return {
    name: 'kubernetes',
    resources,
    match: { hosts: resources.map(({ hostname }) => hostname), paths: resources.map(({ path }) => path) },
    lockedHosts: undefined,
    lockedPaths: undefined,
    accept: [sampleAccept()],
    rules: [],
    requestScopes: ['mcp:read'],
    scopePrefix: '',
    scopeImplies: new Map(),
    anonymous: false,
    mode: 'enforce',
    identityHeaders: [
      { name: 'X-Auth-Subject', source: { kind: 'claim', claim: named('sub') } },
      { name: 'X-Auth-Issuer', source: { kind: 'issuer' } },
      { name: 'X-Auth-Client', source: { kind: 'client' } },
      { name: 'X-Auth-Scopes', source: { kind: 'scopes' } },
    ],
    upstreamAuthorization: { kind: 'keep' },
    dpop: ACCEPTED,
    tokenSource: { kind: 'authorization' },
    origins: undefined,
    preflight: 'deny',
    mcp: undefined,
    logClaims: [],
    metadata: {},
    ...changes,
  }
}

export function sampleRule(changes: Partial<Rule> = {}): Rule {
  return { methods: undefined, paths: undefined, scopes: [], claims: [], authentication: undefined, ...changes }
}

/** A claim by its top-level name. */
export function named(name: string): ClaimSelector {
  return { text: name, path: [name] }
}

export const NO_REVOCATIONS: Revocations = {
  jti: new Set(),
  sub: new Set(),
  clientIds: new Set(),
  issuedBefore: undefined,
}

export const SAMPLE_KEY: VerificationKey = {
  kid: 'one',
  alg: undefined,
  key: createSecretKey(Buffer.alloc(32, 1)),
  live: true,
}

/** For tokens that no issuer is to be asked about. */
export const NOBODY_INTROSPECTS: Introspect = () => Promise.reject(new Error('no issuer is to be asked'))

/** Proofs are judged without a memory. */
export const PROOFS: ProofDeps = { importKey: importProofKey, useProof: () => false }

/** The time of the tests, in seconds. */
export const NOW = 1_800_000_000

/** A token that the sample route admits at NOW. */
export function sampleToken(changes: Partial<VerifiedToken> = {}): VerifiedToken {
  return {
    issuer: MAIN,
    validity: SAMPLE_KEY,
    claims: { sub: 'alice' },
    expiresAt: NOW + 300,
    notBefore: undefined,
    issuedAt: NOW - 10,
    audience: ['https://api.example.com/mcp/kubernetes'],
    subject: 'alice',
    tokenId: 'token-1',
    keyThumbprint: undefined,
    unchecked: [],
    scopes: ['mcp:read'],
    client: 'claude',
    clients: ['claude'],
    ...changes,
  }
}

/** The evidence of a decision that saw nothing, which ended at no step of its own. */
export function sampleEvidence(changes: Partial<Evidence> = {}): Evidence & { readonly ended: 'end' } {
  const { route, request, rules, issuer, token, entry, itinerary } = internalError()
  return { route, request, rules, issuer, token, entry, itinerary, ended: 'end', ...changes }
}
