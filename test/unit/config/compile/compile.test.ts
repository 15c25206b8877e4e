import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config, Route } from '../../../../src/config/model.ts'
import { formatProblem } from '../../../../src/config/problem.ts'
import { NO_REVOCATIONS, sampleAccept, sampleIssuer, sampleResource, sampleRoute } from '../../decision/sample.ts'
import { BASE, parseText, problemsOf } from '../fixtures.ts'

function configOf(text: string): Config {
  const parsed = parseText(text)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n'))
  return parsed.config
}

function routeOf(fragment: string, issuers = 'main: https://id.example.com', more = ''): Route {
  const text = `issuers: { ${issuers} }\n${more}routes:\n  api:\n    resource: https://api.example.com/mcp\n    ${fragment}\n`
  const route = configOf(text).routes.at(-1)
  assert.ok(route)
  return route
}

const ENTRA = 'e: { issuer: https://e.example.com, scopePrefix: api://1/ }'

test('dpop: as a word, as a map, from defaults, and off beside a tokenSource', () => {
  const modeOf = (fragment: string, more?: string) => routeOf(fragment, undefined, more).dpop.mode
  assert.equal(modeOf('dpop: required'), 'required')
  assert.equal(modeOf('dpop: { maxAge: 1m }'), 'accepted')
  assert.equal(modeOf('anonymous: true', 'defaults: { dpop: required }\n'), 'required')
  assert.equal(modeOf('dpop: off', 'defaults: { dpop: required }\n'), 'off')
  assert.equal(modeOf('tokenSource: { header: X-Token }'), 'off')
  assert.deepEqual(routeOf('dpop: { mode: required, algorithms: [EdDSA], maxAge: 1h, replay: refuse }').dpop, {
    mode: 'required',
    algorithms: ['EdDSA'],
    maxAgeSeconds: 3600,
    nonceSecret: undefined,
    refuseReplay: true,
  })
})

test('the three-line file has every default', () => {
  const config = configOf(BASE)
  const [issuer] = config.issuers
  const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ')
  assert.deepEqual(issuer, sampleIssuer({ name: 'homelab', algorithms }))
  const resource = 'https://api.example.com/mcp'
  const accept = [sampleAccept({ issuer, audience: [resource], scopes: [] })]
  assert.deepEqual(config.routes, [
    sampleRoute({ name: 'api', resources: [sampleResource(resource)], accept, requestScopes: [] }),
  ])
  assert.deepEqual(config.revocations, NO_REVOCATIONS)
})

test('an issuer takes what is written', () => {
  const [issuer] = configOf(`issuers:
  a:
    issuer: a
    secretFile: secret.txt
    clockTolerance: 500ms
    maxTokenLifetime: 2d
    maxStale: 3h
    requireTyp: application/AT+JWT
routes: { x: { resource: https://x.example.com } }
`).issuers
  assert.deepEqual(issuer?.keys, { kind: 'secretFile', file: 'secret.txt', secret: Buffer.from('s'.repeat(32)) })
  assert.deepEqual(issuer?.algorithms, ['HS256', 'HS384', 'HS512'])
  assert.deepEqual([issuer?.clockTolerance, issuer?.maxTokenLifetime, issuer?.maxStale], [0.5, 172_800, 10_800])
  assert.equal(issuer?.requireTyp, 'at+jwt')
})

test('key files go into the configuration', () => {
  const { issuers } =
    configOf(`issuers: { a: { issuer: i, jwksFile: good.jwks }, b: { issuer: i, publicKeyFile: public.pem } }
routes: { x: { resource: https://x.example.com, issuers: [a, b] } }
`)
  const [a, b] = issuers
  assert.ok(a?.keys.kind === 'jwksFile' && b?.keys.kind === 'publicKeyFile')
  assert.deepEqual(Object.keys(a.keys.document ?? {}), ['keys'])
  assert.match(b.keys.pem, /^-----BEGIN PUBLIC KEY-----/)
})

