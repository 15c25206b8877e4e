import { combineAuthentication } from '../../config/compile/compile-requirement.ts'
import type { Route } from '../../config/model.ts'
import type { Requirement } from '../../config/model-requirement.ts'
import type { Path } from '../../config/problem.ts'
import type { CheckRule } from './check-rule.ts'
import { type ConfigSubject, hitIn } from './config-places.ts'

/** What is allowed and still not good about the login that a route requires (RFC 9470). */
export const AUTHENTICATION_RULES: readonly CheckRule<ConfigSubject>[] = [
  {
    id: 'step-up-mcp',
    severity: 'warning',
    why: 'MCP clients do not know RFC 9470 yet: they refresh their token, which keeps acr and auth_time, and are refused again',
    fix: 'let the issuer end its refresh tokens with the login (or require the class for every login of this client), and ask users to log in again',
    find: ({ config, places }) =>
      config.routes
        .filter(({ mcp }) => mcp !== undefined)
        .flatMap((route) => {
          const [first] = [...waysOf(route), ...additionsOf(route)].filter(([, { authentication }]) => authentication)
          return first === undefined ? [] : hitIn(places, first[0], 'requires a certain login of MCP clients', 'key')
        }),
  },
  {
    id: 'acr-never-met',
    severity: 'warning',
    why: 'acr in a token is one value, which all lists that apply must have: no token passes',
    fix: 'list a value that the route lists too',
    find: ({ config, places }) =>
      config.routes.flatMap((route) =>
        additionsOf(route)
          .filter(([, addition]) => route.accept.every((way) => excludes(way, addition)))
          .map(([path]) => hitIn(places, path, 'lists no acr that the route lists', 'key')),
      ),
  },
]

type Placed = readonly [path: Path, requirement: Requirement]

function waysOf({ name, accept }: Route): readonly Placed[] {
  return accept.map((way, index) => [['routes', name, 'accept', index], way])
}

/** The rules of `defaults` come first among those of a route, so that only the map is sure to be the right place. */
function additionsOf({ name, rules, mcp }: Route): readonly Placed[] {
  const byName = (['tools', 'resources', 'prompts'] as const).flatMap((kind) =>
    (mcp?.[kind] ?? []).map((one): Placed => [['routes', name, 'mcp', kind, one.pattern], one]),
  )
  const otherwise: readonly Placed[] = mcp?.otherwise ? [[['routes', name, 'mcp', 'default'], mcp.otherwise]] : []
  return [...rules.map((rule): Placed => [['routes', name, 'rules'], rule]), ...byName, ...otherwise]
}

function excludes(way: Requirement, addition: Requirement): boolean {
  return combineAuthentication([way.authentication, addition.authentication])?.acr?.length === 0
}
