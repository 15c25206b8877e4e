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
  const { address, service, router: wellKnown } = gateOf(plan)
  // By route, never by host: the service and forwardgate may well have one host.
  const services = [...plan.routes.map(({ name, backend }) => [name, urlOf(backend)]), [service, address]]
  const http = {
    routers: {
      ...Object.fromEntries(
        plan.routes.flatMap((route) => route.places.map(({ name, rule }) => [name, router(route, rule)])),
      ),
      [plan.wellKnownName]: wellKnown,
    },
    middlewares: Object.fromEntries(plan.routes.flatMap((route) => middlewaresOf(route, address))),
    services: Object.fromEntries(
      services.map(([name = '', url = '']) => [name, { loadBalancer: { servers: [{ url }] } }]),
    ),
  }
  return [{ comment: `Dynamic configuration of Traefik. ${ABOUT_WELL_KNOWN}`, content: { http } }]
}

const ABOUT_WELL_KNOWN = 'The router of forwardgate is where clients learn which issuer to use: never behind auth.'

/** Where forwardgate is, and the router that leads to it. */
function gateOf(plan: Plan) {
  const { gate } = plan.deployment
  const service = claimName('forwardgate', new Set(plan.routes.map(({ name }) => name)))
  const tls = plan.tls ? { tls: {} } : {}
  return {
    address: `http://${gate.service}:${gate.port}`,
    service,
    router: { rule: wellKnownRule(plan), priority: 10_000, entryPoints: [plan.entryPoint], service, ...tls },
  }
}

/** Labels for a compose file, to be merged into the services that are there. */
export function dockerLabels(plan: Plan): readonly Document[] {
  const { gate } = plan.deployment
  const { address, service: gateService, router: wellKnown } = gateOf(plan)
  const labelled = (entries: readonly Label[]) => ({
    labels: { 'traefik.enable': 'true', ...Object.fromEntries(entries) },
  })
  const protectedServices = [...Map.groupBy(plan.routes, ({ backend }) => backend.host)].map(([host, routes]) => {
    const entries = routes.flatMap((route) => [
      ...route.places.flatMap(({ name, rule }) => labels(`traefik.http.routers.${name}`, router(route, rule))),
      ...serverLabels(route.name, route.backend),
      ...middlewaresOf(route, address).flatMap(([name, value]) => labels(`traefik.http.middlewares.${name}`, value)),
    ])
    return [host, labelled(entries)] as const
  })
  const gateLabels = [
    ...labels(`traefik.http.routers.${plan.wellKnownName}`, wellKnown),
    ...serverLabels(gateService, { scheme: 'http', host: gate.service, port: gate.port }),
  ]
  const services = { ...Object.fromEntries(protectedServices), [gate.service]: labelled(gateLabels) }
  return [{ comment: `For compose.yaml. ${ABOUT_WELL_KNOWN}`, content: { services } }]
}

function router(route: PlannedRoute, rule: string) {
  return {
    rule,
    entryPoints: [route.entryPoint],
    middlewares: middlewareNames(route),
    service: route.name,
    ...(route.tls ? { tls: {} } : {}),
  }
}

function middlewaresOf(route: PlannedRoute, address: string): readonly (readonly [string, Value])[] {
  const auth = [`${route.name}-auth`, { forwardAuth: forwardAuthOptions(route, address) }] as const
  return route.origins === undefined ? [auth] : [[`${route.name}-cors`, { headers: corsOptions(route.origins) }], auth]
}

type Label = readonly [name: string, value: string]

/** The service of a route on its container. */
function serverLabels(name: string, { scheme, port }: Backend): readonly Label[] {
  const server = `traefik.http.services.${name}.loadBalancer.server`
  return [[`${server}.port`, String(port)], ...(scheme === 'http' ? [] : [[`${server}.scheme`, scheme] as const])]
}

/** A tree as dotted names; lists as text with commas, an empty map as `true`. */
function labels(name: string, value: Value): readonly Label[] {
  if (typeof value !== 'object') return [[name, String(value)]]
  if (isList(value)) return [[name, value.join(',')]]
  const members = Object.entries(value)
  return members.length === 0 ? [[name, 'true']] : members.flatMap(([key, item]) => labels(`${name}.${key}`, item))
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
