// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write

import type { Row } from './fixtures.ts'

/** Mistakes in routes and defaults. */
export const ROUTE_ROWS: readonly Row[] = [
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: '',
    problems: ['routes.api.resource: has no value; write one or remove the key (config.yaml:5:5)'],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: '5',
    problems: ['routes.api.resource: must be a URL or a list of URLs (config.yaml:5:15)'],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'api.example.com/mcp',
    problems: [
      'routes.api.resource: "api.example.com/mcp" is not an absolute URL; write one such as https://api.example.com/mcp (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'http://localhost:3000/mcp',
    bad: 'http://api.example.com/mcp',
    problems: [
      'routes.api.resource: "http://api.example.com/mcp" is not https; write "https://api.example.com/mcp" (http is only for localhost) (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'http://127.0.0.1/mcp',
    bad: 'http://127.0.0.1.example.com/mcp',
    problems: [
      'routes.api.resource: "http://127.0.0.1.example.com/mcp" is not https; write "https://127.0.0.1.example.com/mcp" (http is only for localhost) (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api.example.com/mcp#top',
    problems: [
      'routes.api.resource: "https://api.example.com/mcp#top" has a fragment; remove the # and what follows (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://me@api.example.com/mcp',
    problems: [
      'routes.api.resource: "https://…@api.example.com/mcp" has credentials in it; remove them (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://*.example.com/mcp',
    problems: [
      'routes.api.resource: "https://*.example.com/mcp" has a wildcard host; list every URL (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api.example.com/a/../mcp',
    problems: [
      'routes.api.resource: the path of "https://api.example.com/a/../mcp" can be read in two ways; write it without empty or dot segments, ; and encoded separators (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api.example.com/a%2Fmcp',
    problems: [
      'routes.api.resource: the path of "https://api.example.com/a%2Fmcp" can be read in two ways; write it without empty or dot segments, ; and encoded separators (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api.example.com/.well-known/oauth-protected-resource/mcp',
    problems: [
      'routes.api.resource: "https://api.example.com/.well-known/oauth-protected-resource/mcp" is a metadata URL; write the URL of the resource itself (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api.example.com:70000/mcp',
    problems: [
      'routes.api.resource: "https://api.example.com:70000/mcp" is not a well-formed URL; correct its host or port (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://bücher.example/mcp',
    problems: [
      'routes.api.resource: "https://bücher.example/mcp" is not a well-formed URL; percent-encode unusual characters (a host in punycode) (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: '[https://api.example.com/mcp]',
    bad: '[]',
    problems: [
      'routes.api.resource: must not be an empty list; write at least one entry or remove the key (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: '[https://api.example.com/mcp, https://api.example.com/other]',
    bad: '[https://api.example.com/mcp, https://API.example.com:443/mcp/]',
    problems: [
      'routes.api.resource[1]: "https://API.example.com:443/mcp/" is listed twice; remove one (config.yaml:5:45)',
    ],
  },
  {
    slot: 'routes',
    good: 'other: { resource: https://api.example.com/other }',
    bad: 'other: { resource: https://api.example.com/mcp }',
    problems: [
      'routes.other.resource: "https://api.example.com/mcp" is the resource of "api" already; give each route its own (config.yaml:6:22)',
    ],
  },
  {
    slot: 'routes',
    good: 'other: { resource: https://api.example.com/other }',
    bad: 'other: { resource: "https://api.example.com/mcp?x=1" }',
    problems: [
      'routes.other.resource: "api.example.com/mcp" selects route "api" as well; give one of them other match.hosts or match.paths (config.yaml:6:12)',
    ],
  },
  {
    slot: 'routes',
    good: 'other: { resource: https://api.example.com/other, match: { paths: [/elsewhere] } }',
    bad: 'other: { resource: https://api.example.com/other, match: { paths: [/MCP/] } }',
    problems: [
      'routes.other.match: "api.example.com/MCP" selects route "api" as well; give one of them other match.hosts or match.paths (config.yaml:6:53)',
    ],
  },
  {
    slot: 'routes',
    good: 'other: { resource: https://api.example.com/mcp/below }',
    bad: 'other: {}',
    problems: [
      'routes.other: has no resource; add resource: with the URL that users type into a client (config.yaml:6:3)',
    ],
  },
  {
    slot: 'route',
    good: 'issuers: [homelab]',
    bad: 'issuers: [homelb]',
    problems: ['routes.api.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:6:15)'],
  },
  {
    slot: 'route',
    good: 'issuers: [homelab]',
    bad: 'issuers: [constructor]',
    problems: [
      'routes.api.issuers[0]: "constructor" is not in issuers; add it there, or write "homelab" (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'issuers: [homelab]',
    bad: 'issuers: homelab',
    problems: ['routes.api.issuers: must be a list; write [homelab] (config.yaml:6:14)'],
  },
  {
    slot: 'route',
    good: 'issuers: [homelab]',
    bad: 'issuers: [homelab, homelab]',
    problems: ['routes.api.issuers[1]: "homelab" is listed twice; remove one (config.yaml:6:24)'],
  },
  {
    slot: 'route',
    good: 'issuers: [homelab]',
    bad: 'issuer: homelab',
    problems: ['routes.api.issuer: is not a known key; did you mean "issuers"? (config.yaml:6:5)'],
  },
  {
    slot: 'route',
    good: 'audience: [a]',
    bad: 'audience: a',
    problems: ['routes.api.audience: must be a list, such as [my-api], or unchecked (config.yaml:6:15)'],
  },
  {
    slot: 'route',
    good: 'audience: unchecked\n    clientIds: [a]',
    bad: 'audience: unchecked',
    problems: [
      'routes.api.audience: unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'clientIds: [a]',
    bad: 'clientIds: []',
    problems: [
      'routes.api.clientIds: must not be an empty list; write at least one entry or remove the key (config.yaml:6:16)',
    ],
  },
  {
    slot: 'route',
    good: 'scopes: [a, b]',
    bad: 'scopes: a b',
    problems: ['routes.api.scopes: must be a list; write [a, b] (config.yaml:6:13)'],
  },
  {
    slot: 'route',
    good: 'scopes: [a, b]',
    bad: 'scopes: [a b]',
    problems: ['routes.api.scopes[0]: "a b" holds several scopes; write [a, b] (config.yaml:6:14)'],
  },
  {
    slot: 'route',
    good: 'scopes: [a, b]',
    bad: 'scopes: [""]',
    problems: [
      'routes.api.scopes[0]: "" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:14)',
    ],
  },
  {
    slot: 'route',
    good: 'scopes: [a, b]',
    bad: 'scopes: ["a\\"b", "lesen/schreiben-ü"]',
    problems: [
      'routes.api.scopes[0]: "a\\"b" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:14)',
      'routes.api.scopes[1]: "lesen/schreiben-ü" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:22)',
    ],
  },
  {
    slot: 'route',
    good: 'scopes: ["17"]',
    bad: 'scopes: [17]',
    problems: ['routes.api.scopes[0]: must be text; write "17" in quotes (config.yaml:6:14)'],
  },
  {
    slot: 'route',
    good: 'scopes: [a]',
    bad: 'scopes:',
    problems: ['routes.api.scopes: has no value; write one or remove the key (config.yaml:6:5)'],
  },
  {
    slot: 'route',
    good: 'claims: { a: [x] }',
    bad: 'claims: { a: [] }',
    problems: [
      'routes.api.claims.a: must not be an empty list; write at least one entry or remove the key (config.yaml:6:18)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: [x] }',
    bad: 'claims: { a: }',
    problems: ['routes.api.claims.a: has no value; write one or remove the key (config.yaml:6:15)'],
  },
  {
    slot: 'route',
    good: 'claims: { a: { anyOf: [x] } }',
    bad: 'claims: { a: {} }',
    problems: ['routes.api.claims.a: requires nothing; add anyOf, allOf, noneOf or exists (config.yaml:6:15)'],
  },
  {
    slot: 'route',
    good: 'claims: { a: { anyOf: [x] } }',
    bad: 'claims: { a: { any: [x] } }',
    problems: [
      'routes.api.claims.a.any: is not a known key; the keys here are anyOf, allOf, noneOf, exists (config.yaml:6:20)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: { anyOf: [x] } }',
    bad: 'claims: { a: { anyOf: x } }',
    problems: ['routes.api.claims.a.anyOf: must be a list; write [x] (config.yaml:6:27)'],
  },
  {
    slot: 'route',
    good: 'claims: { a: { exists: false } }',
    bad: 'claims: { a: { exists: false, anyOf: [x] } }',
    problems: [
      'routes.api.claims.a.exists: false cannot be combined with anyOf, allOf or noneOf; keep one of them (config.yaml:6:28)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: "12345678901234567890" }',
    bad: 'claims: { a: 12345678901234567890 }',
    problems: [
      'routes.api.claims.a: 12345678901234567000 is too large to be compared exactly; write it in quotes (config.yaml:6:18)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: .5 }',
    bad: 'claims: { a: .nan }',
    problems: [
      'routes.api.claims.a: must be a value, a list of values, or a map of anyOf, allOf, noneOf, exists (config.yaml:6:18)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { /a/b~0c: x }',
    bad: 'claims: { /a/b~c: x }',
    problems: [
      'routes.api.claims["/a/b~c"]: "/a/b~c" is not a JSON Pointer; write ~0 for ~ (RFC 6901) (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: x }',
    bad: 'claims: { "@scopes": x }',
    problems: [
      'routes.api.claims["@scopes"]: "@scopes" is not a claim here; @ names work in identityHeaders only (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'claims: { a: x }',
    bad: 'claims: [a]',
    problems: ['routes.api.claims: must be a map (key: value), not a list (config.yaml:6:13)'],
  },
  {
    slot: 'route',
    good: 'rules: [{ methods: [DELETE], scopes: [a] }]',
    bad: 'rules: [{ methods: [DELTE], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].methods[0]: "DELTE" is not a method that can be forwarded; did you mean "DELETE"? (config.yaml:6:25)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ methods: [GET], scopes: [a] }]',
    bad: 'rules: [{ methods: [get], scopes: [a] }]',
    problems: ['routes.api.rules[0].methods[0]: "get" is not a method; write "GET" (config.yaml:6:25)'],
  },
  {
    slot: 'route',
    good: 'rules: [{ methods: [GET], scopes: [a] }]',
    bad: 'rules: [{ methods: [TRACE], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].methods[0]: "TRACE" is not a method that can be forwarded; remove it (config.yaml:6:25)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ methods: [GET], scopes: [a] }]',
    bad: 'rules: [{ methods: [GET] }]',
    problems: [
      'routes.api.rules[0]: requires nothing; add scopes, claims, acr or maxAuthAge, or remove the rule (config.yaml:6:13)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ scopes: [a] }]',
    bad: 'rules: [{ scopes: [openid] }]',
    problems: [
      'routes.api.rules[0]: requires nothing; add scopes, claims, acr or maxAuthAge, or remove the rule (config.yaml:6:13)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ paths: [/mcp/admin], scopes: [a] }]',
    bad: 'rules: [{ paths: [/admin], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].paths[0]: "/admin" is outside of this route, which is "/mcp"; correct it, or add it to match.paths (config.yaml:6:23)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ paths: [/MCP/admin], scopes: [a] }]',
    bad: 'rules: [{ paths: [/mcpadmin], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].paths[0]: "/mcpadmin" is outside of this route, which is "/mcp"; correct it, or add it to match.paths (config.yaml:6:23)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ paths: [/mcp/admin], scopes: [a] }]',
    bad: 'rules: [{ paths: [/mcp/../admin], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].paths[0]: "/mcp/../admin" can be read in two ways and would never be allowed; write it without empty or dot segments, ; and encoded separators (config.yaml:6:23)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ paths: [/mcp/admin], scopes: [a] }]',
    bad: 'rules: [{ paths: [mcp/admin], scopes: [a] }]',
    problems: ['routes.api.rules[0].paths[0]: "mcp/admin" is not a path; begin it with / (config.yaml:6:23)'],
  },
  {
    slot: 'route',
    good: 'rules: [{ paths: [/mcp/a], scopes: [a] }]',
    bad: 'rules: [{ paths: ["/mcp/a?b"], scopes: [a] }]',
    problems: [
      'routes.api.rules[0].paths[0]: "/mcp/a?b" has a query or fragment; write the path alone (config.yaml:6:23)',
    ],
  },
  {
    slot: 'route',
    good: 'rules: [{ scopes: [a] }]',
    bad: 'rules: { scopes: [a] }',
    problems: ['routes.api.rules: must be a list, not a map (config.yaml:6:12)'],
  },
  {
    slot: 'route',
    good: 'match: { hosts: [api.example.com], paths: [/mcp] }',
    bad: 'match: {}',
    problems: ['routes.api.match: is empty; add hosts or paths, or remove it (config.yaml:6:5)'],
  },
  {
    slot: 'route',
    good: 'match: { hosts: [api.example.com] }',
    bad: 'match: { hosts: ["*.example.com"] }',
    problems: ['routes.api.match.hosts[0]: "*.example.com" has a wildcard; list every host (config.yaml:6:22)'],
  },
  {
    slot: 'route',
    good: 'match: { hosts: [api.example.com] }',
    bad: 'match: { hosts: ["api.example.com:443"] }',
    problems: [
      'routes.api.match.hosts[0]: "api.example.com:443" has a port; write "api.example.com" (config.yaml:6:22)',
    ],
  },
  {
    slot: 'route',
    good: 'match: { hosts: [api.example.com] }',
    bad: 'match: { hosts: [https://api.example.com] }',
    problems: [
      'routes.api.match.hosts[0]: "https://api.example.com" is not a host name; write it without scheme and path (config.yaml:6:22)',
    ],
  },
  {
    slot: 'route',
    good: 'match: { paths: [/mcp] }',
    bad: 'match: { paths: [/mcp//x] }',
    problems: [
      'routes.api.match.paths[0]: "/mcp//x" can be read in two ways and would never be allowed; write it without empty or dot segments, ; and encoded separators (config.yaml:6:22)',
    ],
  },
  ...(
    [
      [
        '{ header: Authorization }',
        'header',
        28,
        'is the default place of the token; write tokenSource: authorization, or leave it out',
      ],
      ['{ header: cookie }', 'header', 28, 'holds many things; write tokenSource: { cookie: <name> }'],
      [
        '{ header: Proxy-Authorization }',
        'header',
        28,
        '"Proxy-Authorization" has a meaning of its own; name the header that holds the token',
      ],
      [
        '{ header: X-Forwarded-Uri }',
        'header',
        28,
        '"X-Forwarded-Uri" has a meaning of its own; name the header that holds the token',
      ],
      [
        '{ header: x-auth-subject }',
        'header',
        28,
        '"x-auth-subject" is an identity header of the route; rename that one',
      ],
      [
        '{ header: X_Token }',
        'header',
        28,
        '"X_Token" cannot be used as a header here; use letters, digits and hyphens only',
      ],
      [
        '{ cookie: "a b" }',
        'cookie',
        28,
        '"a b" is not the name of a cookie; write it without blanks, quotes, "=" and ";"',
      ],
    ] as const
  ).map(([bad, key, column, problem]) => ({
    slot: 'route' as const,
    good: 'tokenSource: { header: X-Forwarded-Access-Token }',
    bad: `tokenSource: ${bad}`,
    problems: [`routes.api.tokenSource.${key}: ${problem} (config.yaml:6:${column})`],
  })),
  {
    slot: 'route',
    good: 'tokenSource: { header: Cf-Access-Jwt-Assertion }',
    bad: 'tokenSource: { header: Cf-Access-Jwt-Assertion, cookie: CF_Authorization }',
    problems: [
      'routes.api.tokenSource: must be authorization, { header: … } or { cookie: … }; write one of header and cookie (config.yaml:6:18)',
    ],
  },
  {
    slot: 'route',
    good: 'logClaims: [email, /realm_access/roles]',
    bad: 'logClaims: []',
    problems: [
      'routes.api.logClaims: must not be an empty list; write at least one entry or remove the key (config.yaml:6:16)',
    ],
  },
  ...[
    [
      'dpop: maybe',
      'dpop: must be off, accepted, required, or a map such as { mode: required, maxAge: 1m } (config.yaml:6:11)',
    ],
    ['dpop: { maxAge: 9s }', 'dpop.maxAge: "9s" does not work; write 10s to 1h (config.yaml:6:21)'],
    ['dpop: { maxAge: 61m }', 'dpop.maxAge: "61m" does not work; write 10s to 1h (config.yaml:6:21)'],
    [
      'dpop: { algorithms: [] }',
      'dpop.algorithms: must not be an empty list; write at least one entry or remove the key (config.yaml:6:25)',
    ],
    [
      'dpop: { nonceSecretFile: short.secret }',
      'dpop.nonceSecretFile: the file "short.secret" cannot be read: there is no such file (config.yaml:6:30)',
    ],
  ].map(
    ([bad = '', problem = '']): Row => ({
      slot: 'route',
      good: 'dpop: { mode: required, algorithms: [ES256], maxAge: 10s, replay: refuse }',
      bad,
      problems: [`routes.api.${problem}`],
    }),
  ),
  ...[
    ['acr: []', 'acr: must not be an empty list; write at least one entry or remove the key (config.yaml:6:10)'],
    [
      'acr: ["silver gold"]',
      'acr[0]: "silver gold" cannot be sent in acr_values; use printable ASCII without space, quote and backslash (config.yaml:6:11)',
    ],
    ...['9s', '366d', '10500ms'].map((age) => [
      `maxAuthAge: ${age}`,
      `maxAuthAge: "${age}" does not work; write whole seconds, 10s to 365d (config.yaml:6:17)`,
    ]),
    [
      'rules: [{ maxAuthAge: 1s }]',
      'rules[0].maxAuthAge: "1s" does not work; write whole seconds, 10s to 365d (config.yaml:6:27)',
    ],
    [
      'mcp: { tools: { pay: { maxAuthAge: 1s } } }',
      'mcp.tools.pay.maxAuthAge: "1s" does not work; write whole seconds, 10s to 365d (config.yaml:6:40)',
    ],
    [
      'acr: [gold]\n    accept: [{ acr: [gold] }]',
      'acr: cannot be combined with accept; write it in the entries of accept instead (config.yaml:6:5)',
    ],
    [
      'maxAuthAge: 1h\n    accept: [{ acr: [gold] }]',
      'maxAuthAge: cannot be combined with accept; write it in the entries of accept instead (config.yaml:6:5)',
    ],
    [
      'acr: [gold]\ndefaults: { acr: [silver] }',
      'acr: has no value of the acr of defaults, so no token passes; list one of those (config.yaml:6:10)',
    ],
  ].map(
    ([bad = '', problem = '']): Row => ({
      slot: 'route',
      good: 'acr: [gold, urn:example:acr:phr]\n    maxAuthAge: 10s\n    rules: [{ maxAuthAge: 365d }]\n    mcp: { tools: { pay: { acr: [gold] } }, default: { maxAuthAge: 1m } }\ndefaults: { acr: [silver, gold], maxAuthAge: 1h }',
      bad,
      problems: [`routes.api.${problem}`],
    }),
  ),
  {
    slot: 'route',
    good: 'dpop: accepted',
    bad: 'dpop: required\n    tokenSource: { header: X-Token }',
    problems: [
      'routes.api.dpop: required needs the token in Authorization; remove tokenSource, or write dpop: off (config.yaml:6:11)',
    ],
  },
  {
    slot: 'route',
    good: 'tokenSource: authorization',
    bad: 'tokenSource: body',
    problems: ['routes.api.tokenSource: must be authorization, { header: … } or { cookie: … } (config.yaml:6:18)'],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Subject: sub }',
    bad: 'identityHeaders: { X_Auth_Subject: sub }',
    problems: [
      'routes.api.identityHeaders.X_Auth_Subject: "X_Auth_Subject" cannot be used as a header here; use letters, digits and hyphens only (config.yaml:6:24)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Subject: sub }',
    bad: 'identityHeaders: { X-Auth-Subject: sub, x-auth-subject: sub }',
    problems: [
      'routes.api.identityHeaders.x-auth-subject: is the same header as "X-Auth-Subject"; keep one of them (config.yaml:6:45)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Subject: sub }',
    bad: 'identityHeaders: { Authorization: sub }',
    problems: [
      'routes.api.identityHeaders.Authorization: cannot be an identity header; use upstreamAuthorization for it (config.yaml:6:24)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Subject: sub }',
    bad: 'identityHeaders: { connection: sub, Transfer-Encoding: a, X-Forwarded-User: b, X-Forwardgate-A: c, Proxy-Auth: d, Set-Cookie: e }',
    problems: [
      'routes.api.identityHeaders.connection: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:24)',
      'routes.api.identityHeaders.Transfer-Encoding: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:41)',
      'routes.api.identityHeaders.X-Forwarded-User: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:63)',
      'routes.api.identityHeaders.X-Forwardgate-A: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:84)',
      'routes.api.identityHeaders.Proxy-Auth: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:104)',
      'routes.api.identityHeaders.Set-Cookie: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:119)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Scopes: "@scopes" }',
    bad: 'identityHeaders: { X-Auth-Scopes: "@scope" }',
    problems: [
      'routes.api.identityHeaders.X-Auth-Scopes: "@scope" does not exist; did you mean "@scopes"? (config.yaml:6:39)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Scopes: "@scopes" }',
    bad: 'identityHeaders: { X-Auth-Scopes: "@everything" }',
    problems: [
      'routes.api.identityHeaders.X-Auth-Scopes: "@everything" does not exist; write @scopes, @client, @issuer or the name of a claim (config.yaml:6:39)',
    ],
  },
  {
    slot: 'route',
    good: 'identityHeaders: { X-Auth-Scopes: "@scopes" }',
    bad: 'identityHeaders: { X-Auth-Scopes: @scopes }',
    problems: ['a value cannot begin with @; put it in quotes (config.yaml:6:39)'],
  },
  {
    slot: 'route',
    good: 'mode: observe',
    bad: 'mode: obseve',
    problems: ['routes.api.mode: must be enforce or observe, not "obseve"; did you mean "observe"? (config.yaml:6:11)'],
  },
  {
    slot: 'route',
    good: 'anonymous: true',
    bad: 'anonymous: yes',
    problems: ['routes.api.anonymous: must be true or false, not "yes" (config.yaml:6:16)'],
  },
  {
    slot: 'route',
    good: 'preflight: pass',
    bad: 'preflight: allow',
    problems: ['routes.api.preflight: must be deny or pass, not "allow" (config.yaml:6:16)'],
  },
  {
    slot: 'route',
    good: 'upstreamAuthorization: strip',
    bad: 'upstreamAuthorization: remove',
    problems: [
      'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … } (config.yaml:6:28)',
    ],
  },
  {
    slot: 'route',
    good: 'upstreamAuthorization: { secretFile: header.txt }',
    bad: 'upstreamAuthorization: { secretFile: two-lines.txt }',
    problems: [
      'routes.api.upstreamAuthorization.secretFile: the file "two-lines.txt" holds no header value; write one line of printable ASCII without blanks around it (config.yaml:6:42)',
    ],
  },
  {
    slot: 'route',
    good: 'upstreamAuthorization: { claim: token }',
    bad: 'upstreamAuthorization: { claim: "@client" }',
    problems: [
      'routes.api.upstreamAuthorization.claim: "@client" is not a claim here; @ names work in identityHeaders only (config.yaml:6:37)',
    ],
  },
  {
    slot: 'route',
    good: 'upstreamAuthorization: { claim: token }',
    bad: 'upstreamAuthorization: {}',
    problems: [
      'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim (config.yaml:6:28)',
    ],
  },
  {
    slot: 'route',
    good: 'upstreamAuthorization: { claim: token }',
    bad: 'upstreamAuthorization: { claim: token, secretFile: header.txt }',
    problems: [
      'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim (config.yaml:6:28)',
    ],
  },
  {
    slot: 'route',
    good: 'origins: [https://app.example.com]',
    bad: 'origins: [https://App.example.com/]',
    problems: [
      'routes.api.origins[0]: "https://App.example.com/" is not an origin; write scheme and host as browsers send them, such as https://app.example.com (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'origins: ["null"]',
    bad: 'origins: ["*"]',
    problems: [
      'routes.api.origins[0]: "*" is not an origin; write scheme and host as browsers send them, such as https://app.example.com (config.yaml:6:15)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_name: A }',
    bad: 'metadata: { resource_nmae: A }',
    problems: [
      'routes.api.metadata.resource_nmae: is not a known key; did you mean "resource_name"? (config.yaml:6:17)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_name#de: A }',
    bad: 'metadata: { resource_name#: A }',
    problems: [
      'routes.api.metadata["resource_name#"]: is not a known key; did you mean "resource_name"? (config.yaml:6:17)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_tos_uri#de: https://example.com }',
    bad: 'metadata: { resource_tos_uri#de: example.com }',
    problems: [
      'routes.api.metadata["resource_tos_uri#de"]: "example.com" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:6:38)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_documentation: https://example.com }',
    bad: 'metadata: { resource_documentation: javascript:alert }',
    problems: [
      'routes.api.metadata.resource_documentation: "javascript:alert" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:6:41)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_name: A }',
    bad: 'metadata: { resource_name: "A\\nB" }',
    problems: [
      'routes.api.metadata.resource_name: "A\\nB" has control characters or blanks around it; write plain text (config.yaml:6:32)',
    ],
  },
  {
    slot: 'route',
    good: 'metadata: { resource_name: A }',
    bad: 'metadata: { authorization_servers: [https://a.example.com] }',
    problems: ['routes.api.metadata.authorization_servers: is derived from the rest; remove it (config.yaml:6:17)'],
  },
  {
    slot: 'route',
    good: 'scopeImplies: { a: [b] }',
    bad: 'scopeImplies: { a: b }',
    problems: ['routes.api.scopeImplies.a: must be a list; write [b] (config.yaml:6:24)'],
  },
  {
    slot: 'route',
    good: 'mode: enforce',
    bad: 'mcp: { tools: [a] }',
    problems: ['routes.api.mcp.tools: must be a map (key: value), not a list (config.yaml:6:19)'],
  },
  {
    slot: 'route',
    good: 'mcp: { tools: { delete_pod: [mcp:admin], status: allow }, default: deny }',
    bad: 'mcp: { tools: { delete_pod: mcp:admin } }',
    problems: [
      'routes.api.mcp.tools.delete_pod: must be a list of scopes such as [mcp:read], { scopes: …, claims: … }, or allow (config.yaml:6:33)',
    ],
  },
  {
    slot: 'route',
    good: 'mcp: { tools: { pay: { scopes: [mcp:pay], claims: { groups: [treasury] } } } }',
    bad: 'mcp: { tools: { pay: {} } }',
    problems: [
      'routes.api.mcp.tools.pay: requires nothing; add scopes, claims, acr or maxAuthAge, or write allow for a name (config.yaml:6:26)',
    ],
  },
  {
    slot: 'route',
    good: 'mcp: { default: [mcp:use] }',
    bad: 'mcp: { default: allow }',
    problems: [
      'routes.api.mcp.default: must be deny, a list of scopes such as [mcp:use], or { scopes: …, claims: … } (config.yaml:6:21)',
    ],
  },
  {
    slot: 'route',
    good: 'mcp: { tools: { a: allow }, maxBodySize: 65536 }',
    bad: 'mcp: { tools: { a: allow }, maxBodySize: 10 }',
    problems: ['routes.api.mcp.maxBodySize: must be at least 1024 bytes (config.yaml:6:46)'],
  },
  {
    slot: 'route',
    good: 'mcp: { tools: { a: allow }, maxBodySize: 65536 }',
    bad: 'mcp: { tools: { a: allow }, maxBodySize: 64k }',
    problems: ['routes.api.mcp.maxBodySize: must be a whole number, not "64k" (config.yaml:6:46)'],
  },
  {
    slot: 'route',
    good: 'mode: enforce',
    bad: 'mode: enforce\n    mode: observe',
    problems: ['routes.api.mode: is written twice, first on line 6; remove one of them (config.yaml:7:5)'],
  },
  {
    slot: 'route',
    good: 'accept: [{ issuer: homelab, scopes: [a] }]',
    bad: 'accept: [{ issuer: homelab, scopes: [a] }]\n    clientIds: [b]\n    claims: { a: b }',
    problems: [
      'routes.api.clientIds: cannot be combined with accept; write it in the entries of accept instead (config.yaml:7:5)',
      'routes.api.claims: cannot be combined with accept; write it in the entries of accept instead (config.yaml:8:5)',
    ],
  },
  {
    slot: 'route',
    good: 'accept: [{ issuer: homelab }]',
    bad: 'accept: [{ issuer: homlab }]',
    problems: ['routes.api.accept[0].issuer: "homlab" is not in issuers; did you mean "homelab"? (config.yaml:6:24)'],
  },
  {
    slot: 'route',
    good: 'accept: [{ issuer: homelab }]',
    bad: 'accept: [{ isuer: homelab }]',
    problems: ['routes.api.accept[0].isuer: is not a known key; did you mean "issuer"? (config.yaml:6:16)'],
  },
  {
    slot: 'route',
    good: 'accept: [{ issuer: homelab }]',
    bad: 'accept: [homelab]',
    problems: ['routes.api.accept[0]: must be a map (key: value), not "homelab" (config.yaml:6:14)'],
  },
  {
    slot: 'route',
    good: 'accept: [{ audience: unchecked, clientIds: [a] }]',
    bad: 'accept: [{ audience: unchecked }]',
    problems: [
      'routes.api.accept[0].audience: unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:6:26)',
    ],
  },
  {
    slot: 'defaults',
    good: '{ issuers: [homelab] }',
    bad: '{ issuers: [homelb] }',
    problems: ['defaults.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:1:23)'],
  },
  {
    slot: 'defaults',
    good: '{ scopes: [a] }',
    bad: '{ resource: https://api.example.com, match: {}, anonymous: true, mode: observe, accept: [] }',
    problems: [
      'defaults.resource: is not allowed in defaults; write it on each route that needs it (config.yaml:1:13)',
      'defaults.match: is not allowed in defaults; write it on each route that needs it (config.yaml:1:48)',
      'defaults.anonymous: is not allowed in defaults; write it on each route that needs it (config.yaml:1:59)',
      'defaults.mode: is not allowed in defaults; write it on each route that needs it (config.yaml:1:76)',
      'defaults.accept: is not allowed in defaults; write it on each route that needs it (config.yaml:1:91)',
    ],
  },
  {
    slot: 'defaults',
    good: '{ audience: unchecked, clientIds: [a] }',
    bad: '{ audience: unchecked }',
    problems: [
      'routes.api: the audience of defaults, unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:5:3)',
    ],
  },
  {
    slot: 'defaults',
    good: '{ claims: { a: { exists: true } } }',
    bad: '{ claims: { a: {} } }',
    problems: ['defaults.claims.a: requires nothing; add anyOf, allOf, noneOf or exists (config.yaml:1:23)'],
  },
  {
    slot: 'defaults',
    good: '{ identityHeaders: { X-A: a } }',
    bad: '{ identityHeaders: { Host: a } }',
    problems: [
      'defaults.identityHeaders.Host: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:1:32)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: '"https://api.${SECRET_DOMAIN}/mcp"',
    problems: [
      'routes.api.resource: "https://api.${SECRET_DOMAIN}/mcp" contains a variable such as ${…}: render it first (config.yaml:5:15)',
    ],
  },
  {
    slot: 'resource',
    good: 'https://api.example.com/mcp',
    bad: 'https://api./mcp',
    problems: [
      'routes.api.resource: "https://api./mcp" has an empty part in its host name: was a variable left out of it? (config.yaml:5:15)',
    ],
  },
]
