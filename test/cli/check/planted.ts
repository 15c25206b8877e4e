/** A mistake: what is written instead of something in the good files, and where the finding stands (`«`). */
export interface Planted {
  readonly id: string
  readonly file: keyof typeof GOOD
  /** Words of the good file, once there; empty: `by` comes after its end. */
  readonly replace: string
  readonly by: string
  readonly severity?: 'error' | 'warning' | 'note'
  /** Words of the file at which the finding stands, where that is not in `by`. */
  readonly at?: string
  /** Further mistakes that this one brings along. */
  readonly also?: readonly string[]
}

/** A configuration and manifests without a mistake. */
export const GOOD = {
  'config.yaml': `issuers:
  main: { issuer: https://id.example.com }
  robots: https://robots.example.com
  tenant: { issuer: "urn:tenant", jwksUri: https://id.example.com/keys }
  people:
    issuer: https://people.example.com
    registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] }
defaults: { issuers: [main] }
routes:
  kubernetes:
    resource: https://api.example.com/mcp/kubernetes
    issuers: [people]
    scopes: [mcp:read]
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
    origins: [https://app.example.com]
  billing:
    resource: https://api.example.com/billing
    scopes: [bills]
    upstreamAuthorization: strip
  tools: { resource: https://api.example.com/tools, scopes: [tools], mcp: { tools: { status: allow } } }
`,
  'app.yaml': `apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: auth, namespace: mcp }
spec:
  forwardAuth:
    address: http://forwardgate.auth.svc:8080/verify/kubernetes
    trustForwardHeader: false
    authResponseHeaders: [X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes]
    maxResponseBodySize: 16384
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: strip, namespace: mcp }
spec: { stripPrefix: { prefixes: [/mcp/kubernetes] } }
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: cors, namespace: mcp }
spec: { headers: { accessControlAllowOriginList: ["https://app.example.com"] } }
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: errors, namespace: mcp }
spec: { errors: { status: ["400-499"], query: /, service: { name: pages, port: 80 } } }
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: again, namespace: mcp }
spec: { retry: { attempts: 3 } }
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: kubernetes, namespace: mcp }
spec:
  routes:
    - match: Host(\`api.example.com\`) && (Path(\`/mcp/kubernetes\`) || PathPrefix(\`/mcp/kubernetes/\`))
      middlewares:
        - name: cors
        - name: auth
        - name: strip
        - name: errors
        - name: again
      services: [{ name: kubernetes, port: 8080 }]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: metadata, namespace: auth }
spec:
  routes:
    - match: Host(\`api.example.com\`) && PathPrefix(\`/.well-known/oauth-protected-resource\`)
      services: [{ name: forwardgate, port: 8080 }]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: registration, namespace: auth }
spec:
  routes:
    - match: Host(\`api.example.com\`) && Path(\`/forwardgate/people/register\`)
      services: [{ kind: Service, name: forwardgate, port: 8080 }]
    - match: Host(\`api.example.com\`) && Path(\`/.well-known/oauth-authorization-server/forwardgate/people\`)
      services: [{ namespace: auth, name: forwardgate, port: 8080 }]
`,
  'dynamic.yaml': `http:
  routers:
    billing:
      rule: Host(\`api.example.com\`) && (Path(\`/billing\`) || PathPrefix(\`/billing/\`))
      service: billing
      middlewares: [billing-auth]
    tools:
      rule: Host(\`api.example.com\`) && (Path(\`/tools\`) || PathPrefix(\`/tools/\`))
      service: tools
      middlewares: [tools-auth]
  middlewares:
    tools-auth:
      forwardAuth:
        address: http://forwardgate:8080/verify/tools
        trustForwardHeader: 'false'
        authResponseHeaders: X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes
        maxResponseBodySize: 20000
        forwardBody: true
        maxBodySize: 4194304
    billing-auth:
      forwardAuth:
        address: 'http://{{ env "GATE" }}/verify/billing'
        trustForwardHeader: false
        authResponseHeaders: [X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes, Authorization, DPoP]
        maxResponseBodySize: 16384
`,
  'traefik.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: traefik, namespace: traefik }
spec:
  template: { spec: { containers: [{ name: traefik, image: "docker.io/library/traefik:v3.7.13" }] } }
`,
  'static.yaml': `entryPoints:
  web:
    address: ":80"
`,
} as const

const LIST = '[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes]'
export const STEPS = `        - name: auth
        - name: strip
        - name: errors
        - name: again
`

/** Every rule at least once. */
export const PLANTED: readonly Planted[] = [
  {
    id: 'issuer-http',
    file: 'config.yaml',
    replace: '{ issuer: https://id.example.com }',
    by: '{ issuer: «http://id.example.com, dangerouslyAllowHttp: true }',
  },
  {
    id: 'audience-unchecked',
    file: 'config.yaml',
    replace: 'scopes: [bills]',
    by: 'scopes: [bills]\n    audience: «unchecked\n    clientIds: [robot]',
  },
  {
    id: 'token-lifetime-long',
    file: 'config.yaml',
    replace: 'id.example.com }',
    by: 'id.example.com, maxTokenLifetime: «30d }',
  },
  {
    id: 'clock-tolerance-long',
    file: 'config.yaml',
    replace: 'id.example.com }',
    by: 'id.example.com, clockTolerance: «60s }',
  },
  {
    id: 'introspection-of-jwts',
    file: 'config.yaml',
    replace: 'main: { issuer: https://id.example.com }',
    by: 'main: { issuer: https://id.example.com, requireTyp: at+jwt, «introspection: { clientId: gate, clientSecretFile: gate.secret } }',
    severity: 'note',
    also: ['file-absent'],
  },
  {
    id: 'resource-trailing-slash',
    file: 'config.yaml',
    replace: 'https://api.example.com/billing',
    by: '«https://api.example.com/billing/',
  },
  {
    id: 'resource-query',
    file: 'config.yaml',
    replace: 'https://api.example.com/billing',
    by: '«https://api.example.com/billing?v=2',
  },
  {
    id: 'resource-not-matched',
    file: 'config.yaml',
    replace: 'https://api.example.com/billing',
    by: '«https://api.example.com/billing\n    match: { paths: [/bills] }',
  },
  {
    id: 'routes-shadowed',
    file: 'config.yaml',
    replace: '  billing:\n    resource: https://api.example.com/billing',
    by: '  «billing:\n    resource: https://api.example.com/mcp/kubernetes/bills',
    also: ['protected-path-open'],
  },
  {
    id: 'identity-header-confusable',
    file: 'config.yaml',
    replace: 'scopes: [bills]',
    by: 'scopes: [bills]\n    identityHeaders: { «Remote-User: sub }',
    also: ['identity-header-unlisted', 'response-header-extra'],
  },
  {
    id: 'issuer-not-advertised',
    file: 'config.yaml',
    replace: '  billing:\n    resource: https://api.example.com/billing\n    scopes: [bills]',
    by: '  «billing:\n    resource: https://api.example.com/billing\n    issuers: [tenant]\n    scopes: [bills]',
  },
  {
    id: 'scopes-supported-missing',
    file: 'config.yaml',
    replace: '  billing:\n    resource: https://api.example.com/billing\n    scopes: [bills]',
    by: '  «billing:\n    resource: https://api.example.com/billing',
    severity: 'note',
  },
  {
    id: 'step-up-registration',
    file: 'config.yaml',
    replace: `registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] }
