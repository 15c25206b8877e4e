import * as z from 'zod'
import { additionShape } from './schema-requirement.ts'
import { nonEmptyList, plainText, scope } from './schema-text.ts'

const MAX_BODY_SIZE_BYTES = 16_777_216

const requirement = z.strictObject(additionShape)

const byName = z
  .record(
    plainText,
    z.union([z.literal('allow'), nonEmptyList(scope), requirement], {
      error: 'must be a list of scopes such as [mcp:read], { scopes: …, claims: … }, or allow',
    }),
  )
  .meta({ title: 'map of name or pattern to requirement' })

/** The keys of a route's `mcp:`. */
export const mcpShape = {
  tools: byName
    .optional()
    .describe(
      'Tools by name, in which `*` matches any characters: the additional scopes that a call needs, `{ scopes, claims, acr, maxAuthAge }`, or `allow`. Every entry that matches adds its own.',
    ),
  resources: byName.optional().describe('The same for resources, by URI.'),
  prompts: byName.optional().describe('The same for prompts.'),
  default: z
    .union([z.literal('deny'), nonEmptyList(scope), requirement], {
      error: 'must be deny, a list of scopes such as [mcp:use], or { scopes: …, claims: … }',
    })
    .default('deny')
    .describe('What calls need that no entry matches, and methods that MCP does not know.'),
  lists: z
    .enum(['open', 'token'])
    .default('token')
    .describe('Whether `initialize`, `ping` and the lists pass without a token on an `anonymous` route (lazy login).'),
  maxBodySize: z
    .number()
    .int()
    .min(1024, { error: 'must be at least 1024 bytes' })
    .max(MAX_BODY_SIZE_BYTES, { error: `must be at most ${MAX_BODY_SIZE_BYTES} bytes` })
    .default(1_048_576)
    .describe(
      'Largest body that is read, in bytes; larger ones are refused with 413. The limit of the proxy must be higher.',
    ),
}