test('a key file of which some keys cannot be used is reported, with the rest in force', () => {
  const parsed =
    parseText(`issuers: { a: { issuer: a, jwksFile: mixed.jwks }, b: { issuer: b, publicKeyFile: mixed.pem } }
routes: { x: { resource: https://x.example.com, issuers: [a, b], identityHeaders: { X-Issuer: "@issuer" } } }
`)
  assert.deepEqual(parsed.ok && parsed.warnings.map(formatProblem), [
    'issuers.a.jwksFile: some keys of the file "mixed.jwks" are left out: "odd": crv "X25519" is not one that we verify (config.yaml:1:38)',
    'issuers.b.publicKeyFile: some keys of the file "mixed.pem" are left out: block 2: a key of type x25519 is not one that we verify (config.yaml:1:83)',
  ])
})

test('a resource keeps its spelling and is known by what a URL parser makes of it', () => {
  const { routes } = configOf(`issuers: { a: https://a.example.com }
routes:
  upper: { resource: "https://API.Example.COM:443/Mcp/?x=1" }
  root: { resource: https://root.example.com:8443 }
  several: { resource: [https://a.example.com/s, https://b.example.com/t/] }
`)
  assert.deepEqual(routes[0]?.resources, [
    {
      url: 'https://API.Example.COM:443/Mcp/?x=1',
      origin: 'https://api.example.com',
      hostname: 'api.example.com',
      path: '/Mcp',
      query: '?x=1',
    },
  ])
  assert.deepEqual(routes[1]?.resources[0], {
    url: 'https://root.example.com:8443',
    origin: 'https://root.example.com:8443',
    hostname: 'root.example.com',
    path: '',
    query: '',
  })
  assert.deepEqual(routes[1]?.match, { hosts: ['root.example.com'], paths: [''] })
  assert.deepEqual(routes[2]?.match, { hosts: ['a.example.com', 'b.example.com'], paths: ['/s', '/t'] })
  assert.deepEqual(routes[2]?.accept[0]?.audience, ['https://a.example.com/s', 'https://b.example.com/t/'])
})

/** A route of these keys alone. */
function ownRoute(keys: string): Route {
  const [route] = configOf(`{ issuers: { main: https://id.example.com }, routes: { api: { ${keys} } } }`).routes
  assert.ok(route)
  return route
}

test('a resource without a path stands for both spellings of its audience, any other for its own', () => {
  const audienceOf = (route: string) => ownRoute(route).accept[0]?.audience
  const both = ['https://a.example.com:8443', 'https://a.example.com:8443/']
  assert.deepEqual(audienceOf('resource: "https://a.example.com:8443"'), both)
  assert.deepEqual(audienceOf('resource: "https://a.example.com:8443/"'), both.toReversed())
  assert.deepEqual(audienceOf('resource: [https://a.example.com:8443, https://a.example.com:8443/]'), both)
  for (const own of ['https://a.example.com/mcp', 'https://a.example.com/mcp/', 'https://a.example.com?x=1'])
    assert.deepEqual(audienceOf(`resource: "${own}"`), [own])
  assert.deepEqual(audienceOf('resource: https://a.example.com, audience: [https://a.example.com]'), [
    'https://a.example.com',
  ])
})

test('a resource may be listed with and without the slash at its end, by one route', () => {
  const { resources, match } = ownRoute('resource: [https://a.example.com/mcp/, https://a.example.com/mcp]')
  assert.deepEqual(
    resources.map(({ path, slashed }) => [path, slashed]),
    [
      ['/mcp', true],
      ['/mcp', undefined],
    ],
  )
  assert.deepEqual(match, { hosts: ['a.example.com'], paths: ['/mcp'] })
  for (const routes of [
    '{ a: { resource: [https://a.example.com/m, https://a.example.com/m/] }, b: { resource: https://a.example.com/m/ } }',
    '{ a: { resource: https://a.example.com/m }, b: { resource: https://a.example.com/m/ } }',
  ])
    assert.equal(parseText(`{ issuers: { main: https://id.example.com }, routes: ${routes} }`).ok, false)
})

