import * as z from 'zod'
import { keyMap } from './key-map.ts'
import { dpop } from './schema-dpop.ts'
import { mcpShape } from './schema-mcp.ts'
import { metadata } from './schema-metadata.ts'
import { acceptShape, audience, authenticationShape, claims, rule, scopes } from './schema-requirement.ts'
import {
  claimName,
  cookieName,
  headerName,
  hostName,
  identitySource,
  name,
  nonEmptyList,
  origin,
  path,
  plainText,
  resourceUrl,
  scope,
} from './schema-text.ts'

const match = z.strictObject({
  hosts: nonEmptyList(hostName)
    .optional()
    .meta({ description: 'Host names without port.', otherwise: 'those of the resource' }),
  paths: nonEmptyList(path)
    .optional()
    .meta({ description: 'Paths, with everything below.', otherwise: 'those of the resource' }),
})

/** Keys that may be written both under `defaults` and on a route. */
export const sharedShape = {
  issuers: nonEmptyList(name)
    .optional()
    .meta({ description: 'Whose tokens are accepted.', otherwise: 'the only issuer of the file' }),
  audience: audience.optional().meta({
    description: 'One of these must be in `aud`; `unchecked` needs `clientIds`.',
    otherwise: 'the resource (RFC 8707)',
  }),
  clientIds: nonEmptyList(plainText)
    .optional()
    .describe('Allow-list of clients. If `defaults` has one too, both must allow the client.'),
  scopes: scopes
    .optional()
    .describe(
      'Scopes that the token must carry, all of them, in addition to those of `defaults`. The words of OpenID Connect (`openid`, `profile`, `email`, `offline_access`) are only requested, never required.',
    ),
  requestScopes: scopes.optional().meta({
    description: 'Scopes that clients request, as the challenge names them.',
    otherwise: '`scopes`; those of `mcp` on an `anonymous` route without any',
  }),
  claims: claims.optional().describe('Requirements on claims, in addition to those of `defaults`.'),
  ...authenticationShape,
  rules: nonEmptyList(rule)
    .optional()
    .describe('Further requirements for some methods or paths. Those of `defaults` are added.'),
  scopeImplies: z
    .record(scope, scopes)
    .meta({ title: 'map of scope to list of scopes' })
    .optional()
    .describe('Broader scopes, each with the narrower ones that it satisfies.'),
  identityHeaders: z
    .record(headerName, identitySource)
    .meta({ title: 'map of header to claim' })
    .default({
      'X-Auth-Subject': 'sub',
      'X-Auth-Issuer': '@issuer',
      'X-Auth-Client': '@client',
      'X-Auth-Scopes': '@scopes',
    })
    .describe('Headers for the upstream.'),
  upstreamAuthorization: z
    .union(
      [
        z.enum(['keep', 'strip', 'bearer']),
        z
          .strictObject({
            secretFile: plainText.optional().describe('File with the whole header value.'),
            claim: claimName.optional().describe('Claim whose value is sent as a bearer token.'),
          })
          .meta({ minProperties: 1, maxProperties: 1 }),
      ],
      { error: 'must be keep, strip, bearer, { secretFile: … } or { claim: … }' },
    )
    .optional()
    .meta({
      description:
        'What the upstream gets as Authorization. `bearer`: the verified token as `Bearer`, also if it came with a proof.',
      otherwise: '`keep`, or `strip` if `tokenSource` takes the token from elsewhere',
    }),
  dpop: dpop
    .default('accepted')
    .describe('Tokens that are bound to a key of the client (DPoP, RFC 9449). Always `off` beside `tokenSource`.'),
  tokenSource: z
    .union(
      [
        z.literal('authorization'),
        z
          .strictObject({
            header: headerName.optional().describe('Header with the token, bare or behind `Bearer`.'),
            cookie: cookieName.optional().describe('Cookie with the token.'),
          })
          .meta({ minProperties: 1, maxProperties: 1 }),
      ],
      { error: 'must be authorization, { header: … } or { cookie: … }' },
    )
    .default('authorization')
    .describe('The one place that the token is taken from.'),
  origins: nonEmptyList(origin)
    .optional()
    .meta({ description: 'Allow-list for the Origin header; these also get CORS headers.', otherwise: 'not checked' }),
  preflight: z
    .enum(['deny', 'pass'])
    .default('deny')
    .describe('Whether CORS preflights reach an upstream that answers them itself.'),
  logClaims: nonEmptyList(claimName).optional().meta({
    description: 'Claims of verified tokens that the decision line shows, also of refused ones.',
    otherwise: 'none',
  }),
  metadata: metadata
    .optional()
    .describe('Members of the RFC 9728 document. A language is added as in `resource_name#de`.'),
}

/** The keys of an entry of `routes:`. */
export const routeShape = {
  resource: z
    .union([resourceUrl, nonEmptyList(resourceUrl)], { error: 'must be a URL or a list of URLs' })
    .optional()
    .describe('The URL that a user types into a client; a list if one resource has several. Required.'),
  ...sharedShape,
  accept: nonEmptyList(keyMap(acceptShape))
    .optional()
    .describe(
      'Several ways in, each with its own requirements, instead of `issuers`, `audience`, `clientIds`, `scopes`, `claims`, `acr`, `maxAuthAge`.',
    ),
  match: match.optional().describe('Hosts and paths the route is for. If written, the route also refuses all others.'),
  anonymous: z
    .boolean()
    .default(false)
    .describe('A request without credentials passes with empty identity headers, unless a rule requires more.'),
  mcp: keyMap(mcpShape).optional().meta({
    description: 'What single tools, resources and prompts of an MCP server need.',
    otherwise: 'bodies are never read',
  }),
  mode: z
    .enum(['enforce', 'observe'])
    .default('enforce')
    .describe('`observe` allows what would be denied, and counts it.'),
}

/** Keys that only a route has. */
export const ROUTE_ONLY_KEYS: readonly string[] = Object.keys(routeShape).filter((key) => !(key in sharedShape))
