import * as z from 'zod'
import { ASYMMETRIC_ALGORITHMS, SYMMETRIC_ALGORITHMS } from '../../keys/algorithm-table.ts'
import { keyMap } from './key-map.ts'
import {
  absoluteFile,
  duration,
  nonEmptyList,
  plainText,
  redirectUri,
  resourceUrl,
  scope,
  tokenType,
  topLevelClaim,
  trustDomain,
  webUrl,
} from './schema-text.ts'

/** The keys of `introspection:` of an issuer. */
export const introspectionShape = {
  endpoint: webUrl.optional().meta({
    description: 'Where tokens are introspected.',
    otherwise: "the `introspection_endpoint` of the issuer's metadata",
  }),
  clientId: plainText.optional().describe('Client ID of forwardgate at the issuer. Required.'),
  clientSecretFile: plainText.optional().describe('File with the secret of that client. Required.'),
  clientAuthentication: z
    .enum(['client_secret_basic', 'client_secret_post'])
    .default('client_secret_basic')
    .describe('How the secret is sent.'),
  cacheFor: duration
    .default('60s')
    .describe('How long an answer is reused, and a revoked token may still pass; at most `1h`.'),
}

/** The keys of `fetch:` of an issuer. */
const fetchShape = {
  caFile: absoluteFile
    .optional()
    .describe('File with CA certificates in PEM; then only these are trusted. Read for each fetch.'),
  bearerTokenFile: absoluteFile
    .optional()
    .describe(
      'File with a bearer token, sent over https to the origin of `jwksUri`, `discoveryUri` or else `issuer`, and to no other. Read for each fetch.',
    ),
}

/** The keys of an entry of `issuers:`. */
export const issuerShape = {
  issuer: plainText
    .optional()
    .describe(
      'The `iss` claim, byte for byte. Without a key source below it must be the URL that discovery starts from.',
    ),
  discoveryUri: webUrl
    .optional()
    .describe('Metadata document to take the key set from, instead of the well-known places.'),
  jwksUri: webUrl.optional().describe('Key set to fetch, instead of discovery.'),
  jwksFile: plainText.optional().describe('File with a JSON key set, instead of discovery.'),
  publicKeyFile: plainText.optional().describe('File with one public key or certificate in PEM, instead of discovery.'),
  secretFile: plainText
    .optional()
    .describe('File with a shared secret of at least 32 bytes for HS256, HS384 and HS512.'),
  tokensFile: plainText
    .optional()
    .describe(
      'File with static tokens, as hashes, instead of an issuer and its keys: `[{ sha256, sub, aud, scope, exp }]`.',
    ),
  spiffe: trustDomain.optional().meta({
    description:
      'Trust domain whose JWT-SVIDs are accepted: tokens without `iss`, of a `sub` in this domain. At most one issuer of a route may have it.',
    otherwise: 'a token without `iss` is refused',
  }),
  fetch: keyMap(fetchShape)
    .optional()
    .describe('How metadata and keys are fetched from an issuer with a private CA, or that requires a token.'),
  dangerouslyAllowHttp: z
    .boolean()
    .default(false)
    .describe('Lets keys be fetched over plain http from hosts other than loopback and cluster names.'),
  algorithms: nonEmptyList(z.enum([...ASYMMETRIC_ALGORITHMS, ...SYMMETRIC_ALGORITHMS]))
    .optional()
    .meta({
      description: 'Signature algorithms accepted.',
      otherwise: 'every asymmetric one; HS256, HS384 and HS512 with `secretFile`',
    }),
  clockTolerance: duration
    .default('30s')
    .describe('Clock difference tolerated in `exp`, `nbf` and `iat`; at most `60s`.'),
  maxTokenLifetime: duration
    .optional()
    .meta({ description: 'Longest accepted lifetime of a token.', otherwise: 'not checked' }),
  maxStale: duration.default('24h').describe('How long the last good keys are used while they cannot be refreshed.'),
  requireTyp: tokenType.optional().meta({
    description: 'The only accepted `typ` header, such as `at+jwt`.',
    otherwise: 'none, `JWT` and `at+jwt` are accepted',
  }),
  tokenKinds: nonEmptyList(z.enum(['access', 'id']))
    .default(['access'])
    .describe(
      'Kinds of tokens accepted: `[access, id]` for ID tokens that are API credentials on purpose. Refresh and logout tokens never are.',
    ),
  scopeClaims: nonEmptyList(topLevelClaim)
    .default(['scope', 'scp'])
    .describe('Claims that carry scopes, as text separated by spaces or as a list.'),
  booleanScopes: z
    .boolean()
    .default(false)
    .describe('A top-level claim that is `true` is a granted scope, as Authentik writes them.'),
  scopePrefix: scope.optional().meta({
    description: 'Prefix that clients must add to a scope when they request it (Entra).',
    otherwise: 'nothing',
  }),
  clientClaims: nonEmptyList(topLevelClaim)
    .default(['client_id', 'azp', 'cid', 'appid'])
    .describe('Claims that name the client; the first one present decides.'),
  introspection: keyMap(introspectionShape)
    .meta({ title: 'map, below', required: ['clientId', 'clientSecretFile'] })
    .optional()
    .describe('Asks the issuer about tokens that are not JWTs (RFC 7662). At most one issuer of a route may have it.'),
  registration: z
    .strictObject({
      clientId: plainText
        .optional()
        .describe('The public client (PKCE, no secret) that was created at the issuer by hand; every client gets it.'),
      redirectUris: nonEmptyList(redirectUri)
        .optional()
        .describe(
          'Allowed redirect URIs, compared exactly. `http` only for loopback; there, an entry without a port allows every port, and `/*` at the end every path below.',
        ),
      endpoint: resourceUrl
        .optional()
        .describe('A registration endpoint (RFC 7591) that is operated elsewhere, instead of the two above.'),
      codeChallengeMethods: nonEmptyList(z.enum(['S256']))
        .optional()
        .meta({
          description:
            'For an issuer that supports PKCE and does not announce it, as Entra and Cognito do; MCP clients refuse it otherwise.',
          otherwise: 'what its metadata says',
        }),
    })
    .optional()
    .describe('Lets clients register if the issuer offers no registration (RFC 7591).'),
}
