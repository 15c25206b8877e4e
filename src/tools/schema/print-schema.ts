import { configurationJsonSchema } from '../../config/format/json-schema.ts'
import { command } from '../frame/command.ts'

/** The JSON Schema of the configuration, from the one source that the loader judges by. */
export const schema = command({
  name: 'schema',
  synopsis: ['schema'],
  about:
    'Prints the JSON Schema (draft 2020-12) of the configuration file, for editors and for checks before a deployment.',
  reads: 'nothing',
  options: {},
  notes: ['First line of a file: # yaml-language-server: $schema=./forwardgate.schema.json'],
  exitCodes: { 0: 'success', 2: 'usage error' },
  run: () => ({ json: configurationJsonSchema(), text: schemaText }),
})

/** The exact text that `schema` prints and that is committed in docs/reference. */
export function schemaText(): string {
  return `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`
}
