import { hash, type webcrypto } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'

/** One request with a bound token; what the conformance repository of MCP wants of a server. */
export interface DpopCase {
  readonly name: string
  readonly wanted: 'accepted' | 'refused'
  /** Where the gate answers otherwise: what, and why. */
  readonly differs?: string
  readonly proof: (given: Given) => Promise<string | undefined>
}

/** The request, its token, the key that the token is bound to, and another one. */
export interface Given {
  readonly resource: string
  readonly token: string
  readonly key: webcrypto.CryptoKeyPair
  readonly other: webcrypto.CryptoKeyPair
}

/** Members of claims and header that differ from those of a good proof; undefined leaves one out. */
interface Change {
  readonly claims?: (given: Given) => Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly by?: 'other' | 'secret'
}

const refused = (name: string, change: Change, differs?: string): DpopCase => ({
  name,
  wanted: 'refused',
  proof: (given) => make(given, change),
  ...(differs === undefined ? {} : { differs }),
})

/**
 * The cases of `dpopResourceAuth.test.ts` in the conformance repository of MCP (0.2.0-alpha.11), by their names there: the
 * suite has them for its own middleware, and runs none against a server.
 */
export const DPOP_CASES: readonly DpopCase[] = [
  { name: 'accepts a valid proof bound to the presented token', wanted: 'accepted', proof: (given) => make(given) },
  {
    name: 'accepts an htu that differs only by normalization (trailing slash)',
    wanted: 'accepted',
    differs: 'refused: to RFC 3986 §6.2.3 only an empty path is the same with a slash',
    proof: (given) => make(given, { claims: ({ resource }) => ({ htu: `${resource}/` }) }),
  },
  { name: 'rejects a missing proof', wanted: 'refused', proof: async () => undefined },
  refused('rejects a wrong typ', { header: { typ: 'jwt' } }),
  refused('rejects a symmetric algorithm', { header: { alg: 'HS256' }, by: 'secret' }),
  refused('rejects a private key embedded in the jwk header', { header: { d: 'cHJpdmF0ZQ' } }),
  {
    name: 'rejects a tampered signature',
    wanted: 'refused',
    proof: async (given) =>
      (await make(given)).replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`),
  },
  refused('rejects a missing jti', { claims: () => ({ jti: undefined }) }),
  refused('rejects an htm that does not match the request method', { claims: () => ({ htm: 'GET' }) }),
  refused('rejects an htu that does not match the request URI', {
    claims: () => ({ htu: 'https://elsewhere.example.org/mcp' }),
  }),
  refused('rejects a stale iat', { claims: () => ({ iat: Math.floor(Date.now() / 1000) - 3600 }) }),
  refused('rejects a wrong ath', { claims: () => ({ ath: 'not-the-token-hash' }) }),
  refused('rejects a token bound to a different key (cnf.jkt mismatch)', { by: 'other' }),
  refused(
    'rejects an htu containing a query string (RFC 9449 §4.2)',
    { claims: ({ resource }) => ({ htu: `${resource}?x=1` }) },
    'accepted: RFC 9449 §4.3 compares htu "ignoring any query and fragment parts"',
  ),
  refused(
    'rejects an htu containing a fragment (RFC 9449 §4.2)',
    { claims: ({ resource }) => ({ htu: `${resource}#frag` }) },
    'accepted: likewise',
  ),
  {
    name: 'rejects two comma-joined proofs — multiple DPoP headers (RFC 9449 §4.2)',
    wanted: 'refused',
    proof: async (given) => `${await make(given)}, ${await make(given)}`,
  },
]

async function make(given: Given, { claims, header = {}, by }: Change = {}): Promise<string> {
  const { resource, token, key, other } = given
  const pair = by === 'other' ? other : key
  const { d, ...fields } = header
  const jwk = { ...(await exportJWK(pair.publicKey)), ...(d === undefined ? {} : { d: String(d) }) }
  const usual = { jti: crypto.randomUUID(), htm: 'POST', htu: resource, iat: Math.floor(Date.now() / 1000) }
  return new SignJWT({ ...usual, ath: hash('sha256', token, 'base64url'), ...claims?.(given) })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...fields })
    .sign(by === 'secret' ? new TextEncoder().encode('a secret of more than thirty-two bytes') : pair.privateKey)
}
