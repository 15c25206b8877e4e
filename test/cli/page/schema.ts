import type { Section } from './section.ts'

/** `schema` on good and bad input. */
export const SCHEMA: Section = {
  command: 'schema',
  about: `The JSON Schema (draft 2020-12) of the configuration file, from the source that the loader judges by; committed as
[forwardgate.schema.json](reference/forwardgate.schema.json). Editors with the YAML language server complete and check
with this first line: \`# yaml-language-server: $schema=./forwardgate.schema.json\`. Names that must exist, and keys that exclude
each other, are beyond a schema: \`check\` and \`serve\` tell them.`,
  transcripts: [
    { title: 'The beginning of it.', args: 'schema', lines: 12 },
    { title: 'An argument too many.', args: 'schema config.yaml' },
  ],
}
