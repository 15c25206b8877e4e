// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write
import {
  CATCH_ALL,
  crd,
  GATE,
  gateway,
  httpRoute,
  INGRESS_CLASS,
  type InTheWild,
  ingress,
  METADATA_ROUTE,
  OPEN,
  PARENTS,
  RULE,
  route,
} from './parts.ts'

/** Who serves a router, in a cluster with several that could. */
export const CLASSES: readonly InTheWild[] = [
  { name: 'an Ingress of another controller', beside: ingress('ingressClassName: nginx, '), found: [] },
  {
    name: 'an Ingress of another controller, by annotation',
    beside: ingress('', 'kubernetes.io/ingress.class: nginx'),
    found: [],
  },
  { name: 'an Ingress of Traefik', beside: ingress('ingressClassName: traefik, '), found: [OPEN] },
  { name: 'an Ingress without a class', beside: ingress(''), found: [OPEN] },
  {
    name: 'an Ingress of a class that Traefik controls, whatever its name',
    beside: ingress('ingressClassName: edge, ') + INGRESS_CLASS('edge', 'traefik.io/ingress-controller'),
    found: [OPEN],
  },
  {
    name: 'an Ingress of a class that only sounds like Traefik',
    beside: ingress('ingressClassName: not-traefik, ') + INGRESS_CLASS('not-traefik', 'k8s.io/ingress-nginx'),
    found: [],
  },
  {
    name: 'an IngressRoute of another class',
    beside: crd(
      'IngressRoute',
      'other',
      'web',
      route(CATCH_ALL),
      ', annotations: { kubernetes.io/ingress.class: internal }',
    ),
    found: [],
  },
  {
    name: 'an IngressRoute of another class, as its member',
    beside: crd('IngressRoute', 'other', 'web', route(CATCH_ALL).replace('{ ', '{ ingressClassName: internal, ')),
    found: [],
  },
  {
    name: 'an IngressRoute of the default class',
    beside: crd(
      'IngressRoute',
      'other',
      'web',
      route(CATCH_ALL),
      ', annotations: { kubernetes.io/ingress.class: traefik }',
    ),
    found: [OPEN],
  },
  {
    name: 'an open router of the class of the protected one',
    alone: `${crd('Middleware', 'gate', 'mcp', GATE)}${crd('IngressRoute', 'app', 'mcp', route(RULE, ', middlewares: [{ name: gate }]'), ', annotations: { kubernetes.io/ingress.class: outer }')}${METADATA_ROUTE}${crd('IngressRoute', 'other', 'web', route(CATCH_ALL), ', annotations: { kubernetes.io/ingress.class: outer }')}`,
    found: [OPEN],
  },
  { name: 'an HTTPRoute of a Gateway that is not known', beside: httpRoute(PARENTS), found: [] },
  { name: 'an HTTPRoute of a Gateway of another class', beside: httpRoute(PARENTS) + gateway('cilium'), found: [] },
  { name: 'an HTTPRoute of a Gateway of Traefik', beside: httpRoute(PARENTS) + gateway('traefik'), found: [OPEN] },
  {
    name: 'an HTTPRoute of a Gateway whose class Traefik controls',
    beside: httpRoute(PARENTS) + gateway('edge', 'traefik.io/gateway-controller'),
    found: [OPEN],
  },
  {
    name: 'an HTTPRoute of a Gateway whose class another one controls',
    beside: httpRoute(PARENTS) + gateway('traefik-like', 'io.cilium/gateway-controller'),
    found: [],
  },
  {
    name: 'an HTTPRoute of a mesh',
    beside: httpRoute('parentRefs: [{ kind: Service, group: "", name: traefik }], '),
    found: [],
  },
  { name: 'an HTTPRoute without parents', beside: httpRoute(''), found: [OPEN] },
]
