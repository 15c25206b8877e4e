import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Route } from '../config/model.ts'
import type { AssessedToken, Assessment, AssessToken } from '../decision/token/assessed-token.ts'

/** `hit`: seen before. `miss`: verified now. `refused`: a bad signature that is remembered. */
export type LookupResult = 'hit' | 'miss' | 'refused'

export interface TokenCacheOptions {
  /** Most results kept; a token used on two routes has two. */
  readonly entries: number
  /** Most bytes kept, estimated. */
  readonly bytes: number
  /** Finds out about a token that is not kept. */
  readonly assess: (token: string, route: Route) => Promise<Assessment>
  readonly onLookup: (result: LookupResult) => void
}

export interface TokenCache {
  readonly assessToken: AssessToken
  readonly size: () => number
}

const REFUSED_ENTRIES = 1_000
const REFUSED_FOR_MS = 5_000
/** Objects and hash of one entry beside its claims; a usual token takes 1,650 bytes of heap in all. */
const BYTES_BESIDE_CLAIMS = 1_200

/**
 * Keeps what was found out about a token for one configuration: make a new one for the next. A result belongs to one
 * token (its full SHA-256, never the token itself), one route and one validity; it ends with that: when a key leaves its set.
 * Time is not judged here, so that expiry is checked on every hit. Concurrent first uses verify once.
 * Of failures only those are remembered, briefly, that nothing but the token can change: a bad signature, what its issuer
 * vouched for and no token should say, and that it is not active. A lack of keys or of an answer must heal immediately.
 */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { assess, onLookup } = options
  const seen = new LRUCache<string, AssessedToken>({ max: options.entries, maxSize: options.bytes })
  const refused = new LRUCache<string, Assessment>({ max: REFUSED_ENTRIES, ttl: REFUSED_FOR_MS })
  const underWay = new Map<string, Promise<Assessment>>()

  const remember = async (key: string, token: string, found: Promise<Assessment>): Promise<Assessment> => {
    try {
      const assessment = await found
      if (assessment.ok) seen.set(key, assessment, { size: sizeOf(token, assessment) })
      else if (isRemembered(assessment)) refused.set(key, assessment)
      return assessment
    } finally {
      underWay.delete(key)
    }
  }

  const assessToken: AssessToken = (token, route) => {
    const key = `${hash('sha256', token, 'base64url')}${route.name}`
    const known = seen.get(key)
    if (known?.token.validity.live === true) {
      onLookup('hit')
      return known
    }
    if (known !== undefined) seen.delete(key)
    const bad = refused.get(key)
    if (bad !== undefined) {
      onLookup('refused')
      return bad
    }
    onLookup('miss')
    const shared = underWay.get(key)
    if (shared !== undefined) return shared
    const later = remember(key, token, assess(token, route))
    underWay.set(key, later)
    return later
  }

  return { assessToken, size: () => seen.size }
}

function isRemembered(refusal: Exclude<Assessment, AssessedToken>): boolean {
  const { reason } = refusal.denial
  return reason === 'signature_invalid' || reason === 'token_revoked' || refusal.issuer !== undefined
}

/** The token itself is not kept. Its claims are, as objects and once more in headers: up to four times their text. */
function sizeOf(token: string, { form, token: { claims } }: AssessedToken): number {
  // Between its dots a JWT has four characters for three of the claims, so its text need not be made again.
  const text = form === 'jwt' ? (token.lastIndexOf('.') - token.indexOf('.')) * 3 : JSON.stringify(claims).length * 4
  return text + BYTES_BESIDE_CLAIMS
}
