import type { Values } from '../../cli/usage.ts'
import type { Route } from '../../config/model.ts'
import { didYouMean, notIn } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { command } from '../frame/command.ts'
import { type Backend, isKubernetesName, readBackends } from './backend.ts'
import type { Deployment, Gateway } from './plan.ts'
import { PROXIES, PROXY_OPTIONS, type ProxyTargets, type Target } from './targets.ts'

const OPTIONS = {
  as: { value: 'FORM', about: 'of traefik: ingressroute (the default), httproute, docker-labels or file' },
  route: { value: 'NAME', about: 'this route only' },
  namespace: { value: 'NAME', about: 'of the protected services; default: default' },
  service: { value: 'NAME', about: 'the protected service; default: the name of its route' },
  port: { value: 'PORT', about: 'of the protected service; default: 8080' },
  url: {
    value: 'NAME=URL',
    about: 'where the service of this route is, such as api=http://10.0.0.5:8000; overrides --service and --port',
    repeated: true,
  },
  'entry-point': { value: 'NAME', about: 'of traefik; default: websecure, or web for http resources' },
  gateway: {
    value: 'GATEWAY',
    about:
      'of HTTPRoutes: NAMESPACE/NAME or NAMESPACE/NAME/LISTENER; default: traefik/traefik-gateway, envoy-gateway-system/gateway, istio-ingress/gateway or default/gateway. Its listener is named as the entry point unless given, or https (http for http resources)',
  },
  'without-well-known': {
    about: 'of Kubernetes objects: without the route to the metadata, if an overlay or the chart has one for the host',
  },
  'gate-namespace': { value: 'NAME', about: 'the namespace of forwardgate; default: auth' },
  'gate-service': { value: 'NAME', about: 'its service; default: forwardgate' },
  'gate-port': { value: 'PORT', about: 'its auth port; default: 8080' },
  'listen-port': {
    value: 'PORT',
    about: 'of envoy (default: 10000), nginx (default: 80) and caddy (default: 443, or 80 for http resources)',
  },
} as const

/** Prints the proxy's side of the configuration, so that the two never differ. */
export const generate = command({
  name: 'generate',
  synopsis: [
    'generate traefik [--as FORM] [--route NAME] [options]',
    `generate ${[...PROXIES.keys()].slice(1).join(' | ')} [--route NAME] [options]`,
  ],
  about:
    'Prints the proxy’s side of the configuration: for each route the call to forwardgate with exactly its identity headers, CORS before it if the route has origins, and an open route to the metadata.',
  reads: 'configuration',
  operands: { min: 1, max: 1, missing: `name a proxy: ${[...PROXIES.keys()].join(', ')}` },
  options: OPTIONS,
  exitCodes: { 0: 'success', 2: 'configuration or usage error' },
  misuse({ values, operands: [name = ''] }) {
    const proxy = PROXIES.get(name)
    if (proxy === undefined) return unknownProxy(name)
    const foreign = PROXY_OPTIONS.find((option) => values[option] !== undefined && !proxy.options.includes(option))
    return foreign === undefined ? badValue(proxy, values) : `--${foreign} is not for ${name}`
  },
  run({ values, operands: [name = ''], configuration }) {
    const { routes } = configuration.config
    const chosen = values.route === undefined ? routes : routes.filter((route) => route.name === values.route)
    const names = routes.map((route) => route.name)
    if (chosen.length === 0) return { misuse: `--route: ${notIn('routes', values.route ?? '', names)}` }
    const proxy = PROXIES.get(name)
    const target = targetOf(proxy, values.as)
    if (proxy === undefined || target === undefined) return { misuse: unknownProxy(name) }
    const backends = backendsOf(target, values.url, routes)
    if (typeof backends === 'string') return { misuse: backends }
    const listenPort = values['listen-port'] === undefined ? undefined : Number(values['listen-port'])
    const { json, text } = target.write(chosen, { ...deploymentOf(proxy, values), backends }, listenPort)
    return { json, text: () => text }
  },
})

function unknownProxy(name: string): string {
  const names = [...PROXIES.keys()]
  return `name a proxy: ${names.join(', ')}, not ${quote(name)}${didYouMean(name, names)}`
}

function targetOf(proxy: ProxyTargets | undefined, form: string | undefined): Target | undefined {
  return form === undefined ? proxy?.forms.values().next().value : proxy?.forms.get(form)
}

function deploymentOf(proxy: ProxyTargets, values: Values<typeof OPTIONS>): Deployment {
  return {
    namespace: values.namespace ?? 'default',
    service: values.service,
    port: Number(values.port ?? 8080),
    entryPoint: values['entry-point'],
    gateway: readGateway(values.gateway) ?? proxy.gateway,
    wellKnown: values['without-well-known'] !== true,
    gate: {
      service: values['gate-service'] ?? 'forwardgate',
      namespace: values['gate-namespace'] ?? 'auth',
      port: Number(values['gate-port'] ?? 8080),
    },
  }
}

/** What `--url` says, if its routes exist and the target can say it. */
function backendsOf(target: Target, url: readonly string[] | undefined, routes: readonly Route[]) {
  const backends = readBackends(url ?? [])
  if (typeof backends === 'string') return backends
  const names = routes.map(({ name }) => name)
  for (const [name, backend] of backends) {
    if (!names.includes(name)) return `--url: ${notIn('routes', name, names)}`
    const problem = unwritable(backend, target)
    if (problem !== undefined) return `--url: ${problem}`
  }
  return backends
}

/** What of a backend a target has no words for. */
function unwritable({ scheme, host }: Backend, { isKubernetes, schemes, otherwise }: Target): string | undefined {
  if (!schemes.includes(scheme)) return otherwise
  return isKubernetes && !isKubernetesName(host)
    ? `${quote(host)} is not the name of a Service; it must be in the namespace of the route (--namespace)`
    : undefined
}

function readGateway(text: string | undefined): Gateway | undefined {
  const [namespace, name, listener, ...more] = text?.split('/') ?? []
  if (namespace === undefined || name === undefined || more.length > 0) return undefined
  return [namespace, name, listener ?? 'x'].every(isKubernetesName) ? { namespace, name, listener } : undefined
}

function badValue(proxy: ProxyTargets, values: Values<typeof OPTIONS>): string | undefined {
  const target = targetOf(proxy, values.as)
  if (target === undefined) {
    const forms = [...proxy.forms.keys()]
    return `--as: ${quote(values.as)} is not a form${didYouMean(values.as ?? '', forms) || `; write ${forms.join(', ')}`}`
  }
  if (values['without-well-known'] === true && !target.isKubernetes)
    return '--without-well-known is for Kubernetes objects only'
  for (const name of ['port', 'gate-port', 'listen-port'] as const) {
    const text = values[name]
    if (text !== undefined && !(/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535))
      return `--${name}: ${quote(text)} is not a port`
  }
  if (values.gateway !== undefined && readGateway(values.gateway) === undefined)
    return `--gateway: ${quote(values.gateway)} is not NAMESPACE/NAME or NAMESPACE/NAME/LISTENER`
  for (const name of ['namespace', 'service', 'entry-point', 'gate-namespace', 'gate-service'] as const) {
    const text = values[name]
    if (text === undefined) continue
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text))
      return `--${name}: ${quote(text)} is not a valid name`
    if (target.isKubernetes && name !== 'entry-point' && !isKubernetesName(text))
      return `--${name}: ${quote(text)} is not a valid Kubernetes name; write lower-case letters, digits and hyphens`
  }
  return undefined
}
