import type { Section } from './section.ts'
import { TRANSCRIPT_KEYS, transcriptToken } from './tokens.ts'

const CLAIMS = {
  iss: 'https://id.example.com',
  sub: 'alice',
  aud: 'https://mcp.example.com/kubernetes',
  client_id: 'claude',
  scope: 'mcp:read',
  groups: ['cluster-admins'],
  iat: 1767225600,
  exp: 1767229200,
}
const TOKEN = transcriptToken(CLAIMS)
const AT = '--at 2026-01-01T00:10:00Z'

/** `explain` on good and bad input. */
export const EXPLAIN: Section = {
  command: 'explain',
  about: `\`explain\` shows why a request is allowed or refused. It uses the code of the service: the same loader, key sets, decision and answer. Every step shows the expected and the actual value. You can paste the output into a ticket: it never contains the signature of a token or the secret of \`upstreamAuthorization\`.

Take the route, the method and the path from a log line, and the token from the client or its issuer. \`--call\` takes a whole captured ForwardAuth call.`,
  transcripts: [
    {
      title: 'A good token. `--jwks` checks its signature without network; left out, the keys come from the issuer.',
      args: `explain --route kubernetes --method POST --token-file token.jwt --jwks keys.json ${AT}`,
      files: { 'token.jwt': `${TOKEN}\n`, 'keys.json': TRANSCRIPT_KEYS },
    },
    {
      title: 'The same token an hour later.',
      args: 'explain --route kubernetes --token-file token.jwt --jwks keys.json --at 2026-01-01T01:10:00Z',
      files: { 'token.jwt': `${TOKEN}\n`, 'keys.json': TRANSCRIPT_KEYS },
    },
    {
      title: 'What if the claims were these? No keys are fetched, and no signature is checked.',
      args: `explain --route grafana --claims claims.json ${AT}`,
      files: { 'claims.json': `${JSON.stringify(CLAIMS, null, 2)}\n` },
      show: ['claims.json'],
    },
    {
      title: 'A page whose origin is not listed. Without a route name, host and path select the route.',
      args: `explain --host mcp.example.com --uri /home/api --method POST --header 'Origin: https://evil.example.com' ${AT}`,
    },
    {
      title: 'A captured call from the proxy to forwardgate.',
      args: `explain --call call.http ${AT}`,
      files: {
        'call.http': [
          'GET /verify/grafana HTTP/1.1',
          'Host: forwardgate.auth.svc:8080',
          'X-Forwarded-Method: GET',
          'X-Forwarded-Method: POST',
          'X-Forwarded-Host: mcp.example.com',
          'X-Forwarded-Uri: /grafana',
          '',
        ].join('\n'),
      },
      show: ['call.http'],
    },
    {
      title: 'For programs.',
      args: `explain --route grafana --format json ${AT}`,
      lines: 24,
    },
    {
      title: 'A configuration with mistakes is rejected, as by `serve`.',
      args: 'explain --route grafana --config bad.yaml',
      files: {
        'bad.yaml':
          'issuers: { main: https://id.example.com }\nroutes:\n  grafana:\n    resorce: https://mcp.example.com/grafana\n    issuers: [mian]\n',
      },
    },
    { title: 'What a reason means, without the documentation.', args: 'explain --reason token_opaque' },
    { title: 'A mistyped option.', args: 'explain --rout grafana' },
  ],
}
