import * as z from 'zod'
import { acrValue, claimName, duration, method, name, nonEmptyList, path, plainText, scope } from './schema-text.ts'

/** One or more scopes. */
export const scopes = nonEmptyList(scope)
/** What `aud` must hold, or that it is not looked at. */
export const audience = z.union([nonEmptyList(plainText), z.literal('unchecked')], {
  error: 'must be a list, such as [my-api], or unchecked',
})

const claimValue = z.union(
  [z.string(), z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER), z.boolean()],
  {
    error: 'must be text, a number, true or false',
  },
)

/** A `claims:` map. */
export const claims = z
  .record(
    claimName,
    z.union(
      [
        claimValue,
        nonEmptyList(claimValue),
        z.strictObject({
          anyOf: nonEmptyList(claimValue).optional().describe('The claim is, or contains, one of these.'),
          allOf: nonEmptyList(claimValue).optional().describe('The claim contains all of these.'),
          noneOf: nonEmptyList(claimValue).optional().describe('The claim is there and contains none of these.'),
          exists: z
            .boolean()
            .optional()
            .describe('Whether the claim must be there, whatever its value, or must be absent.'),
        }),
      ],
      { error: 'must be a value, a list of values, or a map of anyOf, allOf, noneOf, exists' },
    ),
  )
  .meta({ title: 'map of claim to requirement' })

/** How the user of a token must have authenticated. */
export const authenticationShape = {
  acr: nonEmptyList(acrValue)
    .optional()
    .describe(
      'Authentication context classes; `acr` in the token must be one of them, otherwise the challenge requires a new login (RFC 9470). If several lists apply, it must be in all of them.',
    ),
  maxAuthAge: duration
    .optional()
    .describe(
      'How long ago the user may have authenticated, by `auth_time` in the token; 10s to 365d. If several apply, the shortest counts (RFC 9470).',
    ),
}

/** What a rule or an MCP call may require in addition to its route. */
export const additionShape = {
  scopes: scopes.optional().describe('Additional scopes the token must carry.'),
  claims: claims.optional().describe('Additional requirements on claims.'),
  ...authenticationShape,
}

/** An entry of `rules:`. */
export const rule = z.strictObject({
  methods: nonEmptyList(method)
    .optional()
    .meta({ description: 'Methods the rule is for; GET includes HEAD.', otherwise: 'every method' }),
  paths: nonEmptyList(path).optional().meta({
    description:
      'Paths the rule is for, with everything below, ignoring case, and behind a front controller such as `/index.php`.',
    otherwise: 'every path',
  }),
  ...additionShape,
})

/** The keys of an entry of `accept:`. */
export const acceptShape = {
  issuer: name.optional().meta({ description: 'Whose tokens.', otherwise: 'the only issuer of the file' }),
  audience: audience
    .optional()
    .meta({ description: 'As on a route.', otherwise: 'that of `defaults`, else the resource' }),
  clientIds: nonEmptyList(plainText).optional().describe('As on a route.'),
  scopes: scopes.optional().describe('Scopes the token must carry, in addition to those of `defaults`.'),
  claims: claims.optional().describe('Requirements on claims, in addition to those of `defaults`.'),
  ...authenticationShape,
  advertise: z
    .boolean()
    .default(true)
    .describe('Whether this issuer is announced to clients as an authorization server.'),
}
