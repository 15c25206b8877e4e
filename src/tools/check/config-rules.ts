import { foldPath, isWithin } from '../../config/canonical-path.ts'
import type { Config, Route } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import type { Path } from '../../config/problem.ts'
import { quote } from '../../config/problem.ts'
import { AUTHENTICATION_RULES } from './authentication-rules.ts'
import type { CheckRule, Hit } from './check-rule.ts'
import type { ConfigSubject, Places } from './config-places.ts'
import { confusion } from './confusable-headers.ts'
import { ISSUER_RULES } from './issuer-rules.ts'
import { findStepUps, STEP_UP } from './step-up.ts'

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
    find: ({ config, places }) =>
      config.issuers.flatMap((issuer) =>
        plainUrls(issuer).map(([key, url]) => at(places, ['issuers', issuer.name, key], `${quote(url)} is plain http`)),
      ),
  },
  {
    id: 'proof-replay-refused',
    severity: 'warning',
    why: 'a proxy that repeats a question, as on a retry of an idle connection, makes a good request fail; each process remembers its own proofs only',
    fix: 'remove replay: refuse, or make sure that the proxy asks once and one process answers',
    find: ({ config, places }) =>
      config.routes.flatMap(({ name, dpop }) =>
        dpop.mode !== 'off' && dpop.refuseReplay
          ? [at(places, ['routes', name, 'dpop', 'replay'], 'a proof passes once')]
          : [],
      ),
  },
  {
    id: 'audience-unchecked',
    severity: 'warning',
    why: 'a token that the same client got for any other service is accepted here too (RFC 9700 section 2.3)',
    fix: 'have the issuer put an audience into its tokens, and list it',
    find: ({ config, places }) =>
      acceptsOf(config).flatMap(([route, index, accept]) =>
        accept.audience === 'unchecked'
          ? [at(places, acceptPath(places, route, index, 'audience'), 'the audience of tokens is not checked')]
          : [],
      ),
  },
  {
    id: 'token-lifetime-long',
    severity: 'warning',
    why: 'a stolen token is accepted until it expires; only `revocations` can end it earlier',
    fix: 'let the issuer give tokens of minutes or hours, and write at most 24h',
    find: ({ config, places }) =>
      config.issuers.flatMap(({ name, keys, maxTokenLifetime: seconds }) =>
        // A static token ends when its entry is removed.
        seconds !== undefined && seconds > DAY && keys.kind !== 'tokensFile'
          ? [at(places, ['issuers', name, 'maxTokenLifetime'], `tokens may live ${Math.round(seconds / DAY)} days`)]
          : [],
      ),
  },
  {
    id: 'clock-tolerance-long',
    severity: 'warning',
    why: 'every token is accepted for that much longer than its issuer said; clocks that are kept by NTP differ by milliseconds',
    fix: 'correct the clocks, and leave clockTolerance out (30s)',
    find: ({ config, places }) =>
      config.issuers.flatMap(({ name, clockTolerance }) =>
        clockTolerance >= 60 ? [at(places, ['issuers', name, 'clockTolerance'], 'is as long as it may be')] : [],
      ),
  },
  {
    id: 'resource-trailing-slash',
    severity: 'warning',
    why: 'clients compare this URL byte for byte with the one that their user typed, which rarely ends in a slash; some then refuse to log in',
    fix: 'write it without the slash, and the audience at the issuer likewise',
    find: ({ config, places }) =>
      resourcesOf(config).flatMap(([path, { url, path: own }]) =>
        own !== '' && url.endsWith('/') ? [at(places, path, `${quote(url)} ends in a slash`)] : [],
      ),
  },
  {
    id: 'resource-query',
    severity: 'warning',
    why: 'RFC 9728 section 1.2 advises against it; most clients drop the query when they build the metadata URL',
    fix: 'give each resource a path of its own',
    find: ({ config, places }) =>
      resourcesOf(config).flatMap(([path, { url, query }]) =>
        query === '' ? [] : [at(places, path, `${quote(url)} has a query`)],
      ),
  },
  {
    id: 'resource-not-matched',
    severity: 'warning',
    why: 'clients use exactly this URL, and forwardgate refuses it as route_mismatch, or chooses another route for it',
    fix: 'let match.hosts and match.paths cover the resource, or leave match out',
    find: ({ config, places }) =>
      resourcesOf(config).flatMap(([path, { url, hostname, path: own }, { match }]) =>
        match.hosts.includes(hostname) && match.paths.some((prefix) => isWithin(own, prefix))
          ? []
          : [at(places, path, `${quote(url)} lies outside of the route's own match`)],
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
          shadowing(inner, outer).map((what) => at(places, ['routes', inner.name], what, 'key')),
        ),
      )
    },
  },
  {
    id: 'identity-header-confusable',
    severity: 'warning',
    why: 'another program uses this header itself, or accepts one with the same meaning from any client',
    fix: 'choose a name such as X-Auth-Subject',
    find: ({ config, places }) => [
      ...new Map(
        config.routes
          .flatMap((route) => route.identityHeaders.map(({ name }) => [route, name] as const))
          .flatMap(([route, name]) => {
            const reason = confusion(name)
            if (reason === undefined) return []
            const own = places.place(['routes', route.name, 'identityHeaders', name], 'key')
            const shown = own.path.includes('identityHeaders')
              ? own
              : places.place(['defaults', 'identityHeaders', name], 'key')
            return [[shown.path, { ...shown, what: `${quote(name)} ${reason}` }] as const]
          }),
      ).values(),
    ],
  },
  {
    id: 'scopes-supported-missing',
    severity: 'note',
    why: 'without scopes_supported and without scope in the challenge, clients request no scope or every scope that the issuer knows',
    fix: 'write scopes or requestScopes, if the issuer has scopes for this resource',
    find: ({ config, places }) =>
      config.routes.flatMap(({ name, requestScopes, metadata }) =>
        requestScopes.length === 0 && metadata['scopes_supported'] === undefined
          ? [at(places, ['routes', name], 'clients do not learn which scopes to request', 'key')]
          : [],
      ),
  },
  {
    ...STEP_UP,
    find: ({ config, places }) => findStepUps(config, places, ({ registration }) => registration?.kind === 'endpoint'),
  },
]

