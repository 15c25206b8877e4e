// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write
import { CATCH_ALL, crd, GATE, type InTheWild, METADATA, OPEN, PROTECTED, RULE, route } from './parts.ts'

const LIST = (kind: string, texts: string) =>
  `---\napiVersion: traefik.io/v1alpha1\nkind: ${kind}\nitems:\n${texts
    .split('---\n')
    .slice(1)
    .map((text) => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`)
    .join('')}`
const BARE = (text: string) => text.replaceAll(/(?:apiVersion|kind): .*\n(?:kind: .*\n)?/g, '')
const MIDDLEWARE = crd('Middleware', 'gate', 'mcp', GATE)
const ROUTERS = PROTECTED.slice(MIDDLEWARE.length)

/** Kinds of objects and files. */
export const KINDS: readonly InTheWild[] = [
  { name: 'a List', alone: LIST('List', PROTECTED), found: [] },
  { name: 'typed lists', alone: LIST('MiddlewareList', MIDDLEWARE) + LIST('IngressRouteList', ROUTERS), found: [] },
  {
    name: 'typed lists whose items leave their kind out',
    alone: LIST('MiddlewareList', BARE(MIDDLEWARE)) + LIST('IngressRouteList', BARE(ROUTERS)),
    found: [],
  },
  {
    name: 'an open router in a typed list',
    beside: LIST('IngressRouteList', crd('IngressRoute', 'other', 'web', route(CATCH_ALL))),
    found: [OPEN],
  },
  {
    name: 'a list in a list',
    alone: `apiVersion: v1\nkind: List\nitems:\n- ${LIST('List', PROTECTED).slice(4).trimEnd().replaceAll('\n', '\n  ')}\n`,
    found: [],
  },
  {
    name: 'JSON',
    alone: JSON.stringify(
      {
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'Middleware',
        metadata: { name: 'gate', namespace: 'mcp' },
        spec: { forwardAuth: { address: 'nowhere' } },
      },
      null,
      '\t',
    ),
    found: ['address-invalid error'],
  },
  {
    name: 'the values of app-template',
    beside: `---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: app, namespace: mcp }\nspec:\n  chart: { spec: { chart: app-template } }\n  values:\n    ingress: { app: { className: traefik, hosts: [{ host: api.example.com }] } }\n    route: { app: { hostnames: [api.example.com], parentRefs: [{ name: outer }] } }\n`,
    found: ['helm-values-unread note'],
  },
  {
    name: 'values without routing',
    beside:
      '---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: traefik-like }\nspec: { values: { image: { tag: a }, ingress: { enabled: false }, route: {} } }\n',
    found: [],
  },
]

const ADDRESS = (address: string) =>
  crd('Middleware', 'other', 'web', `{ forwardAuth: { address: "${address}", trustForwardHeader: true } }`)
const OWN = (from: string, to: string) => PROTECTED.replace(from, () => to)
const HOST = 'Host(`api.example.com`)'

/** What is filled in later. */
export const VARIABLES: readonly InTheWild[] = [
  ...[
    `\${AUTHELIA_URL}/api/authz/forward-auth`,
    `\${URL}`,
    '$(URL)/auth',
    '$AUTH_URL/auth',
    '{{ env `AUTH` }}/auth',
    `\${SCHEME}://auth`,
    `http://auth:80\${PATH}`,
    `\${A:-\${B}}/x`,
  ].map(
    (address): InTheWild => ({
      name: `the address ${address} of another service`,
      beside: ADDRESS(address),
      found: [],
    }),
  ),
  {
    name: 'an address that is wrong without a variable',
    beside: ADDRESS('auth:9000/verify'),
    found: ['address-invalid error'],
  },
  {
    name: 'a variable in the host of the gate',
    alone: OWN('forwardgate.auth.svc', `forwardgate.\${AUTH_NS:=auth}.svc`),
    found: [],
  },
  {
    name: 'a variable in place of the host and port',
    alone: OWN('http://forwardgate.auth.svc:8080', `\${GATE}`),
    found: [],
  },
  { name: 'a variable in place of the route', alone: OWN('verify/app', `verify/\${ROUTE}`), found: [] },
  {
    name: 'a wrong route behind a variable',
    alone: OWN('http://forwardgate.auth.svc:8080/verify/app', `\${GATE}/verify/aap`),
    found: ['address-route-unknown error'],
  },
  {
    name: 'a variable in the host of the routers',
    alone: PROTECTED.replaceAll(HOST, 'Host(`api.${DOMAIN}`)'),
    found: [],
  },
  {
    name: 'a variable in the host of an open router',
    beside: crd('IngressRoute', 'other', 'web', route('Host(`api.${DOMAIN}`)')),
    found: [OPEN],
  },
  {
    name: 'a variable in the host of another service',
    beside: crd('IngressRoute', 'other', 'web', route('Host(`grafana.${DOMAIN}`)')),
    found: [],
  },
  {
    name: 'a host that is nothing but a variable',
    beside: crd('IngressRoute', 'other', 'web', route('Host(`${GRAFANA_HOST}`)')),
    found: [],
  },
  {
    name: 'a rule that is nothing but a variable',
    beside: crd('IngressRoute', 'other', 'web', route(`\${RULE}`)),
    found: ['rule-unreadable note'],
  },
  {
    name: 'a variable in the name of a middleware',
    beside: crd(
      'IngressRoute',
      'other',
      'web',
      route('Host(`x.example.com`)', `, middlewares: [{ name: "\${NAME}" }]`),
    ),
    found: [],
  },
]

const LABELS = (labels: readonly string[]) =>
  `services:\n  app:\n    labels:\n${labels.map((label) => `      - "${label}"\n`).join('')}`
const COMPOSE = [
  `traefik.http.routers.app.rule=${RULE}`,
  'traefik.http.routers.app.middlewares=gate@docker',
  'traefik.http.middlewares.gate.forwardauth.address=http://forwardgate:8080/verify/app',
  'traefik.http.middlewares.gate.forwardauth.trustForwardHeader=false',
  'traefik.http.middlewares.gate.forwardauth.maxresponsebodysize=16384',
  'traefik.http.middlewares.gate.forwardauth.authResponseHeaders=X-Auth-Subject,X-Auth-Issuer,X-Auth-Client,X-Auth-Scopes',
  `traefik.http.routers.wk.rule=${METADATA}`,
  'traefik.http.routers.wk.service=forwardgate',
]

/** Labels of Compose. */
export const CONTAINERS: readonly InTheWild[] = [
  { name: 'labels', alone: LABELS(COMPOSE), found: [] },
  ...[
    ['.gate.forwardauth.trust', '.gate.ForwardAuth.trust'],
    ['http.routers.app.middlewares', 'HTTP.Routers.App.Middlewares'],
    ['traefik.http.middlewares.gate.forwardauth.max', 'TRAEFIK.http.MiddleWares.gate.FORWARDAUTH.Max'],
    ['http.routers.wk.service', 'http.routers.WK.Service'],
  ].map(
    ([from = '', to = '']): InTheWild => ({
      name: `labels with ${to}`,
      alone: LABELS(COMPOSE).replace(from, () => to),
      found: [],
    }),
  ),
  {
    name: 'labels with a mistake in another case',
    alone: LABELS(COMPOSE).replace(
      'gate.forwardauth.trustForwardHeader=false',
      'gate.FORWARDAUTH.trustforwardheader=true',
    ),
    found: ['trust-forward-header-true note'],
  },
]
