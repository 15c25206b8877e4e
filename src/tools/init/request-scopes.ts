import { OIDC_WORDS } from '../../config/compile/compile-requirement.ts'
import type { SampleToken } from './sample-token.ts'

/** Which claims a scope brings (OIDC Core §5.4; `groups` by custom). */
const BROUGHT: ReadonlyMap<string, readonly string[]> = new Map([
  ['profile', ['name', 'given_name', 'family_name', 'nickname', 'preferred_username']],
  ['email', ['email']],
  ['phone', ['phone_number']],
  ['address', ['address']],
  ['groups', ['groups']],
])

/**
 * What clients must request to get tokens like the sample: `openid`, the scopes that brought its claims, and the required
 * ones; the first two only if the issuer knows them, as one that it does not know ends the login (RFC 6749 §4.1.2.1).
 * Never `offline_access`: how long a login lasts is between client and issuer.
 */
export function scopesToRequest(
  sample: SampleToken | undefined,
  offered: readonly string[],
  required: readonly string[],
): readonly string[] {
  const granted = (sample?.granted ?? []).filter((scope) => OIDC_WORDS.has(scope))
  const known = new Set(
    ['openid', ...offered, ...granted].filter((scope) => offered.includes(scope) || granted.includes(scope)),
  )
  known.delete('offline_access')
  const claims = new Set(sample?.claims)
  // Authentik has no such scope: its `profile` brings the groups.
  const ofProfile = known.has('groups') ? [] : ['groups']
  const brings = (scope: string) => [...(BROUGHT.get(scope) ?? []), ...(scope === 'profile' ? ofProfile : [])]
  const wanted = [...known].filter(
    (scope) => scope === 'openid' || granted.includes(scope) || brings(scope).some((claim) => claims.has(claim)),
  )
  return [...new Set([...wanted, ...required])]
}
