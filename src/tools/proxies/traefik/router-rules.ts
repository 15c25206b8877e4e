import { quote } from '../../../config/problem.ts'
import { type CheckRule, type Found, type Hit, hitAt } from '../../check/check-rule.ts'
import { hasPlaceholder } from '../placeholders.ts'
import { child, entries, items, textOf, textsOf } from '../yaml-node.ts'
import { type GatedRouter, type ManifestSubject, needsProofs, pathDecides } from './gate-middleware.ts'
import type { Attached } from './landscape.ts'
import { isOlderThan } from './read-traefik-version.ts'
import type { Middleware } from './reference.ts'

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
        .map(({ ruleNode }) =>
          hasPlaceholder(String(ruleNode.value))
            ? { ...hitAt(ruleNode, 'is filled in later: what it takes is not known here'), severity: 'note' }
            : hitAt(ruleNode, 'is not a valid rule'),
        ),
  },
  {
    id: 'pattern-unread',
    severity: 'note',
    why: 'a regular expression in a manifest is never run without a bound; this one is treated as if it could match anything',
    fix: 'write Host, Path or PathPrefix, or a shorter expression without flags and special classes',
    find: ({ landscape }) =>
      landscape.routers.flatMap(({ rule, ruleNode }) =>
        (rule?.unread ?? []).slice(0, 1).map((pattern) => hitAt(ruleNode, `${quote(pattern)} is not evaluated`)),
      ),
  },
  {
    id: 'path-changed-before-auth',
    severity: 'warning',
    why: 'forwardgate sees another path or host than the client used; if these decide, every request is refused as route_mismatch or judged by the wrong rule; a DPoP proof is for the path of the client, so none holds',
    fix: 'move it behind the forwardAuth middleware',
    find: eachBefore(
      (middleware) =>
        /^(?:strip|replace)Path|^stripPrefix|^addPrefix/.test(middleware.kind) || setsHeader(middleware, 'host'),
      'changes the request before forwardgate is asked',
      ({ gate }) => ({ severity: pathDecides(gate) || needsProofs(gate) ? 'error' : 'warning' }),
    ),
  },
  {
    id: 'errors-over-auth',
    severity: 'error',
    why: 'it replaces our answer: no WWW-Authenticate, so no client logs in; and it sends the request, token included, to its error service',
    fix: 'move it behind the forwardAuth middleware, or leave 401, 403 and 503 out of its status',
    find: eachBefore(
      ({ kind, options }) => kind === 'errors' && coversDenial(textsOf(child(options, 'status'))),
      'answers 401, 403 or 503 in place of forwardgate',
    ),
  },
  {
    id: 'retry-before-auth',
    severity: 'warning',
    why: 'forwardgate is asked again on each retry of the service',
    fix: 'move it behind the forwardAuth middleware',
    find: eachBefore(({ kind }) => kind === 'retry', 'repeats the call to forwardgate'),
  },
  {
    id: 'cors-not-in-front',
    severity: 'warning',
    why: 'a browser’s preflight carries no token and is refused: the pages that `origins` lists cannot use this route',
    fix: 'put a headers middleware with accessControlAllowOriginList before forwardAuth, or set preflight: pass if the service answers preflights itself',
    find: eachGated(
      ({ router, gate, before }) =>
        gate.named !== undefined &&
        gate.routes.some(({ origins, preflight }) => origins !== undefined && preflight === 'deny') &&
        !before.some(isCors) &&
        hitAt(router.node, 'has no CORS headers in front of forwardAuth'),
    ),
  },
  {
    id: 'upgrade-tunnel',
    severity: 'error',
    why: 'this Traefik turns a request with Upgrade: h2c into a tunnel to the service: what comes through it is never judged, and its identity headers are believed (CVE-2026-88008)',
    fix: 'use Traefik 3.7.13 or newer; until then put a headers middleware with customRequestHeaders: { Upgrade: "" } on every protected router, which also ends WebSockets there',
    find: ({ gated, landscape }) => {
      const open = gated.filter(({ before, after }) => ![...before, ...after].some(removesUpgrade))
      const [first] = open
      if (first === undefined) return []
      const gates = `${first.router.node.path}${open.length === 1 ? '' : ` and ${open.length - 1} more`}`
      return landscape.traefikVersions
        .filter((seen) => isOlderThan(seen, FIRST_WITHOUT_TUNNEL))
        .map(({ node, version }) => {
          const shown = version.filter(Number.isFinite).join('.')
          return hitAt(node, `Traefik ${shown} lets clients tunnel past the gate of ${gates}`)
        })
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
          ...hitAt(router.ruleNode, `PathPrefix(\`${prefix}\`) also matches ${prefix}x`),
          fix: `write Path(\`${prefix}\`) || PathPrefix(\`${prefix}/\`)`,
        })),
    ),
  },
]

function eachGated(find: (gated: GatedRouter) => Found): CheckRule<ManifestSubject>['find'] {
  return ({ gated }) => gated.flatMap((one) => find(one) || [])
}

/** Each middleware before the gate for which this holds. */
function eachBefore(
  holds: (middleware: Middleware) => boolean,
  what: string,
  severityOf: (gated: GatedRouter) => Pick<Hit, 'severity'> = () => ({}),
) {
  return eachGated((gated) =>
    gated.before.flatMap(({ reference, middleware }) => {
      if (middleware === undefined || !holds(middleware)) return []
      return { ...hitAt(reference.node, `${middleware.kind} ${what}`), ...severityOf(gated) }
    }),
  )
}

/** Traefik removes a header whose value is empty. */
function removesUpgrade({ middleware }: Attached): boolean {
  return setsHeader(middleware, 'upgrade', (value) => value === '')
}

function setsHeader(
  middleware: Middleware | undefined,
  header: string,
  to: (value: string | undefined) => boolean = () => true,
): boolean {
  if (middleware?.kind !== 'headers') return false
  const headers = entries(child(middleware.options, 'customRequestHeaders'))
  return headers.some(([name, value]) => name.toLowerCase() === header && to(textOf(value)))
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
