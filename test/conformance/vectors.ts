import { FAMILIES } from '../hostile/corpus/families.ts'
import type { Vector } from './vector.ts'
import { ACCEPT } from './vectors/accept.ts'
import { ALGORITHM } from './vectors/algorithm.ts'
import { ANONYMOUS_OBSERVE } from './vectors/anonymous-observe.ts'
import { AUDIENCE } from './vectors/audience.ts'
import { AUTHENTICATION } from './vectors/authentication.ts'
import { CHALLENGE } from './vectors/challenge.ts'
import { CLAIM_RULES } from './vectors/claim-rules.ts'
import { CLAIMS } from './vectors/claims.ts'
import { CLIENT } from './vectors/client.ts'
import { CREDENTIALS } from './vectors/credentials.ts'
import { FORWARDED_REQUEST } from './vectors/forwarded-request.ts'
import { IDENTITY_HEADERS } from './vectors/identity-headers.ts'
import { INTROSPECTION } from './vectors/introspection.ts'
import { ISSUER_KEYS } from './vectors/issuer-keys.ts'
import { MCP } from './vectors/mcp.ts'
import { MCP_BODY } from './vectors/mcp-body.ts'
import { MCP_REFUSAL } from './vectors/mcp-refusal.ts'
import { ORIGIN_PREFLIGHT } from './vectors/origin-preflight.ts'
import { OTHERS } from './vectors/other-providers.ts'
import { PROOF } from './vectors/proof.ts'
import { PROVIDERS } from './vectors/providers.ts'
import { REAL_TOKENS } from './vectors/real-tokens.ts'
import { REVOCATION } from './vectors/revocation.ts'
import { ROUTE } from './vectors/route.ts'
import { RULES } from './vectors/rules.ts'
import { SCOPES } from './vectors/scopes.ts'
import { SPIFFE } from './vectors/spiffe.ts'
import { STATIC_TOKENS } from './vectors/static-tokens.ts'
import { TIME } from './vectors/time.ts'
import { TOKEN_FORM } from './vectors/token-form.ts'
import { TOKEN_KIND } from './vectors/token-kind.ts'
import { TOKEN_SOURCE } from './vectors/token-source.ts'
import { UPSTREAM_AUTHORIZATION } from './vectors/upstream-authorization.ts'

/** The requests of the corpus of attacks, each tagged with its attack. */
const ATTACKING = FAMILIES.map(({ title, attacks }): readonly [string, readonly Vector[]] => [
  `attacks: ${title}`,
  attacks.flatMap(({ title: attack, rows = [] }) =>
    rows.map((row) => ({ ...row, title: row.title || 'an empty one', attack })),
  ),
])

/** Every row about a decision, by family. Metadata has a table of its own. */
export const VECTORS: Readonly<Record<string, readonly Vector[]>> = {
  'forwarded request': FORWARDED_REQUEST,
  route: ROUTE,
  'origin and preflight': ORIGIN_PREFLIGHT,
  credentials: CREDENTIALS,
  'token source': TOKEN_SOURCE,
  'token form': TOKEN_FORM,
  'token kind': TOKEN_KIND,
  spiffe: SPIFFE,
  algorithm: ALGORITHM,
  'issuer keys': ISSUER_KEYS,
  time: TIME,
  claims: CLAIMS,
  audience: AUDIENCE,
  client: CLIENT,
  revocation: REVOCATION,
  scopes: SCOPES,
  'claim rules': CLAIM_RULES,
  rules: RULES,
  accept: ACCEPT,
  proof: PROOF,
  authentication: AUTHENTICATION,
  'static tokens': STATIC_TOKENS,
  introspection: INTROSPECTION,
  'anonymous and observe': ANONYMOUS_OBSERVE,
  'identity headers': IDENTITY_HEADERS,
  'upstream authorization': UPSTREAM_AUTHORIZATION,
  challenge: CHALLENGE,
  mcp: MCP,
  'mcp body': MCP_BODY,
  'MCP refusals': MCP_REFUSAL,
  providers: PROVIDERS,
  'other providers': OTHERS,
  ...Object.fromEntries(ATTACKING.filter(([, rows]) => rows.length > 0)),
  'real tokens': REAL_TOKENS,
}

export const ALL_VECTORS: readonly Vector[] = Object.values(VECTORS).flat()
