import { createSecretKey, type KeyObject } from 'node:crypto'
import { NOW } from '../../conformance/configuration.ts'
import { makeSigningKey, type SigningKey, signTexts } from '../../support/fake-issuer-keys.ts'

export const ISSUER = 'https://id.example.com/main'
export const AUDIENCE = 'conformance'

/** The algorithms of generated tokens; the issuer has one key for each, named by it. */
export const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const

/** A member that is taken away. */
export const GONE = Symbol('gone')

/** One thing that is done to a token on its way from a good one. */
export interface Change {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** What is done to the JSON before it is signed. */
  readonly headerText?: (json: string) => string
  readonly payloadText?: (json: string) => string | Buffer
  /** Whose key signs: that of another algorithm, a stranger's, or the public half of an RSA key as a secret. */
  readonly key?: string
  /** The algorithm of the signature, where it is not that of the token. */
  readonly signedAs?: string
  /** What is done to the signed token. */
  readonly text?: (token: string, alg: string) => string
  /** The whole of the Authorization field. */
  readonly credentials?: (token: string) => string
}

export interface Keys {
  /** What the issuer publishes. */
  readonly jwks: readonly Record<string, unknown>[]
  /** Signs whatever the changes make of a good token of this algorithm. */
  readonly make: (alg: string, changes: readonly Change[]) => string
}

/** Makes every key once. `loose` is an RSA key whose JWK does not say for which algorithm. */
export async function openKeys(): Promise<Keys> {
  const own = await Promise.all([
    ...ALGORITHMS.map((alg) => makeSigningKey(alg, alg)),
    makeSigningKey('RS256', 'loose'),
  ])
  const strangers = await Promise.all(ALGORITHMS.map((alg) => makeSigningKey(alg, `stranger ${alg}`)))
  const keys = new Map([...own, ...strangers].map((key) => [key.kid, key]))
  const rsa = keys.get('RS256') as SigningKey
  const secrets = new Map<string, KeyObject>([
    ['PEM as secret', createSecretKey(Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' })))],
    ['modulus as secret', createSecretKey(Buffer.from(String(rsa.jwk['n'])))],
    ['empty secret', createSecretKey(Buffer.alloc(1))],
  ])
  const make = (alg: string, changes: readonly Change[]): string => {
    const header = without({ typ: 'at+jwt', alg, kid: alg, ...merged(changes, 'header') })
    const claims = without({ ...GOOD, ...merged(changes, 'claims') })
    let headerText = JSON.stringify(header)
    let payloadText: string | Buffer = JSON.stringify(claims)
    for (const change of changes) {
      headerText = change.headerText?.(headerText) ?? headerText
      if (change.payloadText !== undefined) payloadText = change.payloadText(payloadText.toString())
    }
    const signer = changes.findLast((change) => change.key !== undefined || change.signedAs !== undefined)
    const signedAs = signer?.signedAs ?? alg
    const named = signer?.key ?? signedAs
    const name = named === 'stranger' ? `stranger ${ALGORITHMS.includes(signedAs as never) ? signedAs : alg}` : named
    const key = secrets.get(name) ?? keys.get(name)?.privateKey
    const token = signTexts(headerText, payloadText, signedAs, signedAs === 'none' ? undefined : key)
    return changes.reduce((text, change) => change.text?.(text, alg) ?? text, token)
  }
  const jwks = own.map(({ kid, jwk }) => {
    const { alg, ...others } = jwk
    return kid === 'loose' ? others : { ...others, alg }
  })
  return { jwks, make }
}

const GOOD = {
  iss: ISSUER,
  sub: 'alice',
  aud: AUDIENCE,
  iat: NOW - 10,
  exp: NOW + 300,
  jti: 'token-1',
  client_id: 'claude',
  scope: 'mcp:read',
}

function merged(changes: readonly Change[], part: 'header' | 'claims'): Record<string, unknown> {
  return Object.assign({}, ...changes.map((change) => change[part]))
}

function without(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== GONE))
}
