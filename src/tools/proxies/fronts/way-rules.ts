import type { Config, Route } from '../../../config/model.ts'
import { quote } from '../../../config/problem.ts'
import { type CheckRule, type Hit, hitAt } from '../../check/check-rule.ts'
import { WELL_KNOWN } from '../../generate/plan.ts'
import type { Front, Way } from './front.ts'

/** What the rules about proxies other than Traefik look at. */
export interface FrontSubject {
  readonly config: Config
  readonly fronts: readonly Front[]
}

/** What becomes of requests for resources and their metadata. */
export const WAY_RULES: readonly CheckRule<FrontSubject>[] = [
  {
    id: 'metadata-not-open',
    severity: 'error',
    why: 'clients read it before they have a token: without it they never log in',
    fix: 'lead /.well-known/oauth-protected-resource of the host to forwardgate without asking, as `forwardgate generate` does',
    find: eachResource((host, path, { name }, fronts) => {
      const question = fronts.find(({ way }) => way(host, path || '/')?.kind === 'asked')?.questions[0]
      const ways = waysOf(fronts, host, `${WELL_KNOWN}${path}`)
      const isOpen = ways.some((way) => way.kind === 'unknown' || (way.kind === 'open' && way.toGate))
      // At the first question of a file that asks about the resource.
      if (question === undefined || isOpen) return []
      return [hitAt(question.spot, `${host}${WELL_KNOWN}${path} of route ${quote(name)} does not lead to forwardgate`)]
    }),
  },
  {
    id: 'resource-unasked',
    severity: 'error',
    why: 'it answers without any check',
    fix: 'ask forwardgate there, too, or remove it',
    find: eachResource((host, path, { name }, fronts) =>
      [path || '/', `${path}/x`]
        .flatMap((target) => waysOf(fronts, host, target))
        .flatMap((way) =>
          way.kind === 'open' && !way.toGate
            ? hitAt(way.spot, `${host}${path || '/'} of route ${quote(name)} is not asked about`)
            : [],
        ),
    ),
  },
]

function eachResource(
  find: (host: string, path: string, route: Route, fronts: readonly Front[]) => readonly Hit[],
): CheckRule<FrontSubject>['find'] {
  return ({ config, fronts }) =>
    config.routes.flatMap((route) =>
      route.resources.flatMap(({ hostname, path }) => find(hostname, path, route, fronts)),
    )
}

function waysOf(fronts: readonly Front[], host: string, path: string): readonly Way[] {
  return fronts.flatMap((front) => front.way(host, path) ?? [])
}
