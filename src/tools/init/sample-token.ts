import { OIDC_WORDS } from '../../config/compile/compile-requirement.ts'
import { quote } from '../../config/problem.ts'
import { own } from '../../decision/token/claims.ts'
import { checkConfirmation } from '../../decision/token/token-claims.ts'
import { findOtherKind } from '../../decision/token/token-kind.ts'
import { parseUnverifiedToken } from '../../decision/token/unverified-token.ts'
import type { Refused } from '../frame/input.ts'

/** What a sample token shows of its issuer's habits. Nothing of it is verified. */
export interface SampleToken {
  readonly audience: readonly string[]
  readonly client: string | undefined
  /** Without the words of OpenID Connect. */
  readonly scopes: readonly string[]
  /** All that a claim names as granted, the words of OpenID Connect too. */
  readonly granted: readonly string[]
  /** Names of its claims. */
  readonly claims: readonly string[]
  /** What clients must put before a scope when they request it (Entra ID). */
  readonly scopePrefix: string | undefined
  /** Their form: a text or list, or each a claim of its own. */
  readonly scopeShape: 'scope' | 'scp' | 'boolean claims' | undefined
  readonly groups: readonly string[]
  /** Whether it works only with a proof by a key of its client (DPoP). */
  readonly bound: boolean
  /** Seconds from iat to exp. */
  readonly lifetime: number | undefined
}

type Read = { readonly ok: true; readonly sample: SampleToken } | Refused

const CLIENT_CLAIMS = ['client_id', 'azp', 'cid', 'appid']

/** Reads a token for its claims; says what is wrong with it, and never shows it. */
export function readSampleToken(text: string, issuer: string): Read {
  const parsed = parseUnverifiedToken(text.trim().replace(/^(?:Bearer|DPoP) +/i, ''))
  if (!parsed.ok) {
    return parsed.denial.reason === 'token_opaque'
      ? refuse(
          'token-opaque',
          'is not a signed JWT that can be read',
          'ask the issuer for a JWT access token: at many providers by asking for an audience or a resource',
        )
      : refuse('token-malformed', 'is not an access token', 'put the access token alone into the file')
  }
  const { algorithm, issuer: named, payload } = parsed.token
  const kind = findOtherKind(payload, ['access'])
  if (kind !== undefined) {
    return refuse(
      'token-kind',
      `is an ID, refresh or logout token: ${kind} in its payload`,
      'put the access token into the file (access_token in the answer of the token endpoint)',
    )
  }
  if (algorithm.startsWith('HS')) {
    return refuse(
      'token-algorithm',
      `is signed with ${algorithm}, a shared secret`,
      'let the issuer sign with a key pair (Authentik: select a signing key in the provider)',
    )
  }
  if (named !== issuer) {
    const slash = named !== undefined && (named === `${issuer}/` || `${named}/` === issuer)
    const how = slash ? ' only by a trailing slash' : ''
    return refuse(
      'token-issuer',
      `has the issuer ${quote(named ?? null)}, which differs from ${quote(issuer)}${how}`,
      'give init the issuer as the token has it, or a token of this issuer',
    )
  }
  const confirmation = own(payload, 'cnf')
  const unusable = checkConfirmation(confirmation)
  if (unusable !== undefined) {
    return refuse(
      'token-bound',
      `has a cnf that ${unusable.problem}`,
      'have the issuer bind its tokens by DPoP (cnf.jkt), or not at all',
    )
  }
  const { exp, iat } = payload
  return {
    ok: true,
    sample: {
      audience: texts(payload['aud']),
      client: CLIENT_CLAIMS.map((claim) => payload[claim]).find((value) => typeof value === 'string'),
      ...scopesOf(payload),
      claims: Object.entries(payload).flatMap(([claim, value]) => (value === null ? [] : [claim])),
      scopePrefix: scopePrefixOf(payload),
      groups: texts(payload['groups']),
      bound: confirmation !== undefined,
      lifetime: typeof exp === 'number' && typeof iat === 'number' && exp > iat ? exp - iat : undefined,
    },
  }
}

function scopesOf(payload: Readonly<Record<string, unknown>>): Pick<SampleToken, 'scopes' | 'granted' | 'scopeShape'> {
  for (const claim of ['scope', 'scp'] as const) {
    const value = payload[claim]
    const found = typeof value === 'string' ? value.split(' ') : texts(value)
    if (value !== undefined) return { scopeShape: claim, granted: found, scopes: found.filter(isScope) }
  }
  // Authentik: a granted scope is a claim of its own.
  const flags = Object.entries(payload).flatMap(([claim, value]) =>
    value === true && /[:.]/.test(claim) ? [claim] : [],
  )
  return { scopeShape: flags.length > 0 ? 'boolean claims' : undefined, granted: [], scopes: flags.filter(isScope) }
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Entra ID writes short scopes into tokens, and wants them behind the URI of the application. */
function scopePrefixOf({ tid, ver, aud, scp }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof tid !== 'string' || typeof ver !== 'string' || typeof scp !== 'string' || typeof aud !== 'string')
    return undefined
  if (GUID.test(aud)) return `api://${aud}/`
  return /^api:\/\/[\w./-]+$/.test(aud) ? `${aud}/` : undefined
}

function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text) && !OIDC_WORDS.has(text)
}

/** A text or a list of texts; what does not fit on one line is left out. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list
    .filter((item) => typeof item === 'string')
    .filter((item) => item.trim() === item && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(item))
}

function refuse(id: string, what: string, fix: string): Read {
  return { ok: false, finding: { severity: 'error', id, what: `the sample token ${what}`, path: '', fix } }
}
