import * as z from 'zod'
import { configSchema } from './schema.ts'

/** A node of the exported JSON Schema, as far as this program reads it. */
export type JsonSchema = z.core.JSONSchema.JSONSchema

/** The file format as JSON Schema (draft 2020-12), for editors and for checks before a deployment. */
export function configurationJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12', override: describeDefault }) }
}

/** A default in words becomes part of the description: JSON Schema has no other place for it. */
function describeDefault({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void {
  const { otherwise, description } = jsonSchema
  if (otherwise === undefined) return
  jsonSchema.description = `${description} Default: ${String(otherwise)}.`
  delete jsonSchema['otherwise']
}
