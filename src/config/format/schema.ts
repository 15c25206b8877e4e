import * as z from 'zod'
import { keyMap } from './key-map.ts'
import { issuerShape } from './schema-issuer.ts'
import { routeShape, sharedShape } from './schema-route.ts'
import { dateTime, name, plainText } from './schema-text.ts'

/*
 * The file format. Types, defaults, the JSON Schema and the reference page all come from here. What no schema can say (names that must exist, defaults that depend on others, keys
 * that exclude each other) is said by the compile… functions, also that a key is missing.
 */

const revocations = z.strictObject({
  jti: z.array(plainText).optional().describe('Tokens that are refused.'),
  sub: z.array(plainText).optional().describe('Subjects whose tokens are refused.'),
  clientIds: z.array(plainText).optional().describe('Clients whose tokens are refused.'),
  issuedBefore: dateTime.optional().describe('Tokens issued earlier are refused, and those that do not say when.'),
})

/** The whole file, as written. */
export const configSchema = z
  .strictObject({
    issuers: z
      .record(
        name,
        z.union(
          [
            plainText,
            keyMap(issuerShape).meta({
              oneOf: [
                { required: ['issuer'] },
                { required: ['tokensFile'] },
                { required: ['spiffe'], not: { required: ['issuer'] } },
              ],
            }),
          ],
          {
            error: 'must be the URL of the issuer, or a map with issuer: …',
          },
        ),
      )
      .optional()
      .describe('The authorization servers, by a name of your choice; a bare URL means `{ issuer: URL }`. Required.'),
    defaults: keyMap(sharedShape)
      .optional()
      .describe('Keys of every route. The route overrides them, unless said otherwise.'),
    routes: z
      .record(name, keyMap(routeShape).meta({ required: ['resource'] }))
      .optional()
      .describe('The protected resources, by a name of your choice. Required.'),
    revocations: revocations.optional().describe('Valid tokens that are refused, from the next request on.'),
  })
  .meta({ title: 'forwardgate configuration', required: ['issuers', 'routes'] })

/** The file after the schema, before names are resolved. */
export type ConfigFile = z.output<typeof configSchema>
export type IssuerEntry = Exclude<NonNullable<ConfigFile['issuers']>[string], string>
export type RouteEntry = NonNullable<ConfigFile['routes']>[string]
export type DefaultsEntry = NonNullable<ConfigFile['defaults']>
export type AcceptEntry = NonNullable<RouteEntry['accept']>[number]
export type RuleEntry = NonNullable<RouteEntry['rules']>[number]
export type ClaimsEntry = NonNullable<RouteEntry['claims']>
export type McpEntry = NonNullable<RouteEntry['mcp']>