/** Hosts to which plain http never leaves the machine or the cluster. */
const INSIDE = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\]|.*\.svc|.*\.svc\.cluster\.local)$/

function plainUrls({ issuer, keys }: Issuer): readonly (readonly [string, string])[] {
  const named =
    keys.kind === 'discoveryUri' || keys.kind === 'jwksUri'
      ? ([keys.kind, keys.uri] as const)
      : (['issuer', issuer] as const)
  const url = URL.parse(named[1])
  return url?.protocol === 'http:' && !INSIDE.test(url.hostname) ? [named] : []
}

function acceptsOf(config: Config) {
  return config.routes.flatMap((route) => route.accept.map((accept, index) => [route, index, accept] as const))
}

/** Where a field of a way in is written: its entry, the route, or `defaults`. */
function acceptPath(places: Places, route: Route, index: number, key: string): Path {
  const candidates: readonly Path[] = [
    ['routes', route.name, 'accept', index, key],
    ['routes', route.name, key],
    ['defaults', key],
  ]
  return candidates.find((path) => places.place(path, 'value').path.endsWith(key)) ?? ['routes', route.name]
}

function resourcesOf(config: Config) {
  return config.routes.flatMap((route) =>
    route.resources.map((resource, index): readonly [Path, typeof resource, Route] => {
      const path =
        route.resources.length > 1 ? ['routes', route.name, 'resource', index] : ['routes', route.name, 'resource']
      return [path, resource, route]
    }),
  )
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

function at(places: Places, path: Path, what: string, which: 'key' | 'value' = 'value'): Hit {
  return { ...places.place(path, which), what }
}
