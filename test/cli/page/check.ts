import { CONFIG_RULES } from '../../../src/tools/check/config-rules.ts'
import { ONLINE_IDS } from '../../../src/tools/check/online-rules.ts'
import { FRONT_RULES } from '../../../src/tools/proxies/fronts/front-rules.ts'
import { TRAEFIK_RULES } from '../../../src/tools/proxies/traefik/rules.ts'
import type { Section } from './section.ts'

const MANIFESTS = `apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: grafana-auth, namespace: mcp }
spec:
  forwardAuth:
    address: http://forwardgate.auth.svc:8080/verify/grafanna
    authResponseHeaders: [X-Auth-Subject]
    maxResponseBodySize: 16384
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: kubernetes-auth, namespace: mcp }
spec:
  forwardAuth:
    address: http://forwardgate.auth.svc:8080/verify/kubernetes
    trustForwardHeader: false
    authResponseHeaders: [X-Auth-Subject, X-Auth-Issuer, X-Auth-Client]
    maxResponseBodySize: 16384
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: kubernetes, namespace: mcp }
spec:
  routes:
    - match: Host(\`mcp.example.com\`) && PathPrefix(\`/kubernetes\`)
      middlewares: [{ name: kubernetes-auth }]
      services: [{ name: kubernetes, port: 8080 }]
`
const DOUBTFUL = `issuers:
  main: { issuer: https://id.example.com, clockTolerance: 60s }
routes:
  api:
    resource: https://api.example.com/v1/
    scopes: [read]
    identityHeaders: { Remote-User: sub }
`
const BROKEN = `issuers: { main: https://id.example.com }
routes:
  api: { resource: https://api.example.com/v1, issuers: [mian] }
`

const ROWS = [...CONFIG_RULES, ...TRAEFIK_RULES]

const NGINX = `server {
    server_name mcp.example.com;
    location /kubernetes/ {
        auth_request /_ask;
        proxy_set_header X-Auth-Subject $http_x_auth_subject;
        proxy_pass http://kubernetes:8080;
    }
    location = /_ask {
        proxy_pass http://forwardgate:8080/verify/kubernetes;
        proxy_set_header X-Forwarded-Method $request_method;
        proxy_set_header X-Forwarded-Host $host;
    }
}
`

/** `check` on good and bad input, and everything that it looks for. */
export const CHECK: Section = {
  command: 'check',
  about: `\`check\` reports everything that \`serve\` would reject, and what \`serve\` accepts but should not be there: in the configuration, and in the Traefik manifests around it, which cause most bypasses. Give it all manifests of one Traefik: a Middleware that is not among them counts as missing. Rendered streams are fine: \`kustomize build . | forwardgate check config.yaml --manifests -\`.

| Finding | Severity | Why |
|---|---|---|
${ROWS.map(({ id, severity, why }) => `| \`${id}\` | ${severity} | ${why} |`).join('\n')}

Configurations of other proxies may be given as well: Envoy's bootstrap or listeners, HTTPRoutes with the filter \`ExternalAuth\`, nginx and
Caddy files. The content of a file decides, not its name. What \`check\` does not understand, it reports as \`not-read\`: included files, routes from a
discovery service, objects of Envoy Gateway and Istio.

| Finding | Severity | Why |
|---|---|---|
${FRONT_RULES.map(({ id, severity, why }) => `| \`${id}\` | ${severity} | ${why} |`).join('\n')}

The input is limited, so that manifests in a pull request cannot block a pipeline; more is an error.

| Read at most | |
|---|---|
| one file, all manifests together | 8 MiB, 32 MiB |
| one YAML document | 1 MiB, 64 levels |
| aliases | 1,000 in a file of the configuration, 1,000 in all manifests |
| words and signs of YAML | 500,000 in a file of the configuration, 300,000 in all manifests |
| documents about routing | 5,000 |
| a file of nginx or Caddy | 100,000 words or 50,000 lines, 32 braces within each other |
| a rule of a router | 8 KiB, 64 brackets within each other; else \`rule-unreadable\` |
| a regular expression | 1,024 characters; otherwise it is not evaluated, counts as one that may match, and is reported as \`pattern-unread\` |
| middlewares of a router | 500, chains written out |

There are more: \`config\` (what the loader rejects), \`route-observed\`, \`upstream-secret\`, \`issuer-header-missing\`, \`scopes-not-required\` (what it warns of), \`file-not-read\`, \`file-absent\` (a secret file that does not exist here),
\`manifest-unreadable\`, \`helm-values-unread\` (values of a HelmRelease from which a chart makes routers), and with \`--online\` ${ONLINE_IDS.map((id) => `\`${id}\``).join(', ')}. Some are an error on one route and
a warning on another: \`request-headers-list\`, \`trust-forward-header-true\`, \`path-changed-before-auth\`, \`protected-path-open\`.

### Accepting a finding

Accept an intended finding at its place, with a comment in the YAML of the configuration or of the manifests:

\`\`\`yaml
# forwardgate: allow protected-path-open (the documents are public)
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
\`\`\`

At the top of a document, or next to the kind or the name of an object, it applies to the whole object; above a key, an item or a label, to that and everything below it; next to a value, to that line. It may name several ids:
\`# forwardgate: allow ID, ID\`. Text in quotes or in a block that looks like such a comment does not count. \`--allow ID\` accepts every finding with this id, for JSON and for findings without a
place. The last line of the output says how many are accepted, how severe they are and their ids; as JSON they are in \`accepted\`.
An accepted finding that no longer occurs is \`allow-unused\`, a warning. What \`serve\` rejects cannot be accepted.`,
  transcripts: [
    { title: 'Nothing is wrong.', args: 'check config.yaml' },
    {
      title: 'Manifests with mistakes.',
      args: 'check config.yaml --manifests app.yaml',
      files: { 'app.yaml': MANIFESTS },
      show: ['app.yaml'],
    },
    {
      title: 'A file of nginx with mistakes.',
      args: 'check config.yaml --manifests nginx.conf',
      files: { 'nginx.conf': NGINX },
      show: ['nginx.conf'],
    },
    {
      title: 'A configuration that works, and could be better.',
      args: 'check api.yaml',
      files: { 'api.yaml': DOUBTFUL },
      show: ['api.yaml'],
    },
    { title: 'A configuration that does not work.', args: 'check api.yaml', files: { 'api.yaml': BROKEN } },
    { title: 'For programs.', args: 'check api.yaml --format json', files: { 'api.yaml': BROKEN } },
  ],
}
