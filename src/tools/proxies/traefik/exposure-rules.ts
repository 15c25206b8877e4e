import { quote } from '../../../config/problem.ts'
import { type CheckRule, type Hit, hitAt } from '../../check/check-rule.ts'
import { distinctBy } from '../../frame/distinct.ts'
import type { Finding } from '../../frame/findings.ts'
import {
  findHome,
  guardOf,
  isHarmless,
  metadataRequests,
  openRouters,
  ownRouter,
  registrationRequests,
  usedResources,
} from './exposure.ts'
import type { ManifestSubject } from './gate-middleware.ts'
import { attachedTo } from './landscape.ts'

/** Who answers which path: the metadata must be open, everything else of a protected path must not. */
export const EXPOSURE_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'well-known-missing',
    severity: 'warning',
    why: 'the challenge leads clients to this URL; if it does not answer, they cannot find out where to log in',
    fix: 'add a router without auth for PathPrefix(`/.well-known/oauth-protected-resource`) that leads to forwardgate',
    find: missing(metadataRequests),
  },
  {
    id: 'well-known-behind-auth',
    severity: 'error',
    why: 'clients read the metadata before they have a token; a 401 or a redirect there ends every login',
    fix: 'give the metadata a router of its own, without auth and with a higher priority',
    find: behindAuth(metadataRequests),
  },
  {
    id: 'registration-missing',
    severity: 'warning',
    why: 'the metadata of the resource leads clients to this URL; if it does not answer, they cannot register and never log in',
    fix: 'add a router without auth for exactly this path that leads to forwardgate, as `forwardgate generate traefik` prints it',
    find: missing(registrationRequests),
  },
  {
    id: 'registration-behind-auth',
    severity: 'error',
    why: 'clients register before they have a token; a 401 or a redirect there ends every login',
    fix: 'give the path a router of its own, without auth and with a higher priority',
    find: behindAuth(registrationRequests),
  },
  {
    id: 'entry-point-auth',
    severity: 'error',
    why: 'middlewares of an entry point cover everything on it, /.well-known too: clients cannot read the metadata and never log in',
    fix: 'attach the middleware to each router instead',
    find: ({ landscape }) =>
      landscape.entryPoints.flatMap(({ name, references }) =>
        attachedTo(references, landscape)
          .filter(({ middleware }) => middleware?.kind === 'forwardAuth')
          .map(({ reference: { id, node } }) => hitAt(node, `the whole entry point ${quote(name)} is behind ${id}`)),
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
          openRouters(subject, open, resource, home(route)).map(({ router, first }): Hit => {
            const place = `${resource.hostname}${resource.path || '/'} of route ${quote(route.name)}`
            const what = `has no auth and ${first ? 'answers' : 'could answer'} ${place}`
            return { ...hitAt(router.ruleNode, what), severity: first ? 'error' : 'warning' }
          }),
        ),
      )
    },
  },
]

/** What was compared with all the others only in part; undefined when all was. */
export function unfinishedComparison({ comparisons, landscape }: ManifestSubject): Finding | undefined {
  const [first] = landscape.routers
  if (comparisons.left > 0 || first === undefined) return undefined
  const what = 'too many routers to compare all of them with the resources: some may be open and are not reported'
  return {
    severity: 'warning',
    id: 'routers-not-compared',
    ...hitAt(first.ruleNode, what),
    why: 'every router is compared with every resource; what is not compared is not checked',
    fix: 'run check on fewer manifests at a time, or shorten the rules',
  }
}

type Requests = typeof metadataRequests

/** Where no router leads a request that clients make before they have a token. */
function missing(requests: Requests): CheckRule<ManifestSubject>['find'] {
  return (subject) =>
    usedResources(subject).flatMap(({ route, resource, gate: { options } }) =>
      requests(route, resource)
        .filter(({ probe }) => ownRouter(subject, probe) === undefined)
        .map(({ url }) => ({
          what: `no router leads to ${url} of route ${quote(route.name)}`,
          path: options.path,
          position: options.keyPosition,
        })),
    )
}

/** Where such a request meets something that requires credentials. */
function behindAuth(requests: Requests): CheckRule<ManifestSubject>['find'] {
  return (subject) => {
    const asked = usedResources(subject).flatMap(({ route, resource }) => requests(route, resource))
    return distinct(
      asked.flatMap(({ url, probe }) => {
        const guard = guardOf(subject, probe)?.reference
        return guard === undefined ? [] : hitAt(guard.node, `${url} is behind ${guard.id}`)
      }),
    )
  }
}

function distinct(hits: readonly Hit[]): readonly Hit[] {
  return distinctBy(hits, ({ position }) => `${position?.file}:${position?.line}:${position?.column}`)
}
