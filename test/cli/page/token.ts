import type { Section } from './section.ts'

const ROBOTS = `issuers: { robots: { tokensFile: tokens.yaml } }
routes: { backup: { resource: "https://api.example.com/backup", scopes: ["backup:write"] } }
`

/** `token`: what it says when it makes none; what it makes is another text each time. */
export const TOKEN: Section = {
  command: 'token',
  about: `\`token new\` makes a [static token](how-to/static-tokens.md): random text for a robot that cannot log in. It prints the token once, and the
entry for the file that \`tokensFile\` names, which contains only its hash:

\`\`\`console
$ forwardgate token new --sub nightly-backup --expires 90d --route backup --config robots.yaml
fwg_… (43 random characters)

This is the token, shown this once: give it to its holder. The entry below, which has only its hash, goes into
the file that tokensFile names; the running service reads it again by itself.

- sha256: "1f0c9d5be3e2d9f3cf0a4d0df7ab4b1a3f5d3f1e9a6b7c8d9e0f1a2b3c4d5e6f"
  sub: nightly-backup
  aud: https://api.example.com/backup
  scope: backup:write
  iat: "2026-11-01T00:00:00Z"
  exp: "2027-01-30T00:00:00Z"
\`\`\``,
  transcripts: [
    {
      title: 'A route that accepts no static tokens.',
      args: 'token new --sub nightly-backup --expires 90d --route grafana',
    },
    {
      title: 'A token that never expires.',
      args: 'token new --sub nightly-backup --expires never --route backup --config robots.yaml',
      files: { 'robots.yaml': ROBOTS, 'tokens.yaml': '[]\n' },
      show: ['robots.yaml'],
    },
  ],
}
