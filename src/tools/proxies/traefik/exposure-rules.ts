import { quote } from '../../../config/problem.ts'
import { metadataUrl } from '../../../decision/challenge.ts'
import type { CheckRule, Hit } from '../../check/check-rule.ts'
import type { Finding } from '../../frame/findings.ts'
import {
  findHome,
  guardOf,
  isHarmless,
  metadataProbe,
  openRouters,
  ownRouter,
  registrationProbes,
  usedResources,
} from './exposure.ts'
import { gateOf, type ManifestSubject } from './gate-middleware.ts'
import { type Attached, attachedTo } from './landscape.ts'

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
      const home = findHome(subject)
      return distinct(
        usedResources(subject).flatMap(({ route, resource }) =>
          openRouters(subject, open, resource, home(route)).map(({ router, first }) => ({
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

/** What was compared with all the others only in part; undefined when all was. */
export function unfinishedComparison({ comparisons, landscape }: ManifestSubject): Finding | undefined {
  const [first] = landscape.routers
  if (comparisons.left > 0 || first === undefined) return undefined
  const { path, position } = first.ruleNode
  return {
    severity: 'warning',
    id: 'routers-not-compared',
    what: 'too many routers to compare all of them with the resources: some may be open and are not reported',
    why: 'every router is compared with every resource; what is not compared is not checked',
    fix: 'run check on fewer manifests at a time, or shorten the rules',
    path,
    position,
  }
}

function atAttached({ reference: { node } }: Attached, what: string): Hit {
  return { what, path: node.path, position: node.position }
}

function distinct(hits: readonly Hit[]): readonly Hit[] {
  const key = ({ position }: Hit) => `${position?.file}:${position?.line}:${position?.column}`
  return [...new Map(hits.toReversed().map((hit) => [key(hit), hit])).values()].toReversed()
}
