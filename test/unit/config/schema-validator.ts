import { createRequire } from 'node:module'
import { configurationJsonSchema } from '../../../src/config/format/json-schema.ts'

/** ajv comes with fastify; it is another reader of the schema than the one that wrote it. */
const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as {
  Ajv2020: new (options: object) => { compile(schema: object): (value: unknown) => boolean }
}

/** The exported JSON Schema, as editors read it. */
export function compileSchema(): (value: unknown) => boolean {
  return new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(configurationJsonSchema())
}
