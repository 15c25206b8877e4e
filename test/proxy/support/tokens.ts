import type { FakeIssuer } from '../../support/fake-issuer.ts'
import type { TokenName } from './row.ts'

/** Mints a token of this kind for the suite's routes. */
export function mintToken(issuer: FakeIssuer, name: TokenName): string {
  return issuer.mint({ aud: 'application', scope: 'mcp:read', ...CLAIMS[name]() })
}

const CLAIMS: Readonly<Record<TokenName, () => Readonly<Record<string, unknown>>>> = {
  good: () => ({}),
  admin: () => ({ scope: 'mcp:read mcp:admin' }),
  expired: () => ({ exp: Math.floor(Date.now() / 1000) - 60 }),
  'without scope': () => ({ scope: 'other' }),
  'for another audience': () => ({ aud: 'another' }),
  // What Entra and Keycloak make of a user in many groups; nothing of it becomes a header.
  '20 KB': () => ({ permissions: Array.from({ length: 480 }, (_, at) => `permission-number-${at}-of-many`) }),
  'with 5 KB of scopes': () => ({
    scope: `mcp:read${Array.from({ length: 180 }, (_, at) => ` a-scope-with-a-long-name-${at}`).join('')}`,
  }),
}