test('only https URLs are announced as login servers, and http ones on loopback or where http was allowed', () => {
  for (const [issuer, reported] of [
    ['{ issuer: "https://id.example.com", jwksUri: "https://k.example.com/" }', true],
    ['{ issuer: "HTTPS://id.example.com", jwksUri: "https://k.example.com/" }', true],
    ['"http://127.0.0.1:9000"', true],
    ['"http://id.localhost:9000"', true],
    ['{ issuer: "http://id.example.com", dangerouslyAllowHttp: true }', true],
    ['{ issuer: "http://id.example.com", jwksUri: "https://k.example.com/" }', false],
    ['"http://authentik.auth.svc"', false],
    ['{ issuer: accounts.google.com, jwksUri: "https://k.example.com/" }', false],
    ['{ issuer: "urn:example:issuer", jwksUri: "https://k.example.com/" }', false],
    ['{ issuer: "spiffe://example.org", jwksUri: "https://k.example.com/" }', false],
  ] as const) {
    const text = `{ issuers: { main: ${issuer} }, routes: { api: { resource: "https://api.example.com/mcp" } } }`
    assert.equal(configOf(text).routes[0]?.accept[0]?.advertise, reported, issuer)
  }
})

test('the words of OpenID Connect are asked for, never required, never prefixed', () => {
  const route = routeOf('scopes: [openid, profile, email, offline_access, read]', ENTRA)
  assert.deepEqual(route.accept[0]?.scopes, ['read'])
  assert.deepEqual(route.requestScopes, ['openid', 'profile', 'email', 'offline_access', 'api://1/read'])
  assert.equal(route.scopePrefix, 'api://1/')
})

/** What the loader warns of, on a file that is right. */
function warningsOf(text: string): readonly string[] {
  const parsed = parseText(text)
  assert.ok(parsed.ok)
  return parsed.warnings.map(({ path, message }) => `${path}: ${message}`)
}

test('scopes that require nothing are reported wherever they are written: alone, beside others, in either case of accept', () => {
  const nothing = (words: string) =>
    `requires nothing: ${words} of OpenID Connect, which is requested and never required; add a scope of your own or a claim, or write requestScopes instead`
  const only = (word: string) =>
    `"${word}" is not required: as a word of OpenID Connect it is only requested; move it to requestScopes, or require a claim`
  const file = (defaults: string, route: string) =>
    `issuers: { a: https://a.example.com }\n${defaults}routes: { x: { resource: https://x.example.com, ${route} } }\n`
  assert.deepEqual(warningsOf(file('', 'scopes: [email]')), [`routes.x.scopes: ${nothing('"email" is a word')}`])
  assert.deepEqual(warningsOf(file('', 'scopes: [openid, offline_access]')), [
    `routes.x.scopes: ${nothing('"openid", "offline_access" are words')}`,
  ])
  assert.deepEqual(warningsOf(file('', 'scopes: [read, profile]')), [`routes.x.scopes[1]: ${only('profile')}`])
  assert.deepEqual(warningsOf(file('defaults: { scopes: [openid] }\n', 'scopes: [read]')), [
    `defaults.scopes: ${nothing('"openid" is a word')}`,
  ])
  assert.deepEqual(warningsOf(file('', 'accept: [{ scopes: [email] }]')), [
    `routes.x.accept[0].scopes: ${nothing('"email" is a word')}`,
  ])
  assert.deepEqual(warningsOf(file('', 'rules: [{ scopes: [openid, admin] }]')), [
    `routes.x.rules[0].scopes[0]: ${only('openid')}`,
  ])
  assert.deepEqual(warningsOf(file('', 'mcp: { tools: { a: [email, b], c: { scopes: [d, email] } } }')), [
    `routes.x.mcp.tools.a[0]: ${only('email')}`,
    `routes.x.mcp.tools.c.scopes[1]: ${only('email')}`,
  ])
  assert.deepEqual(warningsOf(file('', 'requestScopes: [openid, email], scopes: [read]')), [])
})

test('requestScopes: those of defaults first, each once; written out, only they count; a prefix is not repeated', () => {
  const defaults = 'defaults: { scopes: [base, openid] }\n'
  assert.deepEqual(routeOf('scopes: [read, base]', undefined, defaults).requestScopes, ['base', 'openid', 'read'])
  assert.deepEqual(routeOf('requestScopes: [ask]', undefined, defaults).requestScopes, ['ask'])
  assert.deepEqual(routeOf('requestScopes: [api://1/a, b]', ENTRA).requestScopes, ['api://1/a', 'api://1/b'])
})

