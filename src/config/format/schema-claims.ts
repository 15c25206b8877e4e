import * as z from 'zod'
import { claimName, nonEmptyList } from './schema-text.ts'

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
