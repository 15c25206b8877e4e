import { foldPath, isWithin } from '../../config/canonical-path.ts'
import type { Resource, Route } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import type { Path } from '../../config/problem.ts'
import { quote } from '../../config/problem.ts'
import { AUTHENTICATION_RULES } from './authentication-rules.ts'
import type { CheckRule, Found } from './check-rule.ts'
import { type ConfigSubject, hitIn, type Places } from './config-places.ts'
import { confusion } from './confusable-headers.ts'
import { ISSUER_RULES } from './issuer-rules.ts'

const DAY = 24 * 60 * 60

/** What is allowed and still not good. */
export const CONFIG_RULES: readonly CheckRule<ConfigSubject>[] = [
  ...AUTHENTICATION_RULES,
  ...ISSUER_RULES,
  {
    id: 'issuer-http',
    severity: 'warning',
    why: 'an on-path attacker can serve its own keys and forge tokens',
    fix: 'use https; plain http is only for loopback and for names inside the cluster',
    find: eachIssuer(({ name, issuer, keys }, places) => {
      const isUri = keys.kind === 'discoveryUri' || keys.kind === 'jwksUri'
      const [key, text] = isUri ? [keys.kind, keys.uri] : ['issuer', issuer]
      const url = URL.parse(text)
      const isPlain = url?.protocol === 'http:' && !INSIDE.test(url.hostname)
      return isPlain && hitIn(places, ['issuers', name, key], `${quote(text)} is plain http`)
    }),
  },
  {
    id: 'proof-replay-refused',
    severity: 'warning',
    why: 'a proxy that repeats a call, as on a retry of an idle connection, makes a good request fail; each process remembers only its own proofs',
    fix: 'remove replay: refuse, or make sure that the proxy asks once and one process answers',
    find: eachRoute(({ name, dpop }, places) => {
      const isRefused = dpop.mode !== 'off' && dpop.refuseReplay
      return isRefused && hitIn(places, ['routes', name, 'dpop', 'replay'], 'a proof passes once')
    }),
  },
  {
    id: 'audience-unchecked',
    severity: 'warning',
    why: 'a token that the same client got for any other service is accepted here too (RFC 9700 section 2.3)',
    fix: 'have the issuer put an audience into its tokens, and list it',
    find: eachRoute(({ name, accept }, places) =>
      accept.flatMap(({ audience }, index) => {
        if (audience !== 'unchecked') return []
        return hitIn(places, acceptPath(places, name, index, 'audience'), 'the audience of tokens is not checked')
      }),
    ),
  },
  {
    id: 'token-lifetime-long',
    severity: 'warning',
    why: 'a stolen token is accepted until it expires; only `revocations` can end it earlier',
    fix: 'let the issuer give tokens of minutes or hours, and write at most 24h',
    find: eachIssuer(({ name, keys, maxTokenLifetime: seconds = 0 }, places) => {
      const what = `tokens may live ${Math.round(seconds / DAY)} days`
      // A static token ends when its entry is removed.
      const isLong = seconds > DAY && keys.kind !== 'tokensFile'
      return isLong && hitIn(places, ['issuers', name, 'maxTokenLifetime'], what)
    }),
  },
  {
    id: 'clock-tolerance-long',
    severity: 'warning',
    why: 'every token is accepted for that much longer than its issuer said; clocks that are kept by NTP differ by milliseconds',
    fix: 'correct the clocks, and leave clockTolerance out (30s)',
    find: eachIssuer(
      ({ name, clockTolerance }, places) =>
        clockTolerance >= 60 && hitIn(places, ['issuers', name, 'clockTolerance'], 'is as long as it may be'),
    ),
  },
  {
    id: 'resource-trailing-slash',
    severity: 'warning',
    why: 'clients compare this URL byte for byte with the one that their user typed, which rarely ends in a slash; some then refuse to log in',
    fix: 'write it without the slash, also as the audience at the issuer',
    find: eachResource(({ url, path }) => path !== '' && url.endsWith('/'), 'ends in a slash'),
  },
  {
    id: 'resource-query',
    severity: 'warning',
    why: 'RFC 9728 section 1.2 advises against it; most clients drop the query when they build the metadata URL',
    fix: 'give each resource a path of its own',
    find: eachResource(({ query }) => query !== '', 'has a query'),
  },
  {
    id: 'resource-not-matched',
    severity: 'warning',
    why: 'clients use exactly this URL, and forwardgate refuses it as route_mismatch, or chooses another route for it',
    fix: 'let match.hosts and match.paths cover the resource, or leave match out',
    find: eachResource(
      ({ hostname, path }, { match }) =>
        !match.hosts.includes(hostname) || !match.paths.some((prefix) => isWithin(path, prefix)),
      "lies outside of the route's own match",
    ),
  },
  {
    id: 'routes-shadowed',
    severity: 'warning',
    why: 'requests below the inner path are judged by the inner route alone: what the outer one requires is not required there',
    fix: 'require the same in the inner route, or give it a path outside of the other',
    find: ({ config, places }) => {
      const byPlace = routesByPlace(config.routes)
      return config.routes.flatMap((inner) =>
        outerRoutes(inner, byPlace).flatMap((outer) =>
          shadowing(inner, outer).map((what) => hitIn(places, ['routes', inner.name], what, 'key')),
        ),
      )
    },
  },
  {
    id: 'identity-header-confusable',
    severity: 'warning',
    why: 'another program uses this header itself, or accepts one with the same meaning from any client',
    fix: 'choose a name such as X-Auth-Subject',
    find: eachRoute(({ name: route, identityHeaders }, places) =>
      identityHeaders.flatMap(({ name }) => {
        const reason = confusion(name)
        if (reason === undefined) return []
        const what = `${quote(name)} ${reason}`
        const own = hitIn(places, ['routes', route, 'identityHeaders', name], what, 'key')
        if (own.path.includes('identityHeaders')) return own
        return hitIn(places, ['defaults', 'identityHeaders', name], what, 'key')
      }),
    ),
  },
  {
    id: 'scopes-supported-missing',
    severity: 'note',
    why: 'without scopes_supported and without scope in the challenge, clients request no scope or every scope that the issuer knows',
    fix: 'write scopes or requestScopes, if the issuer has scopes for this resource',
    find: eachRoute(({ name, requestScopes, metadata }, places) => {
      const isSilent = requestScopes.length === 0 && metadata['scopes_supported'] === undefined
      return isSilent && hitIn(places, ['routes', name], 'clients do not learn which scopes to request', 'key')
    }),
  },
]

