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
  about: `\`init\` leads to a protected route without writing YAML: \`forwardgate init --issuer URL --resource URL --token-file token.jwt --out auth\`.
It fetches the discovery document of the issuer, and learns from one sample token what differs between providers: audience, client, scope claims and groups. It writes a configuration, the configuration of the proxy (\`--proxy\`), and a first policy test. The signature of the token is not checked. The token is never shown, only the names of its audience, client, scopes and groups.

From a token of Authentik it writes this \`config.yaml\`:

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
    { title: 'Without the resource.', args: 'init --issuer https://id.example.com' },
  ],
}