test('requestScopes of an anonymous route with mcp and without scopes of its own: those of mcp, in its order', () => {
  const mcp = 'mcp: { prompts: { p: [b] }, tools: { t: [a, b], u: allow }, resources: { "r:*": [r] }, default: [z] }'
  const scopesOf = (more: string, issuers?: string, defaults?: string) =>
    routeOf(`anonymous: true\n    ${more}`, issuers, defaults).requestScopes
  assert.deepEqual(scopesOf(mcp), ['a', 'b', 'r', 'z'])
  assert.deepEqual(scopesOf(`issuers: [e]\n    ${mcp}`, ENTRA), ['api://1/a', 'api://1/b', 'api://1/r', 'api://1/z'])
  assert.deepEqual(scopesOf(`scopes: [own]\n    ${mcp}`), ['own'])
  assert.deepEqual(scopesOf(`requestScopes: [one]\n    ${mcp}`), ['one'])
  assert.deepEqual(scopesOf(mcp, undefined, 'defaults: { scopes: [all] }\n'), ['all'])
  assert.deepEqual(scopesOf('mcp: { tools: { t: allow } }'), [])
  assert.deepEqual(routeOf(mcp).requestScopes, [])
})

test('requestScopes with accept: those of the first advertised entry, with its prefix', () => {
  const issuers = `m: https://m.example.com, ${ENTRA}`
  const accept = 'accept: [{ issuer: m, scopes: [ci], advertise: false }, { issuer: e, scopes: [read] }]'
  const route = routeOf(accept, issuers, 'defaults: { scopes: [base] }\n')
  assert.deepEqual(route.requestScopes, ['api://1/base', 'api://1/read'])
  assert.deepEqual(
    route.accept.map(({ scopes }) => scopes),
    [
      ['base', 'ci'],
      ['base', 'read'],
    ],
  )
  const hidden = routeOf('accept: [{ issuer: e, scopes: [read], advertise: false }]', issuers)
  assert.deepEqual([hidden.requestScopes, hidden.scopePrefix], [[], ''])
})

test('scopes, claims, clientIds and rules of defaults are required too, in every way in', () => {
  const defaults =
    'defaults: { scopes: [base], claims: { a: x }, clientIds: [one], rules: [{ methods: [DELETE], scopes: [del] }] }\n'
  const own = ['scopes: [read]', 'claims: { b: y }', 'clientIds: [two]', 'rules: [{ scopes: [all] }]']
  const flat = routeOf(own.join('\n    '), undefined, defaults)
  assert.deepEqual(flat.accept[0]?.scopes, ['base', 'read'])
  assert.deepEqual(flat.accept[0]?.clientIds, [['one'], ['two']])
  assert.deepEqual(
    flat.accept[0]?.claims.map(({ claim }) => claim.text),
    ['a', 'b'],
  )
  assert.deepEqual(
    flat.rules.map(({ scopes }) => scopes),
    [['del'], ['all']],
  )
  const entry = routeOf('accept: [{ scopes: [read] }]', undefined, defaults)
  assert.deepEqual(entry.accept[0]?.scopes, ['base', 'read'])
  assert.deepEqual(entry.accept[0]?.clientIds, [['one']])
  assert.equal(entry.accept[0]?.claims.length, 1)
})

test('everything else of defaults is overridden', () => {
  const defaults = `defaults:
  issuers: [b]
  audience: [d]
  requestScopes: [d]
  scopeImplies: { d: [e] }
  identityHeaders: { X-D: d }
  upstreamAuthorization: strip
  origins: [https://d.example.com]
  preflight: pass
  metadata: { resource_name: D }
`
  const issuers = 'a: https://a.example.com, b: https://b.example.com'
  const inherited = routeOf('anonymous: true', issuers, defaults)
  assert.deepEqual(
    [inherited.accept[0]?.issuer.name, inherited.accept[0]?.audience, inherited.requestScopes, inherited.origins],
    ['b', ['d'], ['d'], ['https://d.example.com']],
  )
  assert.deepEqual([inherited.preflight, inherited.upstreamAuthorization.kind], ['pass', 'strip'])
  assert.deepEqual([inherited.metadata, inherited.identityHeaders[0]?.name], [{ resource_name: 'D' }, 'X-D'])
  const own = routeOf(
    'issuers: [a]\n    audience: [o]\n    requestScopes: [o]\n    scopeImplies: { o: [p] }\n    identityHeaders: {}\n    upstreamAuthorization: keep\n    origins: ["null"]\n    preflight: deny\n    metadata: {}',
    issuers,
    defaults,
  )
  assert.deepEqual(
    [own.accept[0]?.issuer.name, own.accept[0]?.audience, own.requestScopes, own.origins, own.preflight, own.metadata],
    ['a', ['o'], ['o'], ['null'], 'deny', {}],
  )
  assert.deepEqual([...own.scopeImplies], [['o', ['p']]])
  assert.deepEqual([own.identityHeaders, own.upstreamAuthorization], [[], { kind: 'keep' }])
})

