import type { FakeIssuer } from '../../support/fake-issuer.ts'
import { RESOURCE } from '../../support/service.ts'
import type { Signer, Signers } from './signers.ts'

/** What is asked, and every answer that is right at this moment. */
export interface Question {
  readonly kind: string
  readonly route: string
  readonly token: string | undefined
  /** Such as `200` or `401 token_expired`. */
  readonly right: readonly string[]
}

/** The moment of a question, in milliseconds of the soak. */
export interface Moment {
  readonly now: number
  /** Whether the issuer is down, or was a moment ago. */
  readonly troubled: boolean
  /** Whether it is down now. */
  readonly down: boolean
  readonly outageFrom: number
}

const COOL_DOWN_MS = 11_000
const UNAVAILABLE = '503 keys_unavailable'
/** A withdrawn key is gone with the next fetch, which an unknown kid causes after its cool-down at the latest. */
const WITHDRAWN_SEEN_MS = 15_000

/** Turns through every kind of question, good ones most. */
export function createQuestions(issuer: FakeIssuer, signers: Signers): (at: number, moment: Moment) => Question {
  let kept: { readonly token: string; readonly signer: Signer; readonly since: number } | undefined
  const mint = (signer: Signer, claims: Readonly<Record<string, unknown>> = {}) =>
    issuer.mint(
      { aud: RESOURCE, scope: 'mcp:read', ...claims },
      { kid: signer.key.kid, key: signer.key.privateKey, alg: signer.key.alg },
    )

  /** Also right while the key cannot be known: it was published when the issuer was down, or after the last look. */
  const orUnavailable = (signer: Signer, { troubled, outageFrom }: Moment, right: string): readonly string[] =>
    troubled && signer.publishedAt >= outageFrom - COOL_DOWN_MS ? [right, UNAVAILABLE] : [right]

  return (at, moment) => {
    const { now, troubled } = moment
    const signer = signers.current(now)
    const good = (kind: string, token: string, by = signer): Question => ({
      kind,
      route: 'api',
      token,
      right: orUnavailable(by, moment, '200'),
    })
    const bad = (kind: string, claims: Readonly<Record<string, unknown>>, right: string): Question => ({
      kind,
      route: 'api',
      token: mint(signer, claims),
      right: orUnavailable(signer, moment, right),
    })
    switch (at % 20) {
      case 0:
        return { kind: 'no token', route: 'api', token: undefined, right: ['401 credentials_missing'] }
      case 1:
        return bad('expired', { exp: Math.floor(Date.now() / 1000) - 60 }, '401 token_expired')
      case 2:
        return bad('wrong audience', { aud: 'https://api.example.com/other' }, '401 audience_mismatch')
      case 3:
        return bad('missing scope', { scope: 'mcp:none' }, '403 scope_insufficient')
      case 4:
        return { kind: 'unknown route', route: 'nowhere', token: undefined, right: ['403 route_unknown'] }
      case 5:
        // Once in a while only, so that its fetches add no load.
        if (at % 100 !== 5) break
        return {
          kind: 'unknown kid',
          route: 'api',
          token: issuer.mint({ aud: RESOURCE }, { kid: `made-up-${at}` }),
          // Within a cool-down, only the next fetch shows whether there is such a key.
          right: ['401 key_unknown', UNAVAILABLE],
        }
      case 6: {
        const gone = signers.withdrawn()
        if (gone?.withdrawnAt === undefined) break
        const seen = now - gone.withdrawnAt > WITHDRAWN_SEEN_MS
        const right = troubled
          ? ['200', '401 key_unknown', UNAVAILABLE]
          : seen
            ? ['401 key_unknown']
            : ['200', '401 key_unknown']
        return { kind: 'withdrawn key', route: 'api', token: mint(gone), right }
      }
      case 7:
        return { ...bad('bad signature', {}, '401 signature_invalid'), token: tampered(mint(signer)) }
      case 8: {
        const held = moment.down ? signers.publishedBefore(outageStart(moment)) : undefined
        if (held === undefined) break
        return { kind: 'key at hand, issuer down', route: 'api', token: mint(held), right: ['200'] }
      }
      default:
        break
    }
    if (at % 2 === 0) return good('new token', mint(signer))
    // Kept for a while, as clients do, but not past the life of its key.
    if (kept === undefined || now - kept.since > 8000) kept = { token: mint(signer), signer, since: now }
    return good('token seen before', kept.token, kept.signer)
  }
}

/** What was published before was seen before. */
function outageStart({ outageFrom }: Moment): number {
  return outageFrom - COOL_DOWN_MS
}

function tampered(token: string): string {
  return `${token.slice(0, token.lastIndexOf('.') + 1)}${'A'.repeat(86)}`
}
