import type { Values } from '../../cli/usage.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { command } from '../frame/command.ts'
import { isKubernetesName } from '../frame/kubernetes-name.ts'
import { envoyFile } from '../proxies/envoy/write-envoy.ts'
import { dockerLabels, dynamicFile } from '../proxies/traefik/write-dynamic.ts'
import { httpRoutes, ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import { type Deployment, type Plan, planRoutes } from './plan.ts'
import { type Document, toYaml } from './yaml-text.ts'

const OPTIONS = {
  as: { value: 'FORM', about: 'ingressroute (the default), httproute, docker-labels or file' },
  route: { value: 'NAME', about: 'this route only' },
  namespace: { value: 'NAME', about: 'of the protected services; default: default' },
  service: { value: 'NAME', about: 'the protected service; default: the name of its route' },
  port: { value: 'PORT', about: 'of the protected service; default: 8080' },
  'entry-point': { value: 'NAME', about: 'default: websecure, or web for http resources' },
  gateway: { value: 'NAME', about: 'the Gateway of httproute; default: traefik' },
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
    const plan = planRoutes(chosen, deploymentOf(values))
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
    gateway: values.gateway ?? 'traefik',
    gate: {
      service: values['gate-service'] ?? 'forwardgate',
      namespace: values['gate-namespace'] ?? 'auth',
      port: Number(values['gate-port'] ?? 8080),
    },
  }
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
  const kubernetes = proxy === 'traefik' && (form === 'ingressroute' || form === 'httproute')
  for (const name of ['namespace', 'service', 'entry-point', 'gateway', 'gate-namespace', 'gate-service'] as const) {
    const text = values[name]
    if (text === undefined) continue
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text))
      return `--${name}: ${quote(text)} is not a valid name`
    if (kubernetes && name !== 'entry-point' && !isKubernetesName(text))
      return `--${name}: ${quote(text)} is not a valid Kubernetes name; write lower-case letters, digits and hyphens`
  }
  return undefined
}
