import type { Config, Route } from '../../../config/model.ts'
import { quote } from '../../../config/problem.ts'
import type { CheckRule, Hit } from '../../check/check-rule.ts'
import { WELL_KNOWN } from '../../generate/plan.ts'
import type { Front, Way } from './front.ts'

interface WaySubject {
  readonly config: Config
  readonly fronts: readonly Front[]
}

/** What becomes of requests for resources and their metadata. */
export const WAY_RULES: readonly CheckRule<WaySubject>[] = [
  {
    id: 'metadata-not-open',
    severity: 'error',
    why: 'clients read it before they have a token: without it they never log in',
    fix: 'lead /.well-known/oauth-protected-resource of the host to forwardgate without asking, as `forwardgate generate` does',
    find: (subject) =>
      eachResource(subject, ({ name }, host, path, ways) => {
        const found = ways(host, `${WELL_KNOWN}${path}`)
        if (found.some((way) => way.kind === 'unknown' || (way.kind === 'open' && way.toGate))) return []
        return [`${host}${WELL_KNOWN}${path} of route ${quote(name)} does not lead to forwardgate`]
      }),
  },
  {
    id: 'resource-unasked',
    severity: 'error',
    why: 'it answers without any check',
    fix: 'ask forwardgate there, too, or remove it',
    find: ({ config, fronts }) => {
      const hits = config.routes.flatMap((route) =>
        route.resources.flatMap(({ hostname, path }) =>
          [path || '/', `${path}/x`].flatMap((target) =>
            waysOf(fronts, hostname, target).flatMap((way): readonly Hit[] =>
              way.kind !== 'open' || way.toGate
                ? []
                : [{ what: `${hostname}${path || '/'} of route ${quote(route.name)} is not asked about`, ...way.spot }],
            ),
          ),
        ),
      )
      return [...new Map(hits.map((found) => [JSON.stringify(found), found])).values()]
    },
  },
]

type Find = (
  route: Route,
  host: string,
  path: string,
  ways: (host: string, path: string) => readonly Way[],
) => readonly string[]

/** At the first question of the file, for resources that some file with a question serves. */
function eachResource({ config, fronts }: WaySubject, find: Find): readonly Hit[] {
  return config.routes.flatMap((route) =>
    route.resources.flatMap(({ hostname, path }) => {
      const front = fronts.find((candidate) => candidate.way(hostname, path || '/')?.kind === 'asked')
      const question = front?.questions[0]
      if (question === undefined) return []
      return find(route, hostname, path, (host, target) => waysOf(fronts, host, target)).map((what) => ({
        what,
        path: question.path,
        position: question.position,
      }))
    }),
  )
}

function waysOf(fronts: readonly Front[], host: string, path: string): readonly Way[] {
  return fronts.flatMap((front) => front.way(host, path) ?? [])
}
