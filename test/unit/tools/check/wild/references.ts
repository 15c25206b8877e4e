// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write
import { crd, GATE, type InTheWild, ingress, METADATA, METADATA_ROUTE, PROTECTED, RULE, route } from './parts.ts'

const PARENT = (middlewares: string) =>
  crd('IngressRoute', 'parent', 'mcp', `{ routes: [{ match: "${RULE}"${middlewares} }] }`)
const CHILD = (more: string, middlewares = '') =>
  crd(
    'IngressRoute',
    'child',
    'mcp',
    `{ parentRefs: [{ name: parent${more} }], routes: [{ match: "HeaderRegexp(\`X-Auth-Scopes\`, \`admin\`)", services: [{ name: admin, port: 80 }]${middlewares} }, { match: "PathPrefix(\`/\`)", services: [{ name: app, port: 80 }]${middlewares} }] }`,
  )
const LAYERED = (parent: string, child: string) =>
  `${crd('Middleware', 'gate', 'mcp', GATE)}${PARENT(parent)}${child}${METADATA_ROUTE}`
const BY_GATE = ', middlewares: [{ name: gate }]'

/** Parents and children. */
export const LAYERS: readonly InTheWild[] = [
  { name: 'children of a protected parent', alone: LAYERED(BY_GATE, CHILD('')), found: [] },
  { name: 'protected children of an open parent', alone: LAYERED('', CHILD('', BY_GATE)), found: [] },
  {
    name: 'open children of an open parent',
    alone: LAYERED('', CHILD('')),
    found: ['protected-path-open error', 'protected-path-open error'],
  },
  {
    name: 'a child in another namespace than its parent',
    alone: LAYERED(
      BY_GATE,
      CHILD(', namespace: mcp').replace('name: child, namespace: mcp', 'name: child, namespace: web'),
    ),
    found: ['middleware-other-namespace warning'],
  },
  {
    name: 'a child without its parent',
    beside: CHILD('').replace('name: parent }', 'name: nowhere }'),
    found: ['parent-missing warning'],
  },
  {
    name: 'grandchildren',
    alone: LAYERED(
      BY_GATE,
      `${crd('IngressRoute', 'middle', 'mcp', '{ parentRefs: [{ name: parent }], routes: [{ match: "PathPrefix(`/`)" }] }')}${CHILD('').replace('name: parent }', 'name: middle }')}`,
    ),
    found: [],
  },
  {
    name: 'a parent that is its own child',
    alone: LAYERED(BY_GATE, CHILD('').replace('name: parent }', 'name: child }')),
    found: [],
  },
  {
    name: 'layers in a file',
    alone: `http:
  routers:
    parent: { rule: "${RULE}", middlewares: [gate] }
    child: { rule: "PathPrefix(\`/\`)", service: app, parentRefs: [parent] }
    metadata: { rule: "${METADATA}", service: forwardgate }
  middlewares: { gate: ${GATE} }
`,
    found: [],
  },
]

const SERVICES = (list: string) =>
  `${crd('Middleware', 'gate', 'mcp', GATE)}${crd('IngressRoute', 'app', 'mcp', `{ routes: [{ match: "${RULE}", services: [${list}] }] }`)}${METADATA_ROUTE}`

/** How middlewares are named. */
export const REFERENCES: readonly InTheWild[] = [
  {
    name: 'the gate at the service',
    alone: SERVICES('{ name: app, port: 80, middlewares: [{ name: gate }] }'),
    found: [],
  },
  {
    name: 'the gate at each service',
    alone: SERVICES('{ name: a, middlewares: [{ name: gate }] }, { name: b, middlewares: [{ name: gate }] }'),
    found: [],
  },
  {
    name: 'the gate at one of two services',
    alone: SERVICES('{ name: a, middlewares: [{ name: gate }] }, { name: b }'),
    found: ['protected-path-open error'],
  },
  {
    name: 'the gate at the service of a file',
    alone: `http:\n  routers:\n    app: { rule: "${RULE}", service: app }\n    metadata: { rule: "${METADATA}", service: forwardgate }\n  services: { app: { middlewares: [gate], loadBalancer: { servers: [{ url: http://app }] } } }\n  middlewares: { gate: ${GATE} }\n`,
    found: [],
  },
  {
    name: 'the gate by the name of the provider',
    alone: PROTECTED.replace('[{ name: gate }]', '[{ name: mcp-gate@kubernetescrd }]'),
    found: ['middleware-by-provider-name error'],
  },
  {
    name: 'a chain that refers so',
    alone:
      PROTECTED.replace('[{ name: gate }]', '[{ name: all }]') +
      crd('Middleware', 'all', 'mcp', '{ chain: { middlewares: [{ name: mcp-gate@kubernetescrd }] } }'),
    found: ['middleware-by-provider-name error'],
  },
  {
    name: 'a service that refers so',
    alone: SERVICES('{ name: app, middlewares: [{ name: mcp-gate@kubernetescrd }] }'),
    found: ['middleware-by-provider-name error'],
  },
  {
    name: 'the same where Traefik may cross namespaces, as a file',
    alone: `${PROTECTED.replace('[{ name: gate }]', '[{ name: mcp-gate@kubernetescrd }]')}---\nproviders: { kubernetesCRD: { allowCrossNamespace: true } }\n`,
    found: [],
  },
  {
    name: 'the same where Traefik may cross namespaces, as an argument',
    alone: `${PROTECTED.replace('[{ name: gate }]', '[{ name: gate, namespace: mcp }]').replace('name: app, namespace: mcp', 'name: app, namespace: web')}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: traefik }\nspec: { template: { spec: { containers: [{ name: traefik, image: "traefik:v3.7.13", args: [--providers.kubernetescrd.allowCrossNamespace=true] }] } } }\n`,
    found: [],
  },
  {
    name: 'the gate by the name of another provider',
    beside: crd(
      'IngressRoute',
      'more',
      'mcp',
      route('Host(`more.example.com`)', ', middlewares: [{ name: gate@file }]'),
    ),
    found: [],
  },
  {
    name: 'a Middleware without a namespace',
    alone: PROTECTED.replace('name: gate, namespace: mcp', 'name: gate'),
    found: [],
  },
  {
    name: 'a router without a namespace',
    alone: PROTECTED.replace('name: app, namespace: mcp', 'name: app'),
    found: [],
  },
  { name: 'neither with a namespace', alone: PROTECTED.replaceAll(', namespace: mcp', ''), found: [] },
  {
    name: 'a router without a namespace that names one',
    alone: PROTECTED.replace('name: app, namespace: mcp', 'name: app').replace(
      '[{ name: gate }]',
      '[{ name: gate, namespace: mcp }]',
    ),
    found: [],
  },
  {
    name: 'an annotation that names a Middleware without a namespace',
    alone:
      PROTECTED.replace('name: gate, namespace: mcp', 'name: the-gate').replace(
        '[{ name: gate }]',
        '[{ name: the-gate }]',
      ) +
      ingress('', 'traefik.ingress.kubernetes.io/router.middlewares: mcp-the-gate@kubernetescrd').replace(
        'path: /,',
        'path: /x/,',
      ),
    found: [],
  },
  {
    name: 'a name that no Middleware has, with or without a namespace',
    alone: PROTECTED.replace('name: gate, namespace: mcp', 'name: gate').replace(
      '[{ name: gate }]',
      '[{ name: gaet }]',
    ),
    found: ['middleware-missing error'],
  },
  {
    name: 'a Middleware of another namespace',
    alone: PROTECTED.replace('name: gate, namespace: mcp', 'name: gate, namespace: other'),
    found: ['middleware-missing error'],
  },
]
