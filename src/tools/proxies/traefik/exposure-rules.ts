import { isWithin } from '../../../config/canonical-path.ts'
import type { Resource, Route } from '../../../config/model.ts'
import { quote } from '../../../config/problem.ts'
import { metadataUrl } from '../../../decision/challenge.ts'
import { registrationPaths } from '../../../documents/registration.ts'
import type { CheckRule, Hit } from '../../check/check-rule.ts'
import type { Finding } from '../../frame/findings.ts'
import { gateOf, gatesOf, type ManifestSubject } from './gate-middleware.ts'
import { type Attached, attachedTo, type Router } from './landscape.ts'
import type { Probe } from './rule-expression.ts'

/** Who answers which path: the metadata must be open, everything else of a protected path must not. */
export const EXPOSURE_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'well-known-missing',
    severity: 'warning',
    why: 'the challenge leads clients to this URL; if it does not answer, they cannot find out where to log in',
    fix: 'add a router without auth for PathPrefix(`/.well-known/oauth-protected-resource`) that leads to forwardgate',
    find: (subject) =>
      usedResources(subject).flatMap(({ route, resource, gate }) =>
        ownRouter(subject, metadataProbe(resource)) === undefined
          ? [
              {
                what: `no router leads to ${metadataUrl(resource)} of route ${quote(route.name)}`,
                path: gate.options.path,
                position: gate.options.keyPosition,
              },
            ]
          : [],
      ),
  },
  {
    id: 'well-known-behind-auth',
    severity: 'error',
    why: 'clients read the metadata before they have a token; a 401 or a redirect there ends every login',
    fix: 'give the metadata a router of its own, without auth and with a higher priority',
    find: (subject) =>
      distinct(
        usedResources(subject).flatMap(({ resource }) => {
          const guard = guardOf(subject, metadataProbe(resource))
          return guard === undefined
            ? []
            : [atAttached(guard, `${metadataUrl(resource)} is behind ${guard.reference.id}`)]
        }),
      ),
  },
  {
    id: 'registration-missing',
    severity: 'warning',
    why: 'the metadata of the resource leads clients to this URL; if it does not answer, they cannot register and never log in',
    fix: 'add a router without auth for exactly this path that leads to forwardgate, as `forwardgate generate traefik` prints it',
    find: (subject) =>
      usedResources(subject).flatMap(({ route, resource, gate }) =>
        registrationProbes(route, resource).flatMap((probe) =>
          ownRouter(subject, probe) === undefined
            ? [
                {
                  what: `no router leads to ${resource.origin}${probe.path} of route ${quote(route.name)}`,
                  path: gate.options.path,
                  position: gate.options.keyPosition,
                },
              ]
            : [],
        ),
      ),
  },
  {
    id: 'registration-behind-auth',
    severity: 'error',
    why: 'clients register before they have a token; a 401 or a redirect there ends every login',
    fix: 'give the path a router of its own, without auth and with a higher priority',
    find: (subject) =>
      distinct(
        usedResources(subject).flatMap(({ route, resource }) =>
          registrationProbes(route, resource).flatMap((probe) => {
            const guard = guardOf(subject, probe)
            if (guard === undefined) return []
            return [atAttached(guard, `${resource.origin}${probe.path} is behind ${guard.reference.id}`)]
          }),
        ),
      ),
  },
  {
    id: 'entry-point-auth',
    severity: 'error',
    why: 'middlewares of an entry point cover everything on it, /.well-known too: clients cannot read the metadata and never log in',
    fix: 'attach the middleware to each router instead',
    find: (subject) =>
      subject.landscape.entryPoints.flatMap(({ name, references }) =>
        attachedTo(references, subject.landscape)
          .filter(
            ({ middleware }) =>
              middleware !== undefined &&
              (gateOf(middleware, subject) !== undefined || middleware.kind === 'forwardAuth'),
          )
          .map((step) => atAttached(step, `the whole entry point ${quote(name)} is behind ${step.reference.id}`)),
      ),
  },
  {
    id: 'protected-path-open',
    severity: 'error',
    why: 'it answers without any check: now, if its priority is the highest, else as soon as Traefik drops the protected router',
    fix: 'give it the auth middleware, or a rule that leaves the path out',
    find: (subject) => {
      const open = subject.landscape.routers.filter((router) => !isHarmless(router, subject))
      return distinct(
        usedResources(subject).flatMap(({ route, resource }) =>
          openRouters(subject, open, resource).map(({ router, first }) => ({
            what: `has no auth and ${first ? 'answers' : 'could answer'} ${resource.hostname}${resource.path || '/'} of route ${quote(route.name)}`,
            path: router.ruleNode.path,
            position: router.ruleNode.position,
            severity: first ? ('error' as const) : ('warning' as const),
          })),
        ),
      )
    },
  },
]

const GUARDS = new Set(['forwardAuth', 'basicAuth', 'digestAuth'])

function isGuard({ middleware }: Attached): boolean {
  return middleware !== undefined && GUARDS.has(middleware.kind)
}

