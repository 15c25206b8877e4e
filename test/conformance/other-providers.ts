import { stringify } from 'yaml'

type Claims = Readonly<Record<string, unknown>>

/** A provider without a section of its own: what its public documentation says of its access tokens, and what a route must say. */
export interface OtherProvider {
  readonly name: string
  readonly slug: string
  /** Version or edition of what is described. */
  readonly version: string
  /** Header members beside `kid`. */
  readonly header: { readonly alg: string; readonly typ: string }
  readonly claims: Claims
  /** What the issuer says beside `issuer`. */
  readonly issuer?: Claims
  /** What the route says beside `resource`. */
  readonly route: Claims
  /** What it takes at the provider, or what to know; a sentence for the table. */
  readonly note: string
  readonly trap: OtherTrap
}

/** One token that stays out. */
export interface OtherTrap {
  readonly what: string
  readonly claims: Claims
  readonly alg?: 'HS256'
  readonly reason: 'audience_mismatch' | 'issuer_untrusted' | 'client_not_allowed' | 'algorithm_not_allowed'
}

/** Where the routes of all of them are. */
export const OTHER_PATH = '/mcp'

/** In the order of the table. */
export const OTHER_PROVIDERS: readonly OtherProvider[] = [
  {
    name: 'Authelia',
    slug: 'authelia',
    version: '4.39',
    header: { alg: 'RS256', typ: 'at+jwt' },
    claims: {
      iss: 'https://auth.example.com',
      aud: ['https://authelia.example.com/mcp'],
      scp: ['mcp:read'],
      client_id: 'mcp',
    },
    route: { scopes: ['mcp:read'] },
    note: 'Access tokens are opaque until the client has `access_token_signed_response_alg`; its `audience` lists the resource.',
    trap: { what: 'a token without that audience', claims: { aud: ['mcp'] }, reason: 'audience_mismatch' },
  },
  {
    name: 'Azure AD B2C',
    slug: 'azure-ad-b2c',
    version: 'user flows',
    header: { alg: 'RS256', typ: 'JWT' },
    claims: {
      iss: 'https://example.b2clogin.com/TENANT-ID/v2.0/',
      aud: 'APPLICATION-ID',
      scp: 'mcp:read',
      azp: 'THE-CLIENT-ID',
      tfp: 'FLOW',
      ver: '1.0',
    },
    issuer: {
      discoveryUri: 'https://example.b2clogin.com/example.onmicrosoft.com/FLOW/v2.0/.well-known/openid-configuration',
    },
    route: { audience: ['APPLICATION-ID'], scopes: ['mcp:read'] },
    note: 'Each user flow has keys and metadata of its own.',
    trap: {
      what: 'an ID token, which is for the client',
      claims: { aud: 'THE-CLIENT-ID' },
      reason: 'audience_mismatch',
    },
  },
  {
    name: 'Clerk',
    slug: 'clerk',
    version: 'session tokens, version 2',
    header: { alg: 'RS256', typ: 'JWT' },
    claims: { iss: 'https://clerk.example.com', azp: 'https://app.example.com', sid: 'sess_1', sts: 'active', v: 2 },
    route: { audience: 'unchecked', clientIds: ['https://app.example.com'] },
    note: 'No audience: only `azp`, the origin of the page that asked, tells what a token is for.',
    trap: {
      what: 'a session of another page',
      claims: { azp: 'https://other.example.com' },
      reason: 'client_not_allowed',
    },
  },
  {
    name: 'Supabase',
    slug: 'supabase',
    version: 'with signing keys, 2025',
    header: { alg: 'ES256', typ: 'JWT' },
    claims: {
      iss: 'https://reference.supabase.co/auth/v1',
      aud: 'authenticated',
      role: 'authenticated',
      email: 'alice@example.com',
      is_anonymous: false,
      session_id: 's',
    },
    route: { audience: ['authenticated'], claims: { email: ['alice@example.com'] } },
    note: 'Every user of the project has this audience and role: require a claim.',
    trap: {
      what: 'a project that still signs with its secret',
      claims: {},
      alg: 'HS256',
      reason: 'algorithm_not_allowed',
    },
  },
  {
    name: 'WorkOS AuthKit',
    slug: 'workos-authkit',
    version: 'Connect',
    header: { alg: 'RS256', typ: 'JWT' },
    claims: {
      iss: 'https://example.authkit.app',
      aud: 'https://workos-authkit.example.com/mcp',
      client_id: 'client_1',
      org_id: 'org_1',
      scope: 'openid profile',
      sid: 'app_consent_1',
    },
    route: { requestScopes: ['openid', 'profile'] },
    note: 'The resource is the audience if the client asks for it, as MCP clients do, and AuthKit knows it.',
    trap: {
      what: 'a token without a resource, for the environment',
      claims: { aud: 'client_environment' },
      reason: 'audience_mismatch',
    },
  },
]

/** The table of the page about providers. */
export function otherProvidersTable(): string {
  const rows = OTHER_PROVIDERS.map((provider) => {
    const { name, version, header, claims, note, slug } = provider
    const cells = [
      `${name} (${version})`,
      `\`${String(claims['iss'])}\``,
      shown(claims['aud']),
      scopesOf(claims),
      clientOf(claims),
      `${header.alg}, \`${header.typ}\``,
      linesOf(provider),
      note,
      `\`other-${slug}\``,
    ]
    return `| ${cells.join(' | ')} |`
  })
  const head = ['Provider', '`iss`', '`aud`', 'Scopes in', 'Client in', '`alg`, `typ`', 'Write', 'Note', 'Proved by']
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')
}

function shown(audience: unknown): string {
  if (audience === undefined) return 'none'
  const [text] = [audience].flat().map((one) => (String(one).startsWith('https:') ? 'the resource' : `\`${one}\``))
  return Array.isArray(audience) ? `a list: ${text}` : String(text)
}

function scopesOf(claims: Claims): string {
  const found = ['scope', 'scp'].find((name) => claims[name] !== undefined)
  if (found === undefined) return 'none'
  return `\`${found}\`, ${Array.isArray(claims[found]) ? 'a list' : 'text'}`
}

function clientOf(claims: Claims): string {
  const found = ['client_id', 'azp', 'cid', 'appid'].find((name) => claims[name] !== undefined)
  return found === undefined ? 'none' : `\`${found}\``
}

function linesOf({ issuer = {}, route }: OtherProvider): string {
  const lines = Object.entries({ ...issuer, ...route }).map(
    ([key, value]) =>
      `\`${stringify({ [key]: value }, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
        .trim()
        .slice(1, -1)}\``,
  )
  return lines.join('<br>')
}
