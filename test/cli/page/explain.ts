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
  about: `Why does a request pass or not? The request is judged by the very code of the service: same loader, same key sets, same
decision, same answer. Every step says what was expected and what was there. What is shown may be pasted into a ticket:
the signature of a token and the secret of \`upstreamAuthorization\` are never part of it.

A log line has the route, the method and the path; the token comes from the client or its issuer. \`--call\` takes a whole
ForwardAuth call as it was captured.`,
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
      title: 'A browser on a page that is not listed, without a route name: host and path find the route.',
      args: `explain --host mcp.example.com --uri /home/api --method POST --header 'Origin: https://evil.example.com' ${AT}`,
    },
    {
      title: 'A call as it was captured between proxy and forwardgate.',
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
      title: 'A configuration with mistakes is refused like by `serve`.',
      args: 'explain --route grafana --config bad.yaml',
      files: {
        'bad.yaml':
          'issuers: { main: https://id.example.com }\nroutes:\n  grafana:\n    resorce: https://mcp.example.com/grafana\n    issuers: [mian]\n',
      },
    },
    { title: 'What a reason means, where no page is at hand.', args: 'explain --reason token_opaque' },
    { title: 'A mistyped option.', args: 'explain --rout grafana' },
  ],
}