/** The resources whose routes some gate names: the manifests of the others may be elsewhere. */
function usedResources(subject: ManifestSubject) {
  const used = new Map<
    Resource,
    { route: Route; resource: Resource; gate: ReturnType<typeof gatesOf>[number]['middleware'] }
  >()
  const seen = new Set<readonly Route[]>()
  for (const { middleware, routes } of gatesOf(subject)) {
    if (seen.has(routes)) continue
    seen.add(routes)
    for (const route of routes) {
      for (const resource of route.resources) {
        if (!used.has(resource)) used.set(resource, { route, resource, gate: middleware })
      }
    }
  }
  return [...used.values()]
}

function metadataProbe(resource: Resource): Probe {
  return { host: resource.hostname, path: new URL(metadataUrl(resource)).pathname }
}

function registrationProbes({ accept }: Route, { hostname: host }: Resource): readonly Probe[] {
  const issuers = new Set(accept.flatMap(({ advertise, issuer }) => (advertise ? [issuer] : [])))
  return [...issuers].flatMap((issuer) => registrationPaths(issuer).map((path) => ({ host, path })))
}

/** The router that is there for this: a catch-all takes it as well, but leads elsewhere. */
function ownRouter(subject: ManifestSubject, probe: Probe): Router | undefined {
  return takers(subject, probe).find(({ rule }) => !takesOthers(rule, probe))
}

/** What requires credentials in front of the router that is there for this, or of one that is before it. */
function guardOf(subject: ManifestSubject, probe: Probe): Attached | undefined {
  const own = ownRouter(subject, probe)
  if (own === undefined) return undefined
  const [first = own] = takers(subject, probe)
  return [own, first].flatMap(({ references }) => attachedTo(references, subject.landscape)).find(isGuard)
}

/** The first of these answers. */
function takers(subject: ManifestSubject, probe: Probe): readonly Router[] {
  const known = subject.comparisons.takers.get(`${probe.host} ${probe.path}`)
  if (known !== undefined) return known
  const found = subject.landscape.routers
    .filter((router) => takes(subject, router, probe) !== false)
    .toSorted((a, b) => b.priority - a.priority)
  subject.comparisons.takers.set(`${probe.host} ${probe.path}`, found)
  return found
}

/** Beside the words of a rule. */
const COST_OF_COMPARISON = 10

/** Whether the router's rule takes this request; undefined: perhaps. When too much was compared: no. */
function takes({ comparisons }: ManifestSubject, { rule }: Router, probe: Probe): boolean | undefined {
  if (rule === undefined || comparisons.left <= 0) return false
  comparisons.left -= COST_OF_COMPARISON + rule.cost
  return rule.matches(probe)
}

/** What was compared with all the others only in part; undefined when all was. */
export function unfinishedComparison({ comparisons, landscape }: ManifestSubject): Finding | undefined {
  const [first] = landscape.routers
  if (comparisons.left > 0 || first === undefined) return undefined
  const { path, position } = first.ruleNode
  return {
    severity: 'warning',
    id: 'routers-not-compared',
    what: 'these are more routers than can be compared with the resources: some may be open, and are not told',
    why: 'routers and resources multiply; what is not compared is not found',
    fix: 'give check fewer manifests at a time, or shorter rules',
    path,
    position,
  }
}

/** Whether the rule is about more than well-known paths. */
function takesOthers(rule: Router['rule'], { host }: Probe): boolean {
  return rule?.matches({ host, path: '/anything-else' }) !== false
}

function openRouters(
  subject: ManifestSubject,
  open: readonly Router[],
  resource: Resource,
): readonly { router: Router; first: boolean }[] {
  const rivals = [...subject.gated.keys()]
  return open.flatMap((router) => {
    if (subject.comparisons.left <= 0) return []
    const taken = probesOf(resource, router).filter((probe) => takes(subject, router, probe) !== false)
    if (taken.length === 0) return []
    const first = taken.some((probe) =>
      rivals.every((rival) => takes(subject, rival, probe) === false || rival.priority < router.priority),
    )
    return [{ router, first }]
  })
}

/** The resource and what lies below it, also exactly there where the router's own rule opens a part of it. */
function probesOf({ hostname, path }: Resource, { rule }: Router): readonly Probe[] {
  const own = (rule?.paths ?? []).map((text) => text.replace(/\/$/, '')).filter((text) => isWithin(text, path))
  return [path, ...own].flatMap((at) => [at || '/', `${at}/below`]).map((at) => ({ host: hostname, path: at }))
}

/** Guarded, dropped by Traefik, only redirecting, or leading to Traefik's own or to forwardgate's endpoints. */
function isHarmless(router: Router, subject: ManifestSubject): boolean {
  const steps = attachedTo(router.references, subject.landscape)
  if (
    steps.some(
      (step) => step.middleware === undefined || isGuard(step) || /^redirect/.test(step.middleware?.kind ?? ''),
    )
  )
    return true
  return (
    router.services.length > 0 &&
    router.services.every((name) => name.endsWith('@internal') || /^forwardgate(?:[@:]|$)/.test(name))
  )
}

function atAttached({ reference: { node } }: Attached, what: string): Hit {
  return { what, path: node.path, position: node.position }
}

function distinct(hits: readonly Hit[]): readonly Hit[] {
  const key = ({ position }: Hit) => `${position?.file}:${position?.line}:${position?.column}`
  return [...new Map(hits.toReversed().map((hit) => [key(hit), hit])).values()].toReversed()
}
