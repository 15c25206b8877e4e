import type { Issuer } from '../../config/model.ts'
import { issuersOf } from '../../decision/token/assessed-token.ts'
import type { Claims } from '../../decision/token/claims.ts'
import { findUnknownWords } from '../../decision/token/token-kind.ts'
import type { Described } from './describe.ts'
import { opaqueTokenIssuer, type Seen, unverifiedTokenOf } from './seen.ts'
import { listed, shown } from './values.ts'

/** Of a payload with many odd words, the first are enough. */
const MAX_WORDS_SHOWN = 5

type TokenStep = 'token' | 'issuer' | 'algorithm' | 'key' | 'signature' | 'token type' | 'token claims'

/** What the steps about the token itself have seen, where they passed. */
export function describeToken(step: TokenStep, seen: Seen): Described {
  const { decision, readings } = seen
  const vouching = opaqueTokenIssuer(seen)
  if (vouching !== undefined) return describeOpaque(step, vouching, decision.token?.claims)
  const unverified = unverifiedTokenOf(seen.call, seen.decision.route)
  const candidates = issuersOf(decision.route?.accept ?? []).filter(({ issuer }) => issuer === unverified?.issuer)
  const issuer = decision.issuer ?? candidates[0]
  const name = `issuers.${issuer?.name}`
  switch (step) {
    case 'token': {
      const kid = unverified?.keyId === undefined ? 'no kid' : `kid ${shown(unverified.keyId)}`
      return {
        detail: `a signed JWT: alg ${shown(unverified?.algorithm)}, ${kid}, typ ${shown(unverified?.type ?? 'none')}`,
      }
    }
    case 'issuer':
      return {
        detail: `${shown(unverified?.issuer)} is ${candidates.map((one) => `issuers.${one.name}`).join(' and ')}`,
      }
    case 'algorithm':
      return { detail: `${shown(unverified?.algorithm)}, one of ${listed(issuer?.algorithms ?? [])}` }
    case 'key': {
      const key = decision.token?.validity
      const keys = readings.get(issuer?.name ?? '')?.keys
      const many = keys === undefined ? '' : ` (${keys} in its set)`
      if (key === undefined || !('kid' in key)) return { detail: `${name} has one that fits${many}` }
      return { detail: `${key.kid === undefined ? 'a key without kid' : `kid ${shown(key.kid)}`} of ${name}${many}` }
    }
    case 'signature':
      return { detail: `holds with a key of ${name}` }
    case 'token type':
      return {
        detail: `${shown(unverified?.type ?? 'none')}${unknownWords(decision.token?.claims ?? unverified?.payload)}`,
        expected: issuer?.requireTyp ?? 'JWT or at+jwt or none',
        actual: unverified?.type ?? 'none',
      }
    case 'token claims':
      return { detail: 'exp is there, and the claims that are read are of the right types' }
  }
}

/** `algorithm`, `key` and `signature` are steps of a JWT only. */
function describeOpaque(step: TokenStep, { name, keys }: Issuer, claims: Claims | undefined): Described {
  if (step === 'token type') return { detail: `what its issuer says of it is no other kind${unknownWords(claims)}` }
  if (step === 'issuer') return { detail: `issuers.${name}` }
  if (step === 'token claims') return { detail: 'exp is there, and the claims that are read are of the right types' }
  return { detail: `no JWT; ${keys.kind === 'tokensFile' ? 'its hash is in the tokens file' : 'its issuer was asked'}` }
}

/** Words about its kind that the gate does not know and passes over; the reader may know better. */
function unknownWords(claims: Claims | undefined): string {
  const words = findUnknownWords(claims ?? {}).slice(0, MAX_WORDS_SHOWN)
  return words.length === 0 ? '' : `; in the payload, not known here: ${words.join(', ')}`
}