test('what routes share of defaults is not that of a route with settings of its own, in either order', () => {
  const shared = 'defaults: { dpop: accepted, identityHeaders: { X-A: sub } }\n'
  const entries = [
    'plain: { resource: https://a.example.com',
    'own: { resource: https://b.example.com, tokenSource: { header: X-Own }',
  ]
  for (const order of [entries, entries.toReversed()]) {
    const { routes } = configOf(
      `issuers: { a: https://a.example.com }\n${shared}routes:\n  ${order.join(' }\n  ')} }\n`,
    )
    const ofRoutes = routes.map(({ name, dpop, upstreamAuthorization: { kind } }) => `${name} ${dpop.mode} ${kind}`)
    assert.deepEqual(ofRoutes.toSorted(), ['own off strip', 'plain accepted keep'])
  }
  const twice = `issuers: { a: https://a.example.com }
defaults: { tokenSource: { header: X-Token } }
routes:
  plain: { resource: https://a.example.com }
  own: { resource: https://b.example.com, identityHeaders: { X-Token: sub } }
`
  assert.match(problemsOf(twice).join(), /"X-Token" is an identity header of the route/)
})

test('scopeImplies is transitive, and cycles end', () => {
  const route = routeOf('scopeImplies: { a: [b], b: [c, d], c: [a] }')
  assert.deepEqual(
    [...route.scopeImplies],
    [
      ['a', ['b', 'c', 'd']],
      ['b', ['c', 'd', 'a']],
      ['c', ['a', 'b', 'd']],
    ],
  )
})

test('a claim is a top-level name or a JSON Pointer; a value or a list means anyOf', () => {
  const route = routeOf(
    'claims: { https://ns/role: x, kubernetes.io: [1, true], /a~1b/~01/: { allOf: [x], noneOf: [y] }, constructor: { exists: false } }',
  )
  assert.deepEqual(route.accept[0]?.claims, [
    { claim: { text: 'https://ns/role', path: ['https://ns/role'] }, anyOf: ['x'] },
    { claim: { text: 'kubernetes.io', path: ['kubernetes.io'] }, anyOf: [1, true] },
    { claim: { text: '/a~1b/~01/', path: ['a/b', '~1', ''] }, allOf: ['x'], noneOf: ['y'] },
    { claim: { text: 'constructor', path: ['constructor'] }, exists: false },
  ])
})

test('only what match says is a lock; path rules lock to the paths too', () => {
  const locks = ({ lockedHosts, lockedPaths }: Route) => [lockedHosts, lockedPaths]
  assert.deepEqual(locks(routeOf('mode: enforce')), [undefined, undefined])
  assert.deepEqual(locks(routeOf('match: { hosts: [A.example.com] }')), [['a.example.com'], undefined])
  assert.deepEqual(locks(routeOf('match: { paths: [/x/] }')), [undefined, ['/x']])
  assert.deepEqual(routeOf('match: { paths: [/] }').match, { hosts: ['api.example.com'], paths: [''] })
  assert.deepEqual(locks(routeOf('rules: [{ methods: [GET], scopes: [a] }]')), [undefined, undefined])
  const ruled = routeOf('rules: [{ paths: [/MCP/%41dmin/], scopes: [a] }]')
  assert.deepEqual([...locks(ruled), ruled.rules[0]?.paths], [undefined, ['/mcp'], ['/mcp/admin']])
})

