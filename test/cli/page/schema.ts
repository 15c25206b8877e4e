import type { Section } from './section.ts'

/** `schema` on good and bad input. */
export const SCHEMA: Section = {
  command: 'schema',
  about: `\`schema\` prints the JSON Schema (draft 2020-12) of the configuration file, from the same source as the loader. It is committed as
[forwardgate.schema.json](reference/forwardgate.schema.json). Editors with the YAML language server complete and check
with this first line: \`# yaml-language-server: $schema=./forwardgate.schema.json\`. Names that must exist, and keys that exclude
each other, cannot be expressed in a schema: \`check\` and \`serve\` report them.`,
  transcripts: [
    { title: 'The beginning of it.', args: 'schema', lines: 12 },
    { title: 'An extra argument.', args: 'schema config.yaml' },
  ],
}
