import { isWithin } from '../../../config/canonical-path.ts'
import type { Resource, Route } from '../../../config/model.ts'
import { metadataUrl } from '../../../decision/challenge.ts'
import { registrationPaths } from '../../../documents/registration.ts'
import { distinctBy } from '../../frame/distinct.ts'
import type { ManifestSubject } from './gate-middleware.ts'
import { type Attached, attachedTo, type Router } from './landscape.ts'
import { type Home, homeOf, isElsewhere } from './realm.ts'
import type { Probe } from './rule-expression.ts'

const GUARDS = new Set(['forwardAuth', 'basicAuth', 'digestAuth'])

function isGuard({ middleware }: Attached): boolean {
  return middleware !== undefined && GUARDS.has(middleware.kind)
}

/** The resources whose routes some gate names: the manifests of the others may be elsewhere. */
export function usedResources({ gates }: ManifestSubject) {
  // Gates that are asked about the same routes have the same list of them.
  const used = distinctBy(gates, ({ routes }) => routes).flatMap((gate) =>
    gate.routes.flatMap((route) => route.resources.map((resource) => ({ route, resource, gate }))),
  )
  return distinctBy(used, ({ resource }) => resource)
}

/** A request that a client makes before it has a token, as an URL and as rules see it. */
interface Asked {
  readonly url: string
  readonly probe: Probe
}

/** For the metadata of a resource. */
export function metadataRequests(_: Route, resource: Resource): readonly Asked[] {
  const url = metadataUrl(resource)
  return [{ url, probe: { host: resource.hostname, path: new URL(url).pathname } }]
}

/** To register with the issuers of a route. */
export function registrationRequests({ accept }: Route, { origin, hostname: host }: Resource): readonly Asked[] {
  const issuers = new Set(accept.flatMap(({ advertise, issuer }) => (advertise ? [issuer] : [])))
  const paths = [...issuers].flatMap(registrationPaths)
  return paths.map((path) => ({ url: `${origin}${path}`, probe: { host, path } }))
}

/** The router that is there for this: a catch-all takes it as well, but leads elsewhere. */
export function ownRouter(subject: ManifestSubject, probe: Probe): Router | undefined {
  return takers(subject, probe).find(({ rule }) => !takesOthers(rule, probe))
}

/** What requires credentials in front of the router that is there for this, or of one that is before it. */
export function guardOf(subject: ManifestSubject, probe: Probe): Attached | undefined {
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

/** Whether the rule is about more than well-known paths. */
function takesOthers(rule: Router['rule'], { host }: Probe): boolean {
  return rule?.matches({ host, path: '/anything-else' }) !== false
}

/** The routers among `open` that take requests for this resource; `first`: before every protected one. */
export function openRouters(
  subject: ManifestSubject,
  open: readonly Router[],
  resource: Resource,
  home: Home,
): readonly { router: Router; first: boolean }[] {
  const rivals = subject.gated.map(({ router }) => router)
  return open.flatMap((router) => {
    if (subject.comparisons.left <= 0 || isElsewhere(router, home, subject.landscape.objects)) return []
    const isTaken = (answer: boolean | undefined) => answer === true || (answer === undefined && !router.rule?.isVague)
    const taken = probesOf(resource, router).filter((probe) => isTaken(takes(subject, router, probe)))
    if (taken.length === 0) return []
    const first = taken.some((probe) =>
      rivals.every((rival) => takes(subject, rival, probe) === false || rival.priority < router.priority),
    )
    return [{ router, first }]
  })
}

/** Where the protected routers of each route are; those that choose the route by its path may protect any. */
export function findHome({ gated }: ManifestSubject): (route: Route) => Home {
  const byName = Map.groupBy(gated, ({ gate }) => gate.named)
  const of = (name: string | undefined) => (byName.get(name) ?? []).map(({ router }) => router)
  return ({ name }) => homeOf([...of(undefined), ...of(name)])
}

/** The resource and what lies below it, and exactly where the router's own rule opens a part of it. */
function probesOf({ hostname, path }: Resource, { rule }: Router): readonly Probe[] {
  const own = (rule?.paths ?? []).map((text) => text.replace(/\/$/, '')).filter((text) => isWithin(text, path))
  return [path, ...own].flatMap((at) => [at || '/', `${at}/below`]).map((at) => ({ host: hostname, path: at }))
}

/** Guarded, dropped by Traefik, only redirecting, or leading to Traefik's own or to forwardgate's endpoints. */
export function isHarmless(router: Router, subject: ManifestSubject): boolean {
  if (router.leadsOn === true) return true
  const steps = attachedTo(router.references, subject.landscape)
  const ends = (step: Attached) => isGuard(step) || /^redirect/.test(step.middleware?.kind ?? 'redirect')
  const isOwn = (name: string) => name.endsWith('@internal') || /^forwardgate(?:[@:]|$)/.test(name)
  return steps.some(ends) || (router.services.length > 0 && router.services.every(isOwn))
}