defaults: { issuers: [main] }
routes:
  kubernetes:
    resource: https://api.example.com/mcp/kubernetes
    issuers: [people]
    scopes: [mcp:read]
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
    origins: [https://app.example.com]
  billing:
    resource: https://api.example.com/billing
    scopes: [bills]
    upstreamAuthorization: strip
  tools: { resource: https://api.example.com/tools, scopes: [tools], mcp: { tools: { status: allow } } }`,
    by: `registration: { endpoint: https://people.example.com/register }
defaults: { issuers: [main] }
routes:
  kubernetes:
    resource: https://api.example.com/mcp/kubernetes
    issuers: [people]
    scopes: [mcp:read]
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
    origins: [https://app.example.com]
  billing:
    resource: https://api.example.com/billing
    scopes: [bills]
    upstreamAuthorization: strip
  tools: { resource: https://api.example.com/tools, scopes: [tools], issuers: [people], «mcp: { tools: { status: allow, drop: [admin] } } }`,
    severity: 'note',
  },
  {
    id: 'issuer-header-missing',
    file: 'config.yaml',
    replace: 'scopes: [bills]',
    by: 'scopes: [bills]\n    issuers: [main, robots]\n    identityHeaders: { X-Auth-Subject: sub }',
    at: 'resource: https://api.example.com/billing',
    also: ['response-header-extra'],
  },
  { id: 'scopes-not-required', file: 'config.yaml', replace: 'scopes: [bills]', by: 'scopes: «[email]' },
  {
    id: 'cookie-without-origins',
    file: 'config.yaml',
    replace: 'scopes: [bills]',
    by: 'scopes: [bills]\n    tokenSource: «{ cookie: session }',
  },
  {
    id: 'mcp-without-effect',
    file: 'config.yaml',
    replace: 'mcp: { tools: { status: allow } }',
    by: 'mcp: { lists: «open, tools: { status: allow } }',
  },
  {
    id: 'mcp-pattern-dead',
    file: 'config.yaml',
    replace: '{ status: allow }',
    by: '{ status: «allow, Status: allow }',
    also: ['mcp-pattern-dead'],
  },
  {
    id: 'proof-field-unlisted',
    file: 'dynamic.yaml',
    replace: '[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes, Authorization, DPoP]',
    by: `«${LIST.replace(']', ', Authorization]')}`,
    severity: 'note',
  },
  {
    id: 'proof-replay-refused',
    file: 'config.yaml',
    replace: 'scopes: [bills]',
    by: 'scopes: [bills]\n    dpop: { replay: «refuse }',
  },
  {
    id: 'step-up-mcp',
    file: 'config.yaml',
    replace: 'mcp: { tools: { status: allow } }',
    by: 'mcp: { tools: { status: allow, «pay: { maxAuthAge: 5m } } }',
  },
  {
    id: 'acr-never-met',
    file: 'config.yaml',
    replace: 'rules: [{ methods: [DELETE], scopes: [mcp:admin] }]',
    by: 'acr: [silver]\n    «rules: [{ methods: [DELETE], scopes: [mcp:admin], acr: [gold] }]',
  },
  {
    id: 'upstream-secret',
    file: 'config.yaml',
    replace: 'upstreamAuthorization: strip',
    by: 'upstreamAuthorization: «{ secretFile: secret }',
  },
  { id: 'route-observed', file: 'config.yaml', replace: 'scopes: [bills]', by: 'scopes: [bills]\n    mode: «observe' },
  { id: 'config', file: 'config.yaml', replace: '[main]', by: '[«mian]', severity: 'error' },
  {
    id: 'identity-header-unlisted',
    file: 'app.yaml',
    replace: LIST,
    by: '«[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client]',
    severity: 'error',
  },
  {
    id: 'identity-header-unlisted',
    file: 'dynamic.yaml',
    replace: '[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes, Authorization, DPoP]',
    by: `«${LIST.replace(']', ', DPoP]')}`,
    severity: 'error',
  },
  { id: 'response-header-extra', file: 'app.yaml', replace: 'X-Auth-Scopes]', by: 'X-Auth-Scopes, «Authorization]' },
  {
    id: 'response-regex-case',
    file: 'app.yaml',
    replace: `authResponseHeaders: ${LIST}`,
    by: 'authResponseHeadersRegex: «^x-auth-',
    severity: 'error',
  },
  {
    id: 'request-headers-authorization',
    file: 'dynamic.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: false\n        authRequestHeaders: «[Cookie]',
    severity: 'error',
    also: ['request-headers-list'],
  },
  {
    id: 'request-headers-list',
    file: 'app.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: false\n    «authRequestHeaders: [Authorization]',
    severity: 'error',
  },
  {
    id: 'request-headers-list',
    file: 'dynamic.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: false\n        «authRequestHeaders: [Authorization]',
    severity: 'warning',
  },
  {
    id: 'trust-forward-header-unset',
    file: 'app.yaml',
    replace:
      '  forwardAuth:\n    address: http://forwardgate.auth.svc:8080/verify/kubernetes\n    trustForwardHeader: false\n',
    by: '  «forwardAuth:\n    address: http://forwardgate.auth.svc:8080/verify/kubernetes\n',
  },
  {
    id: 'trust-forward-header-true',
    file: 'app.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: «true',
    severity: 'error',
  },
  {
    id: 'trust-forward-header-true',
    file: 'dynamic.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: «true',
    severity: 'note',
  },
  {
    id: 'signin-url',
    file: 'app.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: false\n    «authSigninURL: https://login.example.com',
    severity: 'error',
  },
  { id: 'response-body-unbounded', file: 'app.yaml', replace: '16384', by: '«-1' },
  {
    id: 'forward-body',
    file: 'app.yaml',
    replace: 'trustForwardHeader: false',
    by: 'trustForwardHeader: false\n    forwardBody: «true',
    severity: 'error',
  },
  {
    id: 'forward-body-missing',
    file: 'dynamic.yaml',
    replace: 'forwardBody: true',
    by: 'forwardBody: «false',
    severity: 'error',
  },
  { id: 'forward-body-unbounded', file: 'dynamic.yaml', replace: '4194304', by: '«-1' },
  { id: 'forward-body-unbounded', file: 'dynamic.yaml', replace: '4194304', by: '«1048576' },
  {
    id: 'forward-body-trailers',
    file: 'traefik.yaml',
    replace: '"docker.io/library/traefik:v3.7.13"',
    by: '«traefik:3.7.12',
    severity: 'error',
    also: ['upgrade-tunnel'],
  },
  {
    id: 'upgrade-tunnel',
    file: 'traefik.yaml',
    replace: 'image: "docker.io/library/traefik:v3.7.13"',
    by: 'image: «{ registry: docker.io, repository: traefik, tag: v2.11.43 }',
    severity: 'error',
    also: ['forward-body-trailers'],
  },
  {
    id: 'request-headers-list',
    file: 'dynamic.yaml',
    replace: 'forwardBody: true',
    by: 'forwardBody: true\n        «authRequestHeaders: [Authorization, Content-Type]',
    severity: 'error',
  },
  {
    id: 'address-route-unknown',
    file: 'app.yaml',
    replace: 'http://forwardgate.auth.svc:8080/verify/kubernetes',
    by: '«http://forwardgate.auth.svc:8080/verify/kubernets',
    severity: 'error',
    also: ['cors-not-in-front'],
  },
  {
    id: 'address-invalid',
    file: 'app.yaml',
    replace: 'http://forwardgate.auth.svc:8080/verify/kubernetes',
    by: '«forwardgate.auth.svc:8080/verify/kubernetes',
    severity: 'error',
  },
  {
    id: 'trust-forward-header-unset',
    file: 'dynamic.yaml',
    replace: `      forwardAuth:
        address: 'http://{{ env "GATE" }}/verify/billing'
        trustForwardHeader: false
`,
    by: `      «forwardAuth:
        address: 'http://gate:{{ env "PORT" }}/verify/billing'
`,
  },
  {
    id: 'address-path',
    file: 'app.yaml',
    replace: 'http://forwardgate.auth.svc:8080/verify/kubernetes',
    by: '«http://forwardgate.auth.svc:8080/auth',
    severity: 'error',
  },
  {
    id: 'address-credentials',
    file: 'app.yaml',
    replace: 'http://forwardgate',
    by: '«http://user:secret@forwardgate',
    severity: 'error',
  },
  {
    id: 'address-https',
    file: 'app.yaml',
    replace: 'http://forwardgate',
    by: '«https://forwardgate',
    severity: 'note',
  },
  { id: 'middleware-missing', file: 'app.yaml', replace: '- name: auth\n', by: '- name: «auht\n', severity: 'error' },
  {
    id: 'middleware-other-namespace',
    file: 'app.yaml',
    replace: '- name: again\n',
    by: '- { name: «web, namespace: other }\n',
    also: ['middleware-missing'],
  },
  {
    id: 'middleware-by-provider-name',
    file: 'app.yaml',
    replace: '- name: auth\n',
    by: '- name: «mcp-auth@kubernetescrd\n',
    severity: 'error',
  },
  {
    id: 'parent-missing',
    file: 'app.yaml',
    replace: 'metadata: { name: metadata, namespace: auth }\nspec:\n',
    by: 'metadata: { name: metadata, namespace: auth }\nspec:\n  parentRefs: [{ name: «all }]\n',
    also: ['well-known-missing', 'well-known-missing', 'well-known-missing'],
  },
  {
    id: 'gate-behind-itself',
    file: 'app.yaml',
    replace:
      '- match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n        - name: auth\n        - name: strip\n        - name: errors\n        - name: again\n      services: [{ name: kubernetes, port: 8080 }]',
    by: '- «match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n        - name: auth\n      services: [{ name: forwardgate, namespace: auth, port: 8080 }]',
    severity: 'error',
  },
  {
    id: 'router-without-tls',
    file: 'app.yaml',
    replace: 'spec:\n  routes:\n    - match: Host(`api.example.com`) && (Path',
    by: 'spec:\n  entryPoints: [websecure]\n  routes:\n    - «match: Host(`api.example.com`) && (Path',
  },
  {
    id: 'resource-scheme',
    file: 'app.yaml',
    replace: 'spec:\n  routes:\n    - match: Host(`api.example.com`) && (Path',
    by: 'spec:\n  entryPoints: [web]\n  routes:\n    - «match: Host(`api.example.com`) && (Path',
  },
  {
    id: 'object-conflict',
    file: 'app.yaml',
    replace: '',
    by: '---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: again, namespace: mcp }\nspec: «{ retry: { attempts: 2 } }\n',
  },
  {
    id: 'path-changed-before-auth',
    file: 'app.yaml',
    replace: STEPS,
    by: '        - name: «strip\n        - name: auth\n',
  },
  {
    id: 'errors-over-auth',
    file: 'app.yaml',
    replace: STEPS,
    by: '        - name: «errors\n        - name: auth\n',
    severity: 'error',
  },
  { id: 'retry-before-auth', file: 'app.yaml', replace: STEPS, by: '        - name: «again\n        - name: auth\n' },
  {
    id: 'cors-not-in-front',
    file: 'app.yaml',
    replace:
      '- match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n',
    by: '- «match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n',
  },
  {
    id: 'path-prefix-wide',
    file: 'app.yaml',
    replace: 'Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))',
    by: '«Host(`api.example.com`) && PathPrefix(`/mcp/kubernetes`)',
  },
  {
    id: 'pattern-unread',
    severity: 'note',
    file: 'dynamic.yaml',
    replace: 'Host(`api.example.com`) && (Path(`/billing`) || PathPrefix(`/billing/`))',
    by: '«Host(`api.example.com`) && (Path(`/billing`) || (PathPrefix(`/billing/`) && PathRegexp(`^/billing/\\pL+$`)))',
  },
  {
    id: 'rule-unreadable',
    file: 'dynamic.yaml',
    replace: 'Host(`api.example.com`) && (Path(`/billing`) || PathPrefix(`/billing/`))',
    by: '«Host(`api.example.com`) &&& Path(`/billing`)',
  },
  {
    id: 'well-known-missing',
    file: 'app.yaml',
    replace: '/.well-known/oauth-protected-resource',
    by: '/.well-known/other',
    at: 'forwardAuth:',
    also: ['well-known-missing'],
  },
  {
    id: 'well-known-behind-auth',
    file: 'app.yaml',
    replace: '      services: [{ name: forwardgate',
    by: '      middlewares: [{ name: «mcp-auth@kubernetescrd }]\n      services: [{ name: forwardgate',
    severity: 'error',
    also: ['cors-not-in-front', 'middleware-by-provider-name'],
  },
  {
    id: 'registration-missing',
    file: 'app.yaml',
    replace: '/forwardgate/people/register',
    by: '/forwardgate/poeple/register',
    at: 'forwardAuth:',
  },
  {
    id: 'registration-missing',
    file: 'app.yaml',
    replace: '/.well-known/oauth-authorization-server/forwardgate/people',
    by: '/.well-known/oauth-authorization-server/forwardgate',
    at: 'forwardAuth:',
  },
  {
    id: 'registration-behind-auth',
    file: 'app.yaml',
    replace: '      services: [{ kind: Service, name: forwardgate',
    by: '      middlewares: [{ name: «mcp-auth@kubernetescrd }]\n      services: [{ kind: Service, name: forwardgate',
    severity: 'error',
    also: ['cors-not-in-front', 'middleware-by-provider-name'],
  },
  {
    id: 'entry-point-auth',
    file: 'static.yaml',
    replace: '":80"',
    by: '":80"\n    http: { middlewares: [«billing-auth@file] }',
    severity: 'error',
  },
  {
    id: 'protected-path-open',
    file: 'app.yaml',
    replace: '',
    by: '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: part, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`) && PathPrefix(`/mcp/kubernetes/api`)\n      priority: 9999\n      services: [{ name: web, port: 80 }]\n',
    severity: 'error',
  },
  {
    id: 'protected-path-open',
    file: 'app.yaml',
    replace: '',
    by: '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: named, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`)\n      services: [{ name: forwardgate-mcp, port: 80 }]\n',
    severity: 'warning',
  },
  {
    id: 'protected-path-open',
    file: 'app.yaml',
    replace: '',
    by: '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: all, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`)\n      services: [{ name: web, port: 80 }]\n',
    severity: 'warning',
  },
  {
    id: 'protected-path-open',
    file: 'app.yaml',
    replace: '',
    by: '---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: all, namespace: web }\nspec:\n  hostnames: [api.example.com]\n  rules:\n    - matches: [{ path: { type: RegularExpression, value: «"/mcp/kubernetes.*|/very/long/expression/that/gives/it/a/high/priority/in/this/test/only/for/this/row" } }]\n      backendRefs: [{ name: web, port: 80 }]\n',
    severity: 'error',
  },
  {
    id: 'manifest-unreadable',
    file: 'app.yaml',
    replace: 'kind: IngressRoute\nmetadata: { name: metadata, namespace: auth }',
    by: 'kind: IngressRoute\n«kind: IngressRoute\nmetadata: { name: metadata, namespace: auth }',
    severity: 'error',
    also: ['well-known-missing', 'well-known-missing'],
  },
]
