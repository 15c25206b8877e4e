import { COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import type { Command } from '../../cli/terminal.ts'
import { configurationJsonSchema } from '../../config/format/json-schema.ts'

const HELP = `Usage: forwardgate schema

Prints the JSON Schema (draft 2020-12) of the configuration file, for editors and for checks before a deployment.
The first line of a file names it: # yaml-language-server: $schema=./forwardgate.schema.json

  --config, --format are taken as by every command; the output is the same
  --help            this text

Exit codes: 0 printed, 2 wrong usage.
`

/** The JSON Schema of the configuration, from the one source that the loader judges by. */
export const schema: Command = {
  async run(args, terminal) {
    const read = readArguments(args, COMMON_OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    if (read.positionals.length > 0) {
      return misuse(`schema takes no argument "${read.positionals[0]}"`, HELP, terminal).exitCode
    }
    terminal.stdout.write(schemaText())
    return 0
  },
}

/** The very text that `schema` prints and that is committed in docs/reference. */
export function schemaText(): string {
  return `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`
}
