import { quote } from '../../../config/problem.ts'
import type { CheckRule, Hit } from '../../check/check-rule.ts'
import { hasPlaceholder } from '../placeholders.ts'
import { child, entries, items, textOf, textsOf } from '../yaml-node.ts'
import { type GatedRouter, gatedRouters, type ManifestSubject, needsProofs, pathDecides } from './gate-middleware.ts'
import type { Attached } from './landscape.ts'
import { isOlderThan } from './read-traefik-version.ts'
import type { Reference } from './reference.ts'

/** The first version that does not tunnel `Upgrade: h2c`. */
const FIRST_WITHOUT_TUNNEL = [3, 7, 13] as const

/** What is around the gate in a router. */
export const ROUTER_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'rule-unreadable',
    severity: 'warning',
    why: 'Traefik drops a router whose rule it cannot read, and what this one matches is unknown here',
    fix: 'correct the rule',
    find: ({ landscape }) =>
      landscape.routers
        .filter(({ rule }) => rule === undefined)
        .map(({ ruleNode: { path, position, value } }) =>
          hasPlaceholder(String(value))
            ? { what: 'is filled in later: what it takes is not known here', path, position, severity: 'note' }
            : { what: 'is not a valid rule', path, position },
        ),
  },
  {
    id: 'pattern-unread',
    severity: 'note',
    why: 'a regular expression in a manifest is never run without a bound; this one is treated as if it could match anything',
    fix: 'write Host, Path or PathPrefix, or a shorter expression without flags and special classes',
    find: ({ landscape }) =>
      landscape.routers.flatMap(({ rule, ruleNode: { path, position } }) =>
        (rule?.unread ?? [])
          .slice(0, 1)
          .map((pattern) => ({ what: `${quote(pattern)} is not evaluated`, path, position })),
      ),
  },
  {
    id: 'path-changed-before-auth',
    severity: 'warning',
    why: 'forwardgate sees another path or host than the client used; if these decide, every request is refused as route_mismatch or judged by the wrong rule; a DPoP proof is for the path of the client, so none holds',
    fix: 'move it behind the forwardAuth middleware',
    find: eachGated(({ gate, before }) =>
      before
        .filter(
          ({ middleware }) =>
            /^(?:strip|replace)Path|^stripPrefix|^addPrefix/.test(middleware?.kind ?? '') || changesHost(middleware),
        )
        .map((step) => ({
          ...atAttached(step, 'changes the request before forwardgate is asked'),
          severity: pathDecides(gate) || needsProofs(gate) ? 'error' : 'warning',
        })),
    ),
  },
  {
    id: 'errors-over-auth',
    severity: 'error',
    why: 'it replaces our answer: no WWW-Authenticate, so no client logs in; and it sends the request, token included, to its error service',
    fix: 'move it behind the forwardAuth middleware, or leave 401, 403 and 503 out of its status',
    find: eachGated(({ before }) =>
      before
        .filter(
          ({ middleware }) =>
            middleware?.kind === 'errors' && coversDenial(textsOf(child(middleware.options, 'status'))),
        )
        .map((step) => atAttached(step, 'answers 401, 403 or 503 in place of forwardgate')),
    ),
  },
  {
    id: 'retry-before-auth',
    severity: 'warning',
    why: 'forwardgate is asked again on each retry of the service',
    fix: 'move it behind the forwardAuth middleware',
    find: eachGated(({ before }) =>
      before
        .filter(({ middleware }) => middleware?.kind === 'retry')
        .map((step) => atAttached(step, 'repeats the call to forwardgate')),
    ),
  },
  {
    id: 'cors-not-in-front',
    severity: 'warning',
    why: 'a browser’s preflight carries no token and is refused: the pages that `origins` lists cannot use this route',
    fix: 'put a headers middleware with accessControlAllowOriginList before forwardAuth, or set preflight: pass if the service answers preflights itself',
    find: eachGated(({ router, gate, before }) =>
      gate.named !== undefined &&
      gate.routes.some(({ origins, preflight }) => origins !== undefined && preflight === 'deny') &&
      !before.some(isCors)
        ? [
            {
              what: 'has no CORS headers in front of forwardAuth',
              path: router.node.path,
              position: router.node.position,
            },
          ]
        : [],
    ),
  },
  {
    id: 'upgrade-tunnel',
    severity: 'error',
    why: 'this Traefik turns a request with Upgrade: h2c into a tunnel to the service: what comes through it is never judged, and its identity headers are believed (CVE-2026-88008)',
    fix: 'use Traefik 3.7.13 or newer; until then put a headers middleware with customRequestHeaders: { Upgrade: "" } on every protected router, which also ends WebSockets there',
    find: (subject) => {
      const open = gatedRouters(subject).filter(({ before, after }) => ![...before, ...after].some(removesUpgrade))
      const [first] = open
      if (first === undefined) return []
      const others = open.length === 1 ? '' : ` and ${open.length - 1} more`
      return subject.landscape.traefikVersions
        .filter((seen) => isOlderThan(seen, FIRST_WITHOUT_TUNNEL))
        .map(({ node, version }) => ({
          what: `Traefik ${version.filter(Number.isFinite).join('.')} lets clients tunnel past the gate of ${first.router.node.path}${others}`,
          path: node.path,
          position: node.position,
        }))
    },
  },
  {
    id: 'path-prefix-wide',
    severity: 'warning',
    why: 'PathPrefix is plain text: this router takes requests for another service too, such as one that is added later',
    fix: 'write Path(`/x`) || PathPrefix(`/x/`)',
    find: eachGated(({ router }) =>
      [...new Set(router.rule?.prefixes)]
        .filter((prefix) => prefix.length > 1 && !prefix.endsWith('/') && !prefix.startsWith('/.well-known'))
        .map((prefix) => ({
          what: `PathPrefix(\`${prefix}\`) also matches ${prefix}x`,
          path: router.ruleNode.path,
          position: router.ruleNode.position,
          fix: `write Path(\`${prefix}\`) || PathPrefix(\`${prefix}/\`)`,
        })),
    ),
  },
]

function eachGated(find: (gated: GatedRouter) => readonly Hit[]): CheckRule<ManifestSubject>['find'] {
  return (subject) => gatedRouters(subject).flatMap(find)
}

function atReference({ node }: Reference, what: string): Hit {
  return { what, path: node.path, position: node.position }
}

function atAttached({ reference, middleware }: Attached, what: string): Hit {
  return atReference(reference, `${middleware?.kind ?? reference.id} ${what}`)
}

/** Traefik removes a header whose value is empty. */
function removesUpgrade({ middleware }: Attached): boolean {
  if (middleware?.kind !== 'headers') return false
  return entries(child(middleware.options, 'customRequestHeaders')).some(
    ([name, value]) => name.toLowerCase() === 'upgrade' && textOf(value) === '',
  )
}

function changesHost(middleware: Attached['middleware']): boolean {
  if (middleware?.kind !== 'headers') return false
  return entries(child(middleware.options, 'customRequestHeaders')).some(([name]) => name.toLowerCase() === 'host')
}

function coversDenial(status: readonly string[]): boolean {
  return status
    .flatMap((text) => text.split(','))
    .some((range) => {
      const [from = 0, to = from] = range.split('-').map(Number)
      return [401, 403, 503].some((code) => from <= code && code <= to)
    })
}

function isCors({ middleware }: Attached): boolean {
  if (middleware?.kind !== 'headers') return false
  const { options } = middleware
  return ['accessControlAllowOriginList', 'accessControlAllowOriginListRegex'].some(
    (key) => items(child(options, key)).length > 0 || textOf(child(options, key)),
  )
}
