import type { Values } from '../../cli/usage.ts'
import type { Route } from '../../config/model.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { command } from '../frame/command.ts'
import { isKubernetesName } from '../frame/kubernetes-name.ts'
import { envoyFile } from '../proxies/envoy/write-envoy.ts'
import { dockerLabels, dynamicFile } from '../proxies/traefik/write-dynamic.ts'
import { httpRoutes, ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import { type Backend, readBackends } from './backend.ts'
import { type Deployment, type Gateway, type Plan, planRoutes } from './plan.ts'
import { type Document, toYaml } from './yaml-text.ts'

const OPTIONS = {
  as: { value: 'FORM', about: 'ingressroute (the default), httproute, docker-labels or file' },
  route: { value: 'NAME', about: 'this route only' },
  namespace: { value: 'NAME', about: 'of the protected services; default: default' },
  service: { value: 'NAME', about: 'the protected service; default: the name of its route' },
  port: { value: 'PORT', about: 'of the protected service; default: 8080' },
  url: {
    value: 'NAME=URL',
    about: 'where the service of this route is, such as api=http://10.0.0.5:8000; beats --service and --port',
    repeated: true,
  },
  'entry-point': { value: 'NAME', about: 'default: websecure, or web for http resources' },
  gateway: {
    value: 'GATEWAY',
    about:
      'of httproute: NAMESPACE/NAME or NAMESPACE/NAME/LISTENER; default: traefik/traefik-gateway. Its listener is named as the entry point unless given',
  },
  'gate-namespace': { value: 'NAME', about: 'the namespace of forwardgate; default: auth' },
  'gate-service': { value: 'NAME', about: 'its service; default: forwardgate' },
  'gate-port': { value: 'PORT', about: 'its auth port; default: 8080' },
  'listen-port': { value: 'PORT', about: 'of envoy; default: 10000' },
} as const

const FORMS: ReadonlyMap<string, (plan: Plan) => readonly Document[]> = new Map([
  ['ingressroute', ingressRoutes],
  ['httproute', httpRoutes],
  ['docker-labels', dockerLabels],
  ['file', dynamicFile],
])

/** Prints the proxy's side of the configuration, so that the two never differ. */
export const generate = command({
  name: 'generate',
  synopsis: ['generate traefik [--as FORM] [--route NAME] [options]', 'generate envoy [--route NAME] [options]'],
  about:
    'Prints the proxy’s side of the configuration. For Traefik: for each route the auth middleware (with CORS in front of it if the route has origins) and its router, and the open router for the metadata. For Envoy: a whole bootstrap with the same.',
  reads: 'configuration',
  operands: { min: 1, max: 1, missing: 'say for which proxy: traefik or envoy' },
  options: OPTIONS,
  exitCodes: { 0: 'success', 2: 'configuration or usage error' },
  misuse: ({ values, operands: [proxy = ''] }) =>
    PROXIES[proxy] === undefined
      ? `say for which proxy: traefik or envoy; there is no ${quote(proxy)}${didYouMean(proxy, Object.keys(PROXIES))}`
      : (foreignOption(proxy, values) ?? badValue(proxy, values)),
  run({ values, operands: [proxy], configuration }) {
    const { routes } = configuration.config
    const chosen = values.route === undefined ? routes : routes.filter(({ name }) => name === values.route)
    if (chosen.length === 0) {
      const names = routes.map(({ name }) => name)
      return { misuse: `--route: ${quote(values.route)} is not in routes${didYouMean(values.route ?? '', names)}` }
    }
    const backends = backendsOf(proxy, values, routes)
    if (typeof backends === 'string') return { misuse: backends }
    const plan = planRoutes(chosen, { ...deploymentOf(values), backends })
    const form = FORMS.get(values.as ?? 'ingressroute') ?? ingressRoutes
    const documents = proxy === 'envoy' ? envoyFile(plan, chosen, Number(values['listen-port'] ?? 10_000)) : form(plan)
    return { json: documents.map(({ content }) => content), text: () => toYaml(documents) }
  },
})

/** What each proxy has no use for. */
const PROXIES: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  traefik: ['listen-port'],
  envoy: ['as', 'namespace', 'entry-point', 'gateway', 'gate-namespace'],
}