test('a rule for GET is one for HEAD; without methods and paths it is for everything', () => {
  const route = routeOf('rules: [{ methods: [GET], scopes: [openid, a] }, { claims: { b: c } }]')
  assert.deepEqual(route.rules[0], {
    methods: ['GET', 'HEAD'],
    paths: undefined,
    scopes: ['a'],
    claims: [],
    authentication: undefined,
  })
  assert.deepEqual([route.rules[1]?.methods, route.rules[1]?.paths, route.rules[1]?.scopes], [undefined, undefined, []])
})

test('what is not read does not reach the backend unless it is written', () => {
  const elsewhere = 'tokenSource: { header: Cf-Access-Jwt-Assertion }'
  assert.deepEqual(routeOf(elsewhere).tokenSource, { kind: 'header', name: 'Cf-Access-Jwt-Assertion' })
  assert.deepEqual(routeOf(elsewhere).upstreamAuthorization, { kind: 'strip' })
  assert.deepEqual(routeOf(`${elsewhere}\n    upstreamAuthorization: keep`).upstreamAuthorization, { kind: 'keep' })
})

test('upstreamAuthorization takes the whole header from a file, without one newline', () => {
  assert.deepEqual(routeOf('upstreamAuthorization: { secretFile: header.txt }').upstreamAuthorization, {
    kind: 'secret',
    file: 'header.txt',
    value: 'Bearer abc',
  })
})

test('audience: unchecked is kept as written, with its clients', () => {
  const accept = routeOf('audience: unchecked\n    clientIds: [a]').accept[0]
  assert.deepEqual([accept?.audience, accept?.clientIds], ['unchecked', [['a']]])
})

test('revocations are sets, and a moment in seconds', () => {
  const { revocations } = configOf(`${BASE}revocations: { jti: [a, a], issuedBefore: "2026-01-01T01:00:00+01:00" }\n`)
  assert.deepEqual([revocations.jti, revocations.issuedBefore], [new Set(['a']), Date.UTC(2026, 0, 1) / 1000])
})

test('odd but legal things are warnings with a place', () => {
  const parsed = parseText(`issuers: { a: https://a.example.com, b: https://b.example.com }
defaults: { issuers: [a] }
routes:
  x:
    resource: https://x.example.com
    mode: observe
    upstreamAuthorization: { secretFile: header.txt }
  y: { resource: https://y.example.com, issuers: [a, b], identityHeaders: { X-Auth-Subject: sub } }
  z: { resource: https://z.example.com, tokenSource: { cookie: session } }
`)
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.warnings.map(formatProblem), [
    'routes.x.upstreamAuthorization: anyone with a good token who reaches the auth port can read this secret; admit only the proxy to it (config.yaml:7:28)',
    'routes.x.mode: observe lets pass what enforce would deny; set it to enforce when its counts look right (config.yaml:6:11)',
    'routes.y: has several issuers, whose subjects may be equal; add a header with "@issuer" to identityHeaders (config.yaml:8:6)',
    'routes.z.tokenSource: browsers send a cookie with requests that other sites make; list the sites that may under origins (config.yaml:9:54)',
  ])
  assert.deepEqual(
    parsed.warnings.map(({ id }) => id),
    ['upstream-secret', 'route-observed', 'issuer-header-missing', 'cookie-without-origins'],
  )
  for (const { why } of parsed.warnings) assert.ok(why)
})

test('a registration is for the clients of a route that advertises its issuer', () => {
  const registration =
    '{ clientId: mcp, redirectUris: [http://127.0.0.1/callback, https://claude.ai/cb], codeChallengeMethods: [S256] }'
  const yaml = (advertise: boolean) => `issuers:
  homelab: https://id.example.com
  other: { issuer: https://other.example.com, registration: ${registration} }
routes:
  api:
    resource: https://api.example.com/mcp
    identityHeaders: {}
    accept: [{ issuer: homelab }, { issuer: other, advertise: ${advertise} }]
`
  const parsed = parseText(yaml(true))
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.config.issuers[1]?.registration, {
    kind: 'client',
    clientId: 'mcp',
    redirectUris: ['http://127.0.0.1/callback', 'https://claude.ai/cb'],
    codeChallengeMethods: ['S256'],
  })
  assert.deepEqual(problemsOf(yaml(false)), [
    'issuers.other.registration: no route sends clients to "other"; add it to the issuers of a route, or remove this (config.yaml:3:47)',
  ])
})
