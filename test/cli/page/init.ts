import { firstConfig, firstPolicyTest } from '../../../src/tools/init/first-files.ts'
import type { Section } from './section.ts'

const START = {
  issuer: 'https://authentik.example.com/application/o/mcp/',
  resource: 'https://mcp.example.com/kubernetes',
  route: 'kubernetes',
  discoveryUri: undefined,
  offered: ['openid', 'email', 'profile', 'offline_access', 'mcp:read'],
  manifest: 'traefik.yaml',
  sample: {
    audience: ['claude-mcp'],
    client: 'claude-mcp',
    scopes: ['mcp:read'],
    scopeShape: 'boolean claims',
    granted: [],
    claims: ['iss', 'sub', 'aud', 'exp', 'iat', 'azp', 'name', 'preferred_username', 'groups', 'mcp:read'],
    scopePrefix: undefined,
    groups: ['family', 'admins'],
    bound: false,
    lifetime: 600,
  },
} as const

/** `init`: what it writes, and what it says when it cannot. */
export const INIT: Section = {
  command: 'init',
  about: `From nothing to a protected route without writing YAML: \`forwardgate init --issuer URL --resource URL --token-file token.jwt --out auth\`.
It asks the issuer for its discovery document, reads what providers do differently from one sample token (audience, client, where scopes
stand, groups), and writes a configuration, what \`generate\` would print for the proxy (\`--proxy\`), and a first policy test. The token's
signature is not checked, and the token is never shown; the names of its audience, client, scopes and groups are.

From a token of Authentik it makes this \`config.yaml\`:

\`\`\`yaml forwardgate
${firstConfig(START)}\`\`\`

and this \`policy-test.yaml\`:

\`\`\`yaml
${firstPolicyTest(START)}\`\`\``,
  transcripts: [
    {
      title: 'An address that is not an issuer.',
      args: 'init --issuer id.example.com --resource https://mcp.example.com/kubernetes',
    },
    { title: 'Not enough.', args: 'init --issuer https://id.example.com' },
  ],
}