/** Hosts to which plain http never leaves the machine or the cluster. */
const INSIDE = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\]|.*\.svc|.*\.svc\.cluster\.local)$/

type Find = CheckRule<ConfigSubject>['find']

function eachIssuer(find: (issuer: Issuer, places: Places) => Found): Find {
  return ({ config, places }) => config.issuers.flatMap((issuer) => find(issuer, places) || [])
}

function eachRoute(find: (route: Route, places: Places) => Found): Find {
  return ({ config, places }) => config.routes.flatMap((route) => find(route, places) || [])
}

function eachResource(isSo: (resource: Resource, route: Route) => boolean, what: string): Find {
  return eachRoute((route, places) =>
    route.resources.flatMap((resource, index) => {
      const path = ['routes', route.name, 'resource', ...(route.resources.length > 1 ? [index] : [])]
      return isSo(resource, route) ? hitIn(places, path, `${quote(resource.url)} ${what}`) : []
    }),
  )
}

/** Where a field of a way in is written: its entry, the route, or `defaults`. */
function acceptPath(places: Places, route: string, index: number, key: string): Path {
  const candidates: readonly Path[] = [
    ['routes', route, 'accept', index, key],
    ['routes', route, key],
    ['defaults', key],
  ]
  return candidates.find((path) => places.place(path, 'value').path.endsWith(key)) ?? ['routes', route]
}

/** Routes by host and folded path: the configuration is folded once, not once for each pair of routes. */
function routesByPlace(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const places = routes.flatMap((route) => placesOf(route).map((place) => [place, route] as const))
  const grouped = Map.groupBy(places, ([place]) => place)
  return new Map([...grouped].map(([place, entries]) => [place, entries.map(([, route]) => route)]))
}

function placesOf({ match }: Route): readonly string[] {
  const paths = match.paths.map(foldPath)
  return match.hosts.flatMap((host) => paths.map((path) => `${host}${path}`))
}

/** The routes that one lies below, each once, in the order of the configuration. */
function outerRoutes(inner: Route, byPlace: ReadonlyMap<string, readonly Route[]>): readonly Route[] {
  const above = placesOf(inner).flatMap((place) => {
    const slashes = [...place.matchAll(/\//g)].map(({ index }) => index)
    return slashes.flatMap((end) => byPlace.get(place.slice(0, end)) ?? [])
  })
  return [...new Set(above)].filter((outer) => outer !== inner)
}

function shadowing(inner: Route, outer: Route): readonly string[] {
  const weaker = [
    ...(inner.anonymous && !outer.anonymous ? ['lets requests without a token pass'] : []),
    ...(inner.mode === 'observe' && outer.mode === 'enforce' ? ['only observes'] : []),
    ...missingScopes(inner, outer).map((scope) => `does not require the scope ${quote(scope)}`),
  ]
  return weaker.slice(0, 1).map((how) => `lies below route ${quote(outer.name)} and ${how}`)
}

/** What every way into the outer route needs and some way into the inner one does not. */
function missingScopes(inner: Route, outer: Route): readonly string[] {
  const [first, ...others] = outer.accept
  const always = (first?.scopes ?? []).filter((scope) => others.every(({ scopes }) => scopes.includes(scope)))
  return always.filter((scope) => inner.accept.some(({ scopes }) => !scopes.includes(scope)))
}
