/** A mistake: what is written instead of something in the good files, and where the finding is (`«`). */
export interface Planted {
  readonly id: string
  readonly file: keyof typeof GOOD
  /** Words of the good file, once there; empty: `by` comes after its end. */
  readonly replace: string
  readonly by: string
  readonly severity?: 'error' | 'warning' | 'note'
  /** Words of the file at which the finding is, if that is not in `by`. */
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

type Mistake = readonly [id: string, replace: string, by: string, more?: Pick<Planted, 'severity' | 'at' | 'also'>]
const plantedIn = (file: Planted['file'], mistakes: readonly Mistake[]): readonly Planted[] =>
  mistakes.map(([id, replace, by, more]) => ({ id, file, replace, by, ...more }))

/** Every rule at least once. */
export const PLANTED: readonly Planted[] = [
  ...plantedIn('config.yaml', [
    [
      'issuer-http',
      '{ issuer: https://id.example.com }',
      '{ issuer: «http://id.example.com, dangerouslyAllowHttp: true }',
    ],
    ['audience-unchecked', 'scopes: [bills]', 'scopes: [bills]\n    audience: «unchecked\n    clientIds: [robot]'],
    ['token-lifetime-long', 'id.example.com }', 'id.example.com, maxTokenLifetime: «30d }'],
    ['clock-tolerance-long', 'id.example.com }', 'id.example.com, clockTolerance: «60s }'],
    [
      'introspection-of-jwts',
      'main: { issuer: https://id.example.com }',
      'main: { issuer: https://id.example.com, requireTyp: at+jwt, «introspection: { clientId: gate, clientSecretFile: gate.secret } }',
      { severity: 'note', also: ['file-absent'] },
    ],
    ['resource-trailing-slash', 'https://api.example.com/billing', '«https://api.example.com/billing/'],
    ['resource-query', 'https://api.example.com/billing', '«https://api.example.com/billing?v=2'],
    [
      'resource-not-matched',
      'https://api.example.com/billing',
      '«https://api.example.com/billing\n    match: { paths: [/bills] }',
    ],
    [
      'routes-shadowed',
      '  billing:\n    resource: https://api.example.com/billing',
      '  «billing:\n    resource: https://api.example.com/mcp/kubernetes/bills',
      { also: ['protected-path-open'] },
    ],
    [
      'identity-header-confusable',
      'scopes: [bills]',
      'scopes: [bills]\n    identityHeaders: { «Remote-User: sub }',
      { also: ['identity-header-unlisted', 'response-header-extra'] },
    ],
    [
      'issuer-not-advertised',
      '  billing:\n    resource: https://api.example.com/billing\n    scopes: [bills]',
      '  «billing:\n    resource: https://api.example.com/billing\n    issuers: [tenant]\n    scopes: [bills]',
    ],
    [
      'scopes-supported-missing',
      '  billing:\n    resource: https://api.example.com/billing\n    scopes: [bills]',
      '  «billing:\n    resource: https://api.example.com/billing',
      { severity: 'note' },
    ],
    [
      'step-up-registration',
      GOOD['config.yaml'],
      GOOD['config.yaml']
        .replace(/registration: .*/, 'registration: { endpoint: https://people.example.com/register }')
        .replace('mcp: { tools: { status: allow', 'issuers: [people], «mcp: { tools: { status: allow, drop: [admin]'),
      { severity: 'note' },
    ],
    [
      'issuer-header-missing',
      'scopes: [bills]',
      'scopes: [bills]\n    issuers: [main, robots]\n    identityHeaders: { X-Auth-Subject: sub }',
      { at: 'resource: https://api.example.com/billing', also: ['response-header-extra'] },
    ],
    ['scopes-not-required', 'scopes: [bills]', 'scopes: «[email]'],
    ['cookie-without-origins', 'scopes: [bills]', 'scopes: [bills]\n    tokenSource: «{ cookie: session }'],
    ['mcp-without-effect', 'mcp: { tools: { status: allow } }', 'mcp: { lists: «open, tools: { status: allow } }'],
    ['mcp-pattern-dead', '{ status: allow }', '{ status: «allow, Status: allow }', { also: ['mcp-pattern-dead'] }],
    ['proof-replay-refused', 'scopes: [bills]', 'scopes: [bills]\n    dpop: { replay: «refuse }'],
    ['step-up-mcp', 'mcp: { tools: { status: allow } }', 'mcp: { tools: { status: allow, «pay: { maxAuthAge: 5m } } }'],
    [
      'acr-never-met',
      'rules: [{ methods: [DELETE], scopes: [mcp:admin] }]',
      'acr: [silver]\n    «rules: [{ methods: [DELETE], scopes: [mcp:admin], acr: [gold] }]',
    ],
    ['upstream-secret', 'upstreamAuthorization: strip', 'upstreamAuthorization: «{ secretFile: secret }'],
    ['route-observed', 'scopes: [bills]', 'scopes: [bills]\n    mode: «observe'],
    ['config', '[main]', '[«mian]', { severity: 'error' }],
  ]),
  ...plantedIn('dynamic.yaml', [
    [
      'proof-field-unlisted',
      '[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes, Authorization, DPoP]',
      `«${LIST.replace(']', ', Authorization]')}`,
      { severity: 'note' },
    ],
    [
      'identity-header-unlisted',
      '[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes, Authorization, DPoP]',
      `«${LIST.replace(']', ', DPoP]')}`,
      { severity: 'error' },
    ],
    [
      'request-headers-authorization',
      'trustForwardHeader: false',
      'trustForwardHeader: false\n        authRequestHeaders: «[Cookie]',
      { severity: 'error', also: ['request-headers-list'] },
    ],
    [
      'request-headers-list',
      'trustForwardHeader: false',
      'trustForwardHeader: false\n        «authRequestHeaders: [Authorization]',
      { severity: 'warning' },
    ],
    ['trust-forward-header-true', 'trustForwardHeader: false', 'trustForwardHeader: «true', { severity: 'note' }],
    ['forward-body-missing', 'forwardBody: true', 'forwardBody: «false', { severity: 'error' }],
    ['forward-body-unbounded', '4194304', '«-1'],
    ['forward-body-unbounded', '4194304', '«1048576'],
    [
      'request-headers-list',
      'forwardBody: true',
      'forwardBody: true\n        «authRequestHeaders: [Authorization, Content-Type]',
      { severity: 'error' },
    ],
    [
      'trust-forward-header-unset',
      `      forwardAuth:
        address: 'http://{{ env "GATE" }}/verify/billing'
        trustForwardHeader: false
`,
      `      «forwardAuth:
        address: 'http://gate:{{ env "PORT" }}/verify/billing'
`,
    ],
    [
      'pattern-unread',
      'Host(`api.example.com`) && (Path(`/billing`) || PathPrefix(`/billing/`))',
      '«Host(`api.example.com`) && (Path(`/billing`) || (PathPrefix(`/billing/`) && PathRegexp(`^/billing/\\pL+$`)))',
      { severity: 'note' },
    ],
    [
      'rule-unreadable',
      'Host(`api.example.com`) && (Path(`/billing`) || PathPrefix(`/billing/`))',
      '«Host(`api.example.com`) &&& Path(`/billing`)',
    ],
  ]),
  ...plantedIn('app.yaml', [
    ['identity-header-unlisted', LIST, '«[X-Auth-Subject, X-Auth-Issuer, X-Auth-Client]', { severity: 'error' }],
    ['response-header-extra', 'X-Auth-Scopes]', 'X-Auth-Scopes, «Authorization]'],
    [
      'response-regex-case',
      `authResponseHeaders: ${LIST}`,
      'authResponseHeadersRegex: «^x-auth-',
      { severity: 'error' },
    ],
    [
      'request-headers-list',
      'trustForwardHeader: false',
      'trustForwardHeader: false\n    «authRequestHeaders: [Authorization]',
      { severity: 'error' },
    ],
    [
      'trust-forward-header-unset',
      '  forwardAuth:\n    address: http://forwardgate.auth.svc:8080/verify/kubernetes\n    trustForwardHeader: false\n',
      '  «forwardAuth:\n    address: http://forwardgate.auth.svc:8080/verify/kubernetes\n',
    ],
    ['trust-forward-header-true', 'trustForwardHeader: false', 'trustForwardHeader: «true', { severity: 'error' }],
    [
      'signin-url',
      'trustForwardHeader: false',
      'trustForwardHeader: false\n    «authSigninURL: https://login.example.com',
      { severity: 'error' },
    ],
    ['response-body-unbounded', '16384', '«-1'],
    [
      'forward-body',
      'trustForwardHeader: false',
      'trustForwardHeader: false\n    forwardBody: «true',
      { severity: 'error' },
    ],
    [
      'address-route-unknown',
      'http://forwardgate.auth.svc:8080/verify/kubernetes',
      '«http://forwardgate.auth.svc:8080/verify/kubernets',
      { severity: 'error', also: ['cors-not-in-front'] },
    ],
    [
      'address-invalid',
      'http://forwardgate.auth.svc:8080/verify/kubernetes',
      '«forwardgate.auth.svc:8080/verify/kubernetes',
      { severity: 'error' },
    ],
    [
      'address-path',
      'http://forwardgate.auth.svc:8080/verify/kubernetes',
      '«http://forwardgate.auth.svc:8080/auth',
      { severity: 'error' },
    ],
    ['address-credentials', 'http://forwardgate', '«http://user:secret@forwardgate', { severity: 'error' }],
    ['address-https', 'http://forwardgate', '«https://forwardgate', { severity: 'note' }],
    ['middleware-missing', '- name: auth\n', '- name: «auht\n', { severity: 'error' }],
    [
      'middleware-other-namespace',
      '- name: again\n',
      '- { name: «web, namespace: other }\n',
      { also: ['middleware-missing'] },
    ],
    ['middleware-by-provider-name', '- name: auth\n', '- name: «mcp-auth@kubernetescrd\n', { severity: 'error' }],
    [
      'parent-missing',
      'metadata: { name: metadata, namespace: auth }\nspec:\n',
      'metadata: { name: metadata, namespace: auth }\nspec:\n  parentRefs: [{ name: «all }]\n',
      { also: ['well-known-missing', 'well-known-missing', 'well-known-missing'] },
    ],
    [
      'gate-behind-itself',
      '- match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n        - name: auth\n        - name: strip\n        - name: errors\n        - name: again\n      services: [{ name: kubernetes, port: 8080 }]',
      '- «match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n        - name: auth\n      services: [{ name: forwardgate, namespace: auth, port: 8080 }]',
      { severity: 'error' },
    ],
    [
      'router-without-tls',
      'spec:\n  routes:\n    - match: Host(`api.example.com`) && (Path',
      'spec:\n  entryPoints: [websecure]\n  routes:\n    - «match: Host(`api.example.com`) && (Path',
    ],
    [
      'resource-scheme',
      'spec:\n  routes:\n    - match: Host(`api.example.com`) && (Path',
      'spec:\n  entryPoints: [web]\n  routes:\n    - «match: Host(`api.example.com`) && (Path',
    ],
    [
      'object-conflict',
      '',
      '---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: again, namespace: mcp }\nspec: «{ retry: { attempts: 2 } }\n',
    ],
    ['path-changed-before-auth', STEPS, '        - name: «strip\n        - name: auth\n'],
    ['errors-over-auth', STEPS, '        - name: «errors\n        - name: auth\n', { severity: 'error' }],
    ['retry-before-auth', STEPS, '        - name: «again\n        - name: auth\n'],
    [
      'cors-not-in-front',
      '- match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n        - name: cors\n',
      '- «match: Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))\n      middlewares:\n',
    ],
    [
      'path-prefix-wide',
      'Host(`api.example.com`) && (Path(`/mcp/kubernetes`) || PathPrefix(`/mcp/kubernetes/`))',
      '«Host(`api.example.com`) && PathPrefix(`/mcp/kubernetes`)',
    ],
    [
      'well-known-missing',
      '/.well-known/oauth-protected-resource',
      '/.well-known/other',
      { at: 'forwardAuth:', also: ['well-known-missing'] },
    ],
    [
      'well-known-behind-auth',
      '      services: [{ name: forwardgate',
      '      middlewares: [{ name: «mcp-auth@kubernetescrd }]\n      services: [{ name: forwardgate',
      { severity: 'error', also: ['cors-not-in-front', 'middleware-by-provider-name'] },
    ],
    ['registration-missing', '/forwardgate/people/register', '/forwardgate/poeple/register', { at: 'forwardAuth:' }],
    [
      'registration-missing',
      '/.well-known/oauth-authorization-server/forwardgate/people',
      '/.well-known/oauth-authorization-server/forwardgate',
      { at: 'forwardAuth:' },
    ],
    [
      'registration-behind-auth',
      '      services: [{ kind: Service, name: forwardgate',
      '      middlewares: [{ name: «mcp-auth@kubernetescrd }]\n      services: [{ kind: Service, name: forwardgate',
      { severity: 'error', also: ['cors-not-in-front', 'middleware-by-provider-name'] },
    ],
    [
      'protected-path-open',
      '',
      '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: part, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`) && PathPrefix(`/mcp/kubernetes/api`)\n      priority: 9999\n      services: [{ name: web, port: 80 }]\n',
      { severity: 'error' },
    ],
    [
      'protected-path-open',
      '',
      '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: named, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`)\n      services: [{ name: forwardgate-mcp, port: 80 }]\n',
      { severity: 'warning' },
    ],
    [
      'protected-path-open',
      '',
      '---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: all, namespace: web }\nspec:\n  routes:\n    - match: «Host(`api.example.com`)\n      services: [{ name: web, port: 80 }]\n',
      { severity: 'warning' },
    ],
    [
      'protected-path-open',
      '',
      '---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: all, namespace: web }\nspec:\n  hostnames: [api.example.com]\n  rules:\n    - matches: [{ path: { type: RegularExpression, value: «"/mcp/kubernetes.*|/very/long/expression/that/gives/it/a/high/priority/in/this/test/only/for/this/row" } }]\n      backendRefs: [{ name: web, port: 80 }]\n',
      { severity: 'error' },
    ],
    [
      'manifest-unreadable',
      'kind: IngressRoute\nmetadata: { name: metadata, namespace: auth }',
      'kind: IngressRoute\n«kind: IngressRoute\nmetadata: { name: metadata, namespace: auth }',
      { severity: 'error', also: ['well-known-missing', 'well-known-missing'] },
    ],
  ]),
  ...plantedIn('traefik.yaml', [
    [
      'forward-body-trailers',
      '"docker.io/library/traefik:v3.7.13"',
      '«traefik:3.7.12',
      { severity: 'error', also: ['upgrade-tunnel'] },
    ],
    [
      'upgrade-tunnel',
      'image: "docker.io/library/traefik:v3.7.13"',
      'image: «{ registry: docker.io, repository: traefik, tag: v2.11.43 }',
      { severity: 'error', also: ['forward-body-trailers'] },
    ],
  ]),
  ...plantedIn('static.yaml', [
    ['entry-point-auth', '":80"', '":80"\n    http: { middlewares: [«billing-auth@file] }', { severity: 'error' }],
  ]),
]
