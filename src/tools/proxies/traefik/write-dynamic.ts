import {
  corsOptions,
  forwardAuthOptions,
  middlewareNames,
  type Place,
  type Plan,
  type PlannedRoute,
  wellKnownRule,
} from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'

/** One file for Traefik's file provider. */
export function dynamicFile(plan: Plan): readonly Document[] {
  const { gate, port } = plan.deployment
  const address = `http://${gate.service}:${gate.port}`
  const services = [
    ...plan.routes.map(({ service }) => [service, `http://${service}:${port}`]),
    [gate.service, address],
  ]
  const http = {
    routers: {
      ...Object.fromEntries(
        plan.routes.flatMap((route) => routersOf(route).map(([name, { rule }]) => [name, router(route, rule)])),
      ),
      'forwardgate-well-known': {
        rule: wellKnownRule(plan),
        priority: 10_000,
        entryPoints: [plan.entryPoint],
        service: gate.service,
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
        'Dynamic configuration of Traefik. forwardgate-well-known is where clients learn which issuer to use: never behind auth.',
      content: { http },
    },
  ]
}

/** Labels for a compose file, to be merged into the services that are there. */
export function dockerLabels(plan: Plan): readonly Document[] {
  const { gate, port } = plan.deployment
  const address = `http://${gate.service}:${gate.port}`
  const services = Map.groupBy(plan.routes, ({ service }) => service)
  const labelled: Record<string, Value> = {}
  for (const [service, routes] of services) {
    const entries = routes.flatMap((route) => [
      ...routersOf(route).flatMap(([name, { rule }]) => labels(`traefik.http.routers.${name}`, router(route, rule))),
      ...middlewaresOf(route, address).flatMap(([name, options]) =>
        labels(`traefik.http.middlewares.${name}`, options),
      ),
    ])
    labelled[service] = {
      labels: { 'traefik.enable': 'true', ...Object.fromEntries(entries), ...portLabel(service, port) },
    }
  }
  const wellKnown = labels('traefik.http.routers.forwardgate-well-known', {
    rule: wellKnownRule(plan),
    priority: 10_000,
    entryPoints: [plan.entryPoint],
    service: gate.service,
    ...(plan.tls ? { tls: true } : {}),
  })
  labelled[gate.service] = {
    labels: { 'traefik.enable': 'true', ...Object.fromEntries(wellKnown), ...portLabel(gate.service, gate.port) },
  }
  return [
    {
      comment:
        'For compose.yaml. The router of forwardgate is where clients learn which issuer to use: never behind auth.',
      content: { services: labelled },
    },
  ]
}

function routersOf({ name, places }: PlannedRoute): readonly (readonly [string, Place])[] {
  return places.map((place, index) => [index === 0 ? name : `${name}-${index + 1}`, place])
}

function router(route: PlannedRoute, rule: string) {
  return {
    rule,
    entryPoints: [route.entryPoint],
    middlewares: middlewareNames(route),
    service: route.service,
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

function portLabel(service: string, port: number) {
  return { [`traefik.http.services.${service}.loadBalancer.server.port`]: String(port) }
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
