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
  about: `Everything that \`serve\` would refuse, and what it would accept and should not: in the configuration, and in the Traefik
manifests around it, where most bypasses are made. Give it all manifests of one Traefik: a Middleware that is not among
them counts as missing. Rendered streams are fine: \`kustomize build . | forwardgate check config.yaml --manifests -\`.

| Finding | Severity | Why |
|---|---|---|
${ROWS.map(({ id, severity, why }) => `| \`${id}\` | ${severity} | ${why} |`).join('\n')}

Configurations of other proxies may be given as well: Envoy's bootstrap or listeners, HTTPRoutes with the filter \`ExternalAuth\`, nginx and
Caddy files. What is in a file decides, not its name. What is not understood is said (\`not-read\`): included files, routes from a
discovery service, objects of Envoy Gateway and Istio.

| Finding | Severity | Why |
|---|---|---|
${FRONT_RULES.map(({ id, severity, why }) => `| \`${id}\` | ${severity} | ${why} |`).join('\n')}

What is read is bounded, so that manifests of a pull request cannot hold a pipeline up; more is an error that says so.

| Read at most | |
|---|---|
| one file, all manifests together | 8 MiB, 32 MiB |
| one YAML document | 1 MiB, 64 levels |
| aliases | 1,000 in a file of the configuration, 1,000 in all manifests |
| words and signs of YAML | 500,000 in a file of the configuration, 300,000 in all manifests |
| documents about routing | 5,000 |
| a file of nginx or Caddy | 100,000 words or 50,000 lines, 32 braces within each other |
| a rule of a router | 8 KiB, 64 brackets within each other; else \`rule-unreadable\` |
| a regular expression | 1,024 characters; else it is not evaluated, counts as one that may match, and is told as \`pattern-unread\` |
| middlewares of a router | 500, chains written out |

Further ones: \`config\` (what the loader refuses), \`route-observed\`, \`upstream-secret\`, \`issuer-header-missing\`, \`scopes-not-required\` (what it warns of), \`file-not-read\`, \`file-absent\` (a secret that is not here),
\`manifest-unreadable\`, \`helm-values-unread\` (values of a HelmRelease from which a chart makes routers), and with \`--online\` ${ONLINE_IDS.map((id) => `\`${id}\``).join(', ')}. Some are an error on one route and
a warning on another: \`request-headers-list\`, \`trust-forward-header-true\`, \`path-changed-before-auth\`, \`protected-path-open\`.

### Accepting a finding

A finding that is meant to be is accepted where it is made, with a comment in the YAML of the configuration or of the manifests:

\`\`\`yaml
# forwardgate: allow protected-path-open (the documents are public)
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
\`\`\`

At the top of a document, or beside the kind or the name of an object, it is about the whole object; above a key, an item or a
label, about that and everything below it; beside a value, about that line. It may name several ids:
\`# forwardgate: allow ID, ID\`. A text in quotes or in a block that looks like such a comment is none. \`--allow ID\` accepts every finding with this id, for JSON and for findings without a
place. The last line of the output says how many are accepted, how severe they are and their ids; as JSON they are in \`accepted\`.
What is accepted and not found any more is \`allow-unused\`, a warning. What \`serve\` refuses cannot be accepted.`,
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
    { title: 'One that does not.', args: 'check api.yaml', files: { 'api.yaml': BROKEN } },
    { title: 'For programs.', args: 'check api.yaml --format json', files: { 'api.yaml': BROKEN } },
  ],
}
