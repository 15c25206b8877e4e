import { createSecretKey, type KeyObject } from 'node:crypto'
import { makeSigningKey, type SigningKey, signTexts } from '../support/fake-issuer-keys.ts'
import { makeClientKey, makeProof } from '../support/proof-maker.ts'
import { FILES, INTROSPECTED, ISSUERS, type IssuerName, NOW } from './configuration.ts'
import { MUTATIONS, type ProofRecipe, REMOVED, type TokenRecipe } from './vector.ts'

/** The keys behind the issuers, and tokens made with them. */
export interface TokenForge {
  /** What an issuer publishes. */
  readonly keySet: (issuer: IssuerName) => { readonly keys: readonly Record<string, unknown>[] }
  /** What the issuer of opaque tokens says of each. */
  readonly introspected?: typeof INTROSPECTED
  readonly make: (recipe: TokenRecipe) => string
  /** The DPoP fields of a request with this token. */
  readonly prove?: (recipe: ProofRecipe, request: ProvenRequest) => readonly string[]
}

interface ProvenRequest {
  readonly method: string
  readonly uri: string
  readonly token: string
}

const SECRET = createSecretKey(Buffer.from(FILES['hmac.secret'].trimEnd()))

export async function openForge(): Promise<TokenForge> {
  const client = await makeClientKey()
  const another = await makeClientKey()
  const stranger = await makeSigningKey('ES256', 'stranger')
  const keys = new Map<string, readonly SigningKey[]>()
  for (const [name, { algorithms, kid }] of Object.entries(ISSUERS)) {
    const made = algorithms
      .filter((alg) => alg !== 'HS256')
      .map((alg, at) => makeSigningKey(alg, at === 0 ? kid : `${kid}-${alg}`))
    keys.set(name, await Promise.all(made))
  }
  const keyOf = (owner: string, alg: string): SigningKey =>
    keys.get(owner)?.find((key) => key.alg === alg) ??
    keys.get(owner)?.find((key) => key.alg === 'RS256' && alg.startsWith('PS')) ??
    keys.get(owner)?.[0] ??
    stranger

  const make = (recipe: TokenRecipe): string => {
    if (recipe.text !== undefined) return recipe.text
    const name = recipe.issuer ?? 'main'
    const issuer = ISSUERS[name] ?? ISSUERS.main
    const alg = recipe.alg ?? issuer.algorithms[0]
    const signer = keyOf(recipe.signedBy ?? name, alg)
    const header = { typ: name === 'strict' ? 'at+jwt' : 'JWT', alg, kid: kidOf(alg, signer), ...recipe.header }
    const token = signTexts(
      withMore(withoutRemoved(header), recipe.again?.header),
      withMore(withoutRemoved(claimsOf(issuer.iss, recipe)), recipe.again?.claims).replaceAll(
        '{jkt}',
        client.thumbprint,
      ),
      alg,
      secretOr(signer, alg, recipe),
    )
    return recipe.mutation === undefined ? token : MUTATIONS[recipe.mutation](token)
  }
  const prove = ({ claims, header, key, signedBy, sent }: ProofRecipe, request: ProvenRequest): readonly string[] => {
    const removed = (members: object = {}) =>
      Object.fromEntries(
        Object.entries(members).map(([name, value]) => [name, value === REMOVED ? undefined : timeOr(value)]),
      )
    const draft = { claims: removed(claims), header: removed(header) }
    const owner = key === 'another' ? another : client
    const signer = signedBy === 'another' ? another : owner
    const proof = makeProof(owner, { ...request, now: NOW }, { ...draft, alg: 'ES256', signer })
    if (sent === 'joined') return [`${proof}, ${proof}`]
    if (sent === 'cut') return [proof.slice(0, proof.lastIndexOf('.'))]
    return sent === 'twice' ? [proof, proof] : [proof]
  }
  const introspected = JSON.parse(JSON.stringify(INTROSPECTED).replaceAll('{jkt}', client.thumbprint))
  return { make, prove, introspected, keySet: (issuer) => ({ keys: (keys.get(issuer) ?? []).map(({ jwk }) => jwk) }) }
}

/** The claims of a token that most routes take. */
function claimsOf(iss: string, recipe: TokenRecipe): Record<string, unknown> {
  const strict = recipe.issuer === 'strict'
  const scope =
    recipe.issuer === 'authentik'
      ? { 'mcp:read': true }
      : strict
        ? { permissions: ['mcp:read'] }
        : { scope: 'mcp:read' }
  return {
    iss,
    sub: 'alice',
    aud: ['https://api.example.com/mcp/kubernetes', 'conformance'],
    iat: NOW - 10,
    exp: NOW + 300,
    jti: 'token-1',
    ...scope,
    ...(strict ? { azp: 'claude' } : { client_id: 'claude' }),
    ...recipe.claims,
  }
}

function withoutRemoved(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(members).filter(([, value]) => value !== REMOVED && value !== undefined)
  return Object.fromEntries(kept.map(([name, value]) => [name, timeOr(value)]))
}

/** JSON in which these members come once more; which of the two counts is up to the reader (RFC 7519 §4). */
function withMore(members: Readonly<Record<string, unknown>>, more?: Readonly<Record<string, unknown>>) {
  const text = JSON.stringify(members)
  return more === undefined ? text : `${text.slice(0, -1)},${JSON.stringify(more).slice(1)}`
}

function timeOr(value: unknown): unknown {
  const isTime =
    typeof value === 'object' && value !== null && 'inSeconds' in value && typeof value.inSeconds === 'number'
  return isTime ? NOW + Number(value.inSeconds) : value
}

function kidOf(alg: string, signer: SigningKey): string | undefined {
  return alg.startsWith('HS') ? undefined : signer.kid
}

function secretOr(signer: SigningKey, alg: string, recipe: TokenRecipe): KeyObject | undefined {
  if (alg === 'none') return undefined
  if (recipe.signedBy === 'public half') {
    const pem = signer.publicKey.export({ type: 'spki', format: 'pem' })
    return createSecretKey(Buffer.from(pem))
  }
  if (recipe.signedBy === 'public JWK') {
    const { n, x } = signer.publicKey.export({ format: 'jwk' })
    return createSecretKey(Buffer.from(n ?? x ?? '', 'base64url'))
  }
  return alg.startsWith('HS') ? SECRET : signer.privateKey
}
