import { type Backend, urlOf } from '../../generate/backend.ts'
import {
  claimName,
  corsOptions,
  forwardAuthOptions,
  middlewareNames,
  type Plan,
  type PlannedRoute,
  wellKnownRule,
} from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'

/** One file for Traefik's file provider. */
export function dynamicFile(plan: Plan): readonly Document[] {
  const { gate } = plan.deployment
  const address = `http://${gate.service}:${gate.port}`
  // By route, never by host: the service and forwardgate may well have one host.
  const gateService = claimName('forwardgate', new Set(plan.routes.map(({ name }) => name)))
  const services = [...plan.routes.map(({ name, backend }) => [name, urlOf(backend)]), [gateService, address]]
  const http = {
    routers: {
      ...Object.fromEntries(
        plan.routes.flatMap((route) => route.places.map(({ name, rule }) => [name, router(route, rule, route.name)])),
      ),
      [plan.wellKnownName]: {
        rule: wellKnownRule(plan),
        priority: 10_000,
        entryPoints: [plan.entryPoint],
        service: gateService,
        ...(plan.tls ? { tls: {} } : {}),
      },
    },
    middlewares: Object.fromEntries(plan.routes.flatMap((route) => middlewaresOf(route, address))),
    services: Object.fromEntries(
      services.map(([name = '', url = '']) => [name, { loadBalancer: { servers: [{ url }] } }]),
    ),
  }
  return [
    {
      comment:
        'Dynamic configuration of Traefik. The router of forwardgate is where clients learn which issuer to use: never behind auth.',
      content: { http },
    },
  ]
}

/** Labels for a compose file, to be merged into the services that are there. */
export function dockerLabels(plan: Plan): readonly Document[] {
  const { gate } = plan.deployment
  const address = `http://${gate.service}:${gate.port}`
  const services = Map.groupBy(plan.routes, ({ backend }) => backend.host)
  const labelled: Record<string, Value> = {}
  for (const [service, routes] of services) {
    const entries = routes.flatMap((route) => [
      ...route.places.flatMap(({ name, rule }) =>
        labels(`traefik.http.routers.${name}`, router(route, rule, route.name)),
      ),
      ...serverLabels(route.name, route.backend),
      ...middlewaresOf(route, address).flatMap(([name, options]) =>
        labels(`traefik.http.middlewares.${name}`, options),
      ),
    ])
    labelled[service] = {
      labels: { 'traefik.enable': 'true', ...Object.fromEntries(entries) },
    }
  }
  const gateService = claimName('forwardgate', new Set(plan.routes.map(({ name }) => name)))
  const wellKnown = labels(`traefik.http.routers.${plan.wellKnownName}`, {
    rule: wellKnownRule(plan),
    priority: 10_000,
    entryPoints: [plan.entryPoint],
    service: gateService,
    ...(plan.tls ? { tls: true } : {}),
  })
  const gateServer = serverLabels(gateService, { scheme: 'http', host: gate.service, port: gate.port })
  labelled[gate.service] = {
    labels: { 'traefik.enable': 'true', ...Object.fromEntries([...wellKnown, ...gateServer]) },
  }
  return [
    {
      comment:
        'For compose.yaml. The router of forwardgate is where clients learn which issuer to use: never behind auth.',
      content: { services: labelled },
    },
  ]
}

function router(route: PlannedRoute, rule: string, service: string) {
  return {
    rule,
    entryPoints: [route.entryPoint],
    middlewares: middlewareNames(route),
    service,
    ...(route.tls ? { tls: {} } : {}),
  }
}

function middlewaresOf(
  route: PlannedRoute,
  address: string,
): readonly (readonly [string, { readonly [key: string]: Value }])[] {
  const auth = [`${route.name}-auth`, { forwardAuth: forwardAuthOptions(route, address) }] as const
  return route.origins === undefined ? [auth] : [[`${route.name}-cors`, { headers: corsOptions(route.origins) }], auth]
}

/** The service of a route on its container. */
function serverLabels(name: string, { scheme, port }: Backend): readonly (readonly [string, string])[] {
  const server = `traefik.http.services.${name}.loadBalancer.server`
  return [[`${server}.port`, String(port)], ...(scheme === 'http' ? [] : [[`${server}.scheme`, scheme] as const])]
}

/** A tree as dotted names; lists as text with commas, an empty map as `true`. */
function labels(name: string, value: Value): readonly (readonly [string, string])[] {
  if (typeof value !== 'object') return [[name, String(value)]]
  if (isList(value)) return [[name, value.join(',')]]
  const members = Object.entries(value)
  return members.length === 0 ? [[name, 'true']] : members.flatMap(([key, item]) => labels(`${name}.${key}`, item))
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