function foreignOption(proxy: string, values: Values<typeof OPTIONS>): string | undefined {
  const name = PROXIES[proxy]?.find((option) => values[option] !== undefined)
  return name === undefined ? undefined : `--${name} is not for ${proxy}`
}

function deploymentOf(values: Values<typeof OPTIONS>): Deployment {
  return {
    namespace: values.namespace ?? 'default',
    service: values.service,
    port: Number(values.port ?? 8080),
    entryPoint: values['entry-point'],
    gateway: readGateway(values.gateway) ?? DEFAULT_GATEWAY,
    gate: {
      service: values['gate-service'] ?? 'forwardgate',
      namespace: values['gate-namespace'] ?? 'auth',
      port: Number(values['gate-port'] ?? 8080),
    },
  }
}

/** What `--url` says, if its routes exist and the form can say it. */
function backendsOf(proxy: string | undefined, { url, as: form }: Values<typeof OPTIONS>, routes: readonly Route[]) {
  const backends = readBackends(url ?? [])
  if (typeof backends === 'string') return backends
  const names = routes.map(({ name }) => name)
  for (const [name, backend] of backends) {
    if (!names.includes(name)) return `--url: ${quote(name)} is not in routes${didYouMean(name, names)}`
    const problem = unwritable(backend, proxy === 'envoy' ? proxy : (form ?? 'ingressroute'))
    if (problem !== undefined) return `--url: ${problem}`
  }
  return backends
}

/** What of a backend a form has no words for. */
function unwritable({ scheme, host }: Backend, form: string): string | undefined {
  if (form === 'envoy' && scheme !== 'http') return 'envoy takes http only; give its cluster a transport_socket for TLS'
  if (form === 'httproute' && scheme !== 'http') return 'httproute takes http only; write appProtocol in the Service'
  if (isKubernetes(form) && !isKubernetesName(host))
    return `${quote(host)} is not the name of a Service; it must be in the namespace of the route (--namespace)`
  return undefined
}

function isKubernetes(form: string): boolean {
  return form === 'ingressroute' || form === 'httproute'
}

/** That of Traefik's chart. */
const DEFAULT_GATEWAY: Gateway = { namespace: 'traefik', name: 'traefik-gateway', listener: undefined }

function readGateway(text: string | undefined): Gateway | undefined {
  const [namespace, name, listener, ...more] = text?.split('/') ?? []
  if (namespace === undefined || name === undefined || more.length > 0) return undefined
  return [namespace, name, listener ?? 'x'].every(isKubernetesName) ? { namespace, name, listener } : undefined
}

function badValue(proxy: string, values: Values<typeof OPTIONS>): string | undefined {
  const { as: form = 'ingressroute' } = values
  if (!FORMS.has(form)) {
    const forms = [...FORMS.keys()]
    return `--as: ${quote(form)} is not a form${didYouMean(form, forms) || `; write ${forms.join(', ')}`}`
  }
  for (const name of ['port', 'gate-port', 'listen-port'] as const) {
    const text = values[name]
    if (text !== undefined && !(/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535))
      return `--${name}: ${quote(text)} is not a port`
  }
  if (values.gateway !== undefined && readGateway(values.gateway) === undefined)
    return `--gateway: ${quote(values.gateway)} is not NAMESPACE/NAME or NAMESPACE/NAME/LISTENER`
  const kubernetes = proxy === 'traefik' && isKubernetes(form)
  for (const name of ['namespace', 'service', 'entry-point', 'gate-namespace', 'gate-service'] as const) {
    const text = values[name]
    if (text === undefined) continue
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text))
      return `--${name}: ${quote(text)} is not a valid name`
    if (kubernetes && name !== 'entry-point' && !isKubernetesName(text))
      return `--${name}: ${quote(text)} is not a valid Kubernetes name; write lower-case letters, digits and hyphens`
  }
  return undefined
}
