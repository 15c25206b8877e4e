import type { Section } from './section.ts'

const GOOD = `tests:
  - name: an administrator reaches the cluster
    request: { route: kubernetes, method: POST }
    claims: { sub: alice, scope: mcp:read, groups: [cluster-admins] }
    expect: { outcome: allow, headers: { X-Auth-Subject: alice } }
  - name: a request without a token is refused
    request: { host: mcp.example.com, uri: /grafana/api/health }
    anonymous: true
    expect: { outcome: deny, reason: credentials_missing, status: 401 }
`
const WRONG = `tests:
  - name: the family reaches the cluster
    request: { route: kubernetes, method: POST }
    claims: { sub: bob, scope: mcp:read, groups: [family] }
    expect: { outcome: allow, headers: { X-Auth-Subject: bob } }
`
const BROKEN = `tests:
  - name: the family reaches the cluster
    request: { rout: kubernets }
    claims: { sub: bob, scope: mcp:read }
    expect: { outcome: alow, reason: claim_not_alowed }
`

/** `test` on good and bad input. */
export const TEST: Section = {
  command: 'test',
  about: `\`test\` proves the rules of a configuration before it is merged. Each test has a request, the claims of its token, and the expected answer. Tokens are signed with a key that is created for the run and replaces the issuer’s keys, so that every check is really made. For a longer example see [examples/policy-tests](../examples/policy-tests/several-mcp-servers.yaml).

| Key | Meaning |
|---|---|
| \`name\` | what the test shows; required |
| \`request\` | \`route\` (as the address names it) or \`host\`, or both; \`method\` (GET), \`uri\` (that of the resource), \`headers\` (a text or a list of texts each), \`body\` for routes with \`mcp\` (a map or a list is sent as JSON, by POST) |
| \`claims\` | of the token. \`iss\`, \`aud\`, \`iat\` and \`exp\` default to what the route's issuer would write; \`null\` removes one |
| \`anonymous: true\` | instead of \`claims\`: no token |
| \`issuer\` | whose token, by its name in the configuration; default: the one with the \`iss\` of the claims, otherwise the first of the route |
| \`dpopKeyFile\` | a private key as JWK or PEM, next to the test file: the token is bound to it (\`cnf\`) and sent as \`DPoP\` with a proof by it ([DPoP](how-to/dpop.md)) |
| \`header\` | members of the token's header, such as \`{ typ: at+jwt }\` |
| \`at\` | time of the request, such as \`2026-01-01T00:00:00Z\`; default: now |
| \`expect\` | \`outcome\` (allow, deny, error, would_deny), \`reason\`, \`status\`, \`headers\` of the answer (\`null\`: not there); only what you write is compared |

Secret files of the configuration may be missing: a note (\`file-absent\`) names each, in JSON under \`findings\`, and the tests run without it.`,
  transcripts: [
    { title: 'All is as expected.', args: 'test policy.yaml', files: { 'policy.yaml': GOOD }, show: ['policy.yaml'] },
    {
      title: 'The result differs (`-` expected, `+` actual).',
      args: 'test policy.yaml',
      files: { 'policy.yaml': WRONG },
      show: ['policy.yaml'],
    },
    { title: 'The same for programs.', args: 'test policy.yaml --format json', files: { 'policy.yaml': WRONG } },
    {
      title: 'A file with mistakes is rejected.',
      args: 'test policy.yaml',
      files: { 'policy.yaml': BROKEN },
      show: ['policy.yaml'],
    },
  ],
}
