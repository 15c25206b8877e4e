import type { Backend } from '../../generate/backend.ts'
import {
  corsOptions,
  forwardAuthOptions,
  middlewareNames,
  type Plan,
  type PlannedRoute,
  WELL_KNOWN,
  wellKnownRule,
} from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'
import { kubernetesObject } from '../kubernetes-object.ts'

/** Middlewares and IngressRoutes; the metadata in the namespace of forwardgate, as Traefik reaches services of one namespace only. */
export function ingressRoutes(plan: Plan): readonly Document[] {
  const { gate, namespace } = plan.deployment
  const routes = plan.routes.flatMap((route) => [
    ...middlewares(route, plan),
    kubernetesObject(ABOUT_ROUTE, 'traefik.io/v1alpha1', 'IngressRoute', route.name, namespace, {
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
  const wellKnown = kubernetesObject(
    ABOUT_WELL_KNOWN,
    'traefik.io/v1alpha1',
    'IngressRoute',
    plan.wellKnownName,
    gate.namespace,
    {
      entryPoints: [plan.entryPoint],
      routes: [
        {
          kind: 'Rule',
          match: wellKnownRule(plan),
          priority: 10_000,
          services: [{ name: gate.service, port: gate.port }],
        },
      ],
      ...(plan.tls ? { tls: {} } : {}),
    },
  )
  return plan.deployment.wellKnown ? [...routes, wellKnown] : routes
}

/** The same for the Gateway API: Traefik's middlewares as ExtensionRef filters of an HTTPRoute in their namespace. */
export function httpRoutes(plan: Plan): readonly Document[] {
  const { gate, namespace } = plan.deployment
  const routes = plan.routes.flatMap((route) => [
    ...middlewares(route, plan),
    ...[...Map.groupBy(route.places, ({ host }) => host)].map(([host, places]) =>
      kubernetesObject(
        ABOUT_ROUTE,
        'gateway.networking.k8s.io/v1',
        'HTTPRoute',
        places[0]?.name ?? route.name,
        namespace,
        {
          ...parentOf(route.entryPoint, plan),
          hostnames: [host],
          rules: [
            {
              matches: places.map(({ path }) => ({ path: { type: 'PathPrefix', value: path || '/' } })),
              filters: middlewareNames(route).map((name) => ({
                type: 'ExtensionRef',
                extensionRef: { group: 'traefik.io', kind: 'Middleware', name },
              })),
              backendRefs: [{ name: route.backend.host, port: route.backend.port }],
            },
          ],
        },
      ),
    ),
  ])
  const wellKnown = kubernetesObject(
    ABOUT_WELL_KNOWN,
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    plan.wellKnownName,
    gate.namespace,
    {
      ...parentOf(plan.entryPoint, plan),
      hostnames: plan.hosts,
      rules: [
        {
          matches: [
            { path: { type: 'PathPrefix', value: WELL_KNOWN } },
            ...plan.registrationPaths.map((path) => ({ path: { type: 'Exact', value: path } })),
          ],
          backendRefs: [{ name: gate.service, port: gate.port }],
        },
      ],
    },
  )
  return plan.deployment.wellKnown ? [...routes, wellKnown] : routes
}

function parentOf(entryPoint: string, { deployment: { gateway } }: Plan): { readonly parentRefs: Value } {
  const { name, namespace, listener = entryPoint } = gateway
  return { parentRefs: [{ name, namespace, sectionName: listener }] }
}

function serviceOf({ scheme, host, port }: Backend): Value {
  return { name: host, port, ...(scheme === 'http' ? {} : { scheme }) }
}

const ABOUT_ROUTE = 'Whatever changes the path or repeats requests comes after the auth middleware.'
const ABOUT_WELL_KNOWN = 'Where clients learn which issuer to use: never behind auth.'

function middlewares(route: PlannedRoute, { deployment: { gate, namespace } }: Plan): readonly Document[] {
  const address = `http://${gate.service}.${gate.namespace}.svc.cluster.local:${gate.port}`
  const auth = kubernetesObject(
    'Exactly the identity headers of the route: Traefik removes these from the client’s request, and no others.',
    'traefik.io/v1alpha1',
    'Middleware',
    `${route.name}-auth`,
    namespace,
    {
      forwardAuth: forwardAuthOptions(route, address),
    },
  )
  if (route.origins === undefined) return [auth]
  const cors = kubernetesObject(
    'Before auth: a browser’s preflight carries no token.',
    'traefik.io/v1alpha1',
    'Middleware',
    `${route.name}-cors`,
    namespace,
    {
      headers: corsOptions(route.origins),
    },
  )
  return [cors, auth]
}
