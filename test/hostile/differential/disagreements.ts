import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import type { Keys } from './token-draft.ts'

export type Verifier = 'forwardgate' | 'oauth4webapi' | 'jsonwebtoken'

/** One kind of token that one verifier refuses and another takes, and why that is right. */
export interface Disagreement {
  readonly token: string
  readonly refusedBy: Verifier
  /** What the refuser says. */
  readonly words: RegExp
  /** What else has to be true of the token, if the words alone could hide something worse. */
  readonly besides?: (token: string, jwks: Keys['jwks']) => boolean
  readonly why: string
}

/** Every disagreement with us. Where we are the one that takes a token, the why must say what makes that safe. */
export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    token: '`typ` is `JWT`, or missing',
    refusedBy: 'oauth4webapi',
    words: /^unexpected JWT "typ" header parameter value/,
    why: 'few providers issue `at+jwt` (RFC 9068 §2.1); `requireTyp: at+jwt` requires it',
  },
  {
    token: 'no `sub`',
    refusedBy: 'oauth4webapi',
    words: /^JWT "sub" \(subject\) claim missing/,
    why: 'RFC 9068 §2.2 wants it, RFC 7519 §4.1.2 does not; the identity header is empty',
  },
  {
    token: 'no `jti`',
    refusedBy: 'oauth4webapi',
    words: /^JWT "jti" \(jwt id\) claim missing/,
    why: 'many providers leave it out; such a token can be revoked by subject, client or time',
  },
  {
    token: 'no `iat`',
    refusedBy: 'oauth4webapi',
    words: /^JWT "iat" \(issued at\) claim missing/,
    why: 'only `exp` bounds a token; without `iat` its life counts from now, and `issuedBefore` takes it for older',
  },
  {
    token: 'no `client_id`',
    refusedBy: 'oauth4webapi',
    words: /^JWT "client_id" \(client id\) claim missing/,
    why: 'many providers say `azp` or `cid`; where `clientIds` is configured a client is needed',
  },
  {
    token: 'an optional claim that is `null`',
    refusedBy: 'oauth4webapi',
    words: /^unexpected JWT "\w+"(?: \([a-z ]+\))? claim (?:type|value)/,
    besides: hasNull,
    why: 'several issuers write every claim that they know; null is absent, and what requires the claim refuses it',
  },
  {
    token: 'an optional time that is `null`',
    refusedBy: 'jsonwebtoken',
    words: /^invalid (?:nbf|iat)/,
    besides: hasNull,
    why: 'the same',
  },
  {
    token: '`EdDSA` with a key called `Ed25519`, or the other way round',
    refusedBy: 'oauth4webapi',
    words: /(?:no applicable keys found|signature verification failed) \(alg (?:EdDSA|Ed25519), kid \w+\)$/,
    besides: isSignedByEd25519,
    why: 'RFC 9864 gave the one algorithm a second name',
  },
  {
    token: 'no `kid`, several keys fit',
    refusedBy: 'oauth4webapi',
    words: /multiple applicable keys found.* \(alg [RP]S\d+, kid undefined\)$/,
    why: 'a `kid` is optional (RFC 7515 §4.1.4); each of at most 16 keys of the issuer that fit is tried',
  },
  {
    token: 'no `kid`',
    refusedBy: 'jsonwebtoken',
    words: /no key of this kid \(alg \w+, kid undefined\)$/,
    why: 'a `kid` is optional; this library leaves finding the key to its caller, which here goes by the `kid`',
  },
  {
    token: '`EdDSA` and `Ed25519`',
    refusedBy: 'jsonwebtoken',
    words: /^invalid algorithm \(alg (?:EdDSA|Ed25519), /,
    why: 'the library does not know the algorithm (RFC 8037 §3.1)',
  },
  {
    token: 'another type of token by its `typ`, in header or payload',
    refusedBy: 'forwardgate',
    words: /^(?:token_type_not_allowed|token_malformed: typ is not a string)/,
    why: 'ID, refresh, logout and proof tokens are signed with the same keys (RFC 8725 §3.11)',
  },
  {
    token: '`crit` or `b64` in the header',
    refusedBy: 'forwardgate',
    words: /^token_malformed: the header asks for an extension/,
    why: 'what is critical must be understood (RFC 7515 §4.1.11), and a JWT has no `b64` (RFC 7797 §7)',
  },
  {
    token: 'a byte order mark, or bytes that are not UTF-8',
    refusedBy: 'forwardgate',
    words: /^token_malformed: the (?:header|payload) is not a JSON object/,
    why: 'two readers would see two texts (RFC 7519 §7.2, RFC 8725 §3.7)',
  },
  {
    token: 'a header or payload nested deeper than 32 levels',
    refusedBy: 'forwardgate',
    words: /^token_malformed: the (?:header|payload) is nested too deep/,
    why: 'a program that writes it as JSON again runs out of stack',
  },
  {
    token: 'a list in `aud` with anything but text',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: aud is neither/,
    why: 'RFC 7519 §4.1.3: strings only',
  },
  {
    token: 'no `exp`',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: exp is missing/,
    why: 'it would be valid forever (RFC 9068 §2.2)',
  },
  {
    token: '`exp`, `nbf` or `iat` that is not a finite number',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: (?:exp|nbf|iat) is not a finite number/,
    why: 'JSON holds `1e400`, which readers take for infinity (RFC 7519 §2)',
  },
  {
    token: '`exp`, `nbf` or `iat` in milliseconds',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: (?:exp|nbf|iat) is in milliseconds/,
    why: 'such a token would be valid for 50,000 years',
  },
  {
    token: '`iat` in the future',
    refusedBy: 'forwardgate',
    words: /^token_not_yet_valid: iat/,
    why: 'a wrong clock, or a token made in advance',
  },
  {
    token: '`sub` or `jti` that is not text',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: (?:sub|jti) is not a string/,
    why: 'RFC 7519 §4.1.2 and §4.1.7; they become a header, and are compared with revocations',
  },
  {
    token: 'a claim for client or scopes of another type',
    refusedBy: 'forwardgate',
    words: /^claim_invalid: (?:client_id|azp|scope|scp) is n/,
    why: 'RFC 8693 §4.2 and §4.3; access hangs on them',
  },
  {
    token: '`cnf`, sent as `Bearer`',
    refusedBy: 'forwardgate',
    words: /^(?:claim_invalid: cnf|token_bound)/,
    why: 'it requires a proof (RFC 7800 §3)',
  },
  {
    token: 'longer than 32 KiB, or an identity above 8 KiB',
    refusedBy: 'forwardgate',
    words: /^(?:token_too_large|identity_too_large)/,
    why: 'backends refuse headers of this size in ways that are hard to diagnose',
  },
  {
    token: 'an algorithm that the JWK does not name',
    refusedBy: 'forwardgate',
    words: /^key_unknown/,
    why: 'a key is for the algorithm in its `alg` (RFC 7517 §4.4, RFC 8725 §3.1); this library is given the bare key',
  },
  {
    token: 'a signature in a second spelling',
    refusedBy: 'forwardgate',
    words: /^token_malformed: the signature is not canonical/,
    why: 'one signature must have one token, or what is kept by hash is evaded (RFC 7515 §2)',
  },
  {
    token: 'padding, or the other alphabet of base64',
    refusedBy: 'forwardgate',
    // Opaque is what does not even begin like a token.
    words: /^(?:token_malformed: it does not have the three base64url segments|token_opaque)/,
    why: 'RFC 7515 §2: neither exists in a token',
  },
  {
    token: 'a blank or a line break in the token, or a word after it',
    refusedBy: 'forwardgate',
    words: /^credentials_malformed: the token has characters outside/,
    why: 'RFC 6750 §2.1; the backend may read another token',
  },
  {
    token: 'a tab after the scheme',
    refusedBy: 'forwardgate',
    words: /^credentials_malformed: no space after Bearer/,
    why: 'RFC 6750 §2.1: spaces, and nothing else',
  },
  {
    token: 'another scheme, or none',
    refusedBy: 'forwardgate',
    words: /^credentials_missing/,
    why: 'only a bearer token is asked for (RFC 6750 §2.1); this library never sees the scheme',
  },
]

/** Whether one of the issuer's two Ed25519 keys made the signature: RFC 8032 leaves no doubt about it. */
function hasNull(token: string): boolean {
  return Object.values(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).includes(null)
}

function isSignedByEd25519(token: string, jwks: Keys['jwks']): boolean {
  const at = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(at + 1), 'base64url')
  return jwks
    .filter((jwk) => jwk['crv'] === 'Ed25519')
    .some((jwk) =>
      verify(
        null,
        Buffer.from(token.slice(0, at)),
        createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }),
        signature,
      ),
    )
}
