import type { Backend } from '../../generate/backend.ts'
import {
  corsOptions,
  forwardAuthOptions,
  middlewareNames,
  type Plan,
  type PlannedRoute,
  wellKnownRule,
} from '../../generate/plan.ts'
import { type Document, kubernetesObject, type Value } from '../../generate/yaml-text.ts'
import { ABOUT_WELL_KNOWN, openHttpRoutes, protectedHttpRoutes } from '../gateway-api/http-routes.ts'

const API = 'traefik.io/v1alpha1'

/** Middlewares and IngressRoutes; the metadata in the namespace of forwardgate, as Traefik reaches services of one namespace only. */
export function ingressRoutes(plan: Plan): readonly Document[] {
  const { gate, namespace } = plan.deployment
  const routes = plan.routes.flatMap((route) => [
    ...middlewares(route, plan),
    kubernetesObject(ABOUT_ROUTE, API, 'IngressRoute', route.name, namespace, {
      entryPoints: [route.entryPoint],
      routes: route.places.map(({ rule }) => ({
        kind: 'Rule',
        match: rule,
        middlewares: middlewareNames(route).map((name) => ({ name })),
        services: [serviceOf(route.backend)],
      })),
      ...(route.tls ? { tls: {} } : {}),
    }),
  ])
  const services = [{ name: gate.service, port: gate.port }]
  const wellKnown = kubernetesObject(ABOUT_WELL_KNOWN, API, 'IngressRoute', plan.wellKnownName, gate.namespace, {
    entryPoints: [plan.entryPoint],
    routes: [{ kind: 'Rule', match: wellKnownRule(plan), priority: 10_000, services }],
    ...(plan.tls ? { tls: {} } : {}),
  })
  return plan.deployment.wellKnown ? [...routes, wellKnown] : routes
}

/** The same for the Gateway API: Traefik's middlewares as ExtensionRef filters of an HTTPRoute in their namespace. */
export function httpRoutes(plan: Plan): readonly Document[] {
  const dialect = { listener: ({ entryPoint }: PlannedRoute | Plan) => entryPoint, rule: {}, openFilters: [] }
  const routes = plan.routes.flatMap((route) => {
    const filters = middlewareNames(route).map((name) => ({
      type: 'ExtensionRef',
      extensionRef: { group: 'traefik.io', kind: 'Middleware', name },
    }))
    return [...middlewares(route, plan), ...protectedHttpRoutes(ABOUT_ROUTE, route, plan, filters, dialect)]
  })
  return [...routes, ...openHttpRoutes(plan, dialect)]
}

function serviceOf({ scheme, host, port }: Backend): Value {
  return { name: host, port, ...(scheme === 'http' ? {} : { scheme }) }
}

const ABOUT_ROUTE = 'Whatever changes the path or repeats requests comes after the auth middleware.'
const ABOUT_CORS = 'Before auth: a browser’s preflight carries no token.'
const ABOUT_AUTH =
  'Exactly the identity headers of the route: Traefik removes these from the client’s request, and no others.'

function middlewares(route: PlannedRoute, { deployment: { gate, namespace } }: Plan): readonly Document[] {
  const { name, origins } = route
  const address = `http://${gate.service}.${gate.namespace}.svc.cluster.local:${gate.port}`
  const middleware = (comment: string, kind: string, options: { readonly [key: string]: Value }) =>
    kubernetesObject(comment, API, 'Middleware', `${name}-${kind}`, namespace, options)
  const auth = middleware(ABOUT_AUTH, 'auth', { forwardAuth: forwardAuthOptions(route, address) })
  return origins === undefined ? [auth] : [middleware(ABOUT_CORS, 'cors', { headers: corsOptions(origins) }), auth]
}
