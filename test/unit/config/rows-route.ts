// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write

import { type Row, rowsOf } from './fixtures.ts'

/** Mistakes in routes and defaults. */
export const ROUTE_ROWS: readonly Row[] = [
  ...rowsOf('resource', {
    'https://api.example.com/mcp': {
      '': 'routes.api.resource: has no value; write one or remove the key (config.yaml:5:5)',
      '5': 'routes.api.resource: must be a URL or a list of URLs (config.yaml:5:15)',
      'api.example.com/mcp':
        'routes.api.resource: "api.example.com/mcp" is not an absolute URL; write one such as https://api.example.com/mcp (config.yaml:5:15)',
      'https://api.example.com/mcp#top':
        'routes.api.resource: "https://api.example.com/mcp#top" has a fragment; remove the # and what follows (config.yaml:5:15)',
      'https://me@api.example.com/mcp':
        'routes.api.resource: "https://…@api.example.com/mcp" has credentials in it; remove them (config.yaml:5:15)',
      'https://*.example.com/mcp':
        'routes.api.resource: "https://*.example.com/mcp" has a wildcard host; list every URL (config.yaml:5:15)',
      'https://api.example.com/a/../mcp':
        'routes.api.resource: the path of "https://api.example.com/a/../mcp" can be read in two ways; write it without empty or dot segments, ; and encoded separators (config.yaml:5:15)',
      'https://api.example.com/a%2Fmcp':
        'routes.api.resource: the path of "https://api.example.com/a%2Fmcp" can be read in two ways; write it without empty or dot segments, ; and encoded separators (config.yaml:5:15)',
      'https://api.example.com/.well-known/oauth-protected-resource/mcp':
        'routes.api.resource: "https://api.example.com/.well-known/oauth-protected-resource/mcp" is a metadata URL; write the URL of the resource itself (config.yaml:5:15)',
      'https://api.example.com:70000/mcp':
        'routes.api.resource: "https://api.example.com:70000/mcp" is not a well-formed URL; correct its host or port (config.yaml:5:15)',
      'https://bücher.example/mcp':
        'routes.api.resource: "https://bücher.example/mcp" is not a well-formed URL; percent-encode unusual characters (a host in punycode) (config.yaml:5:15)',
      '"https://api.${SECRET_DOMAIN}/mcp"':
        'routes.api.resource: "https://api.${SECRET_DOMAIN}/mcp" contains a variable such as ${…}: render it first (config.yaml:5:15)',
      'https://api./mcp':
        'routes.api.resource: "https://api./mcp" has an empty part in its host name: was a variable left out of it? (config.yaml:5:15)',
    },
    'http://localhost:3000/mcp': {
      'http://api.example.com/mcp':
        'routes.api.resource: "http://api.example.com/mcp" is not https; write "https://api.example.com/mcp" (http is only for localhost) (config.yaml:5:15)',
    },
    'http://127.0.0.1/mcp': {
      'http://127.0.0.1.example.com/mcp':
        'routes.api.resource: "http://127.0.0.1.example.com/mcp" is not https; write "https://127.0.0.1.example.com/mcp" (http is only for localhost) (config.yaml:5:15)',
    },
    '[https://api.example.com/mcp]': {
      '[]': 'routes.api.resource: must not be an empty list; write at least one entry or remove the key (config.yaml:5:15)',
    },
    '[https://api.example.com/mcp, https://api.example.com/other]': {
      '[https://api.example.com/mcp, https://API.example.com:443/mcp/]':
        'routes.api.resource[1]: "https://API.example.com:443/mcp/" is listed twice; remove one (config.yaml:5:45)',
    },
  }),
  ...rowsOf('routes', {
    'other: { resource: https://api.example.com/other }': {
      'other: { resource: https://api.example.com/mcp }':
        'routes.other.resource: "https://api.example.com/mcp" is the resource of "api" already; give each route its own (config.yaml:6:22)',
      'other: { resource: "https://api.example.com/mcp?x=1" }':
        'routes.other.resource: "api.example.com/mcp" selects route "api" as well; give one of them other match.hosts or match.paths (config.yaml:6:12)',
    },
    'other: { resource: https://api.example.com/other, match: { paths: [/elsewhere] } }': {
      'other: { resource: https://api.example.com/other, match: { paths: [/MCP/] } }':
        'routes.other.match: "api.example.com/MCP" selects route "api" as well; give one of them other match.hosts or match.paths (config.yaml:6:53)',
    },
    'other: { resource: https://api.example.com/mcp/below }': {
      'other: {}':
        'routes.other: has no resource; add resource: with the URL that users type into a client (config.yaml:6:3)',
    },
  }),
  ...rowsOf('route', {
    'issuers: [homelab]': {
      'issuers: [homelb]':
        'routes.api.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:6:15)',
      'issuers: [constructor]':
        'routes.api.issuers[0]: "constructor" is not in issuers; add it there, or write "homelab" (config.yaml:6:15)',
      'issuers: homelab': 'routes.api.issuers: must be a list; write [homelab] (config.yaml:6:14)',
      'issuers: [homelab, homelab]': 'routes.api.issuers[1]: "homelab" is listed twice; remove one (config.yaml:6:24)',
      'issuer: homelab': 'routes.api.issuer: is not a known key; did you mean "issuers"? (config.yaml:6:5)',
    },
    'audience: [a]': {
      'audience: a': 'routes.api.audience: must be a list, such as [my-api], or unchecked (config.yaml:6:15)',
    },
    'audience: unchecked\n    clientIds: [a]': {
      'audience: unchecked':
        'routes.api.audience: unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:6:15)',
    },
    'clientIds: [a]': {
      'clientIds: []':
        'routes.api.clientIds: must not be an empty list; write at least one entry or remove the key (config.yaml:6:16)',
    },
    'scopes: [a, b]': {
      'scopes: a b': 'routes.api.scopes: must be a list; write [a, b] (config.yaml:6:13)',
      'scopes: [a b]': 'routes.api.scopes[0]: "a b" holds several scopes; write [a, b] (config.yaml:6:14)',
      'scopes: [""]':
        'routes.api.scopes[0]: "" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:14)',
      'scopes: ["a\\"b", "lesen/schreiben-ü"]': [
        'routes.api.scopes[0]: "a\\"b" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:14)',
        'routes.api.scopes[1]: "lesen/schreiben-ü" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3) (config.yaml:6:22)',
      ],
    },
    'scopes: ["17"]': {
      'scopes: [17]': 'routes.api.scopes[0]: must be text; write "17" in quotes (config.yaml:6:14)',
    },
    'scopes: [a]': {
      'scopes:': 'routes.api.scopes: has no value; write one or remove the key (config.yaml:6:5)',
    },
    'claims: { a: [x] }': {
      'claims: { a: [] }':
        'routes.api.claims.a: must not be an empty list; write at least one entry or remove the key (config.yaml:6:18)',
      'claims: { a: }': 'routes.api.claims.a: has no value; write one or remove the key (config.yaml:6:15)',
    },
    'claims: { a: { anyOf: [x] } }': {
      'claims: { a: {} }':
        'routes.api.claims.a: requires nothing; add anyOf, allOf, noneOf or exists (config.yaml:6:15)',
      'claims: { a: { any: [x] } }':
        'routes.api.claims.a.any: is not a known key; the keys here are anyOf, allOf, noneOf, exists (config.yaml:6:20)',
      'claims: { a: { anyOf: x } }': 'routes.api.claims.a.anyOf: must be a list; write [x] (config.yaml:6:27)',
    },
    'claims: { a: { exists: false } }': {
      'claims: { a: { exists: false, anyOf: [x] } }':
        'routes.api.claims.a.exists: false cannot be combined with anyOf, allOf or noneOf; keep one of them (config.yaml:6:28)',
    },
    'claims: { a: "12345678901234567890" }': {
      'claims: { a: 12345678901234567890 }':
        'routes.api.claims.a: 12345678901234567000 is too large to be compared exactly; write it in quotes (config.yaml:6:18)',
    },
    'claims: { a: .5 }': {
      'claims: { a: .nan }':
        'routes.api.claims.a: must be a value, a list of values, or a map of anyOf, allOf, noneOf, exists (config.yaml:6:18)',
    },
    'claims: { /a/b~0c: x }': {
      'claims: { /a/b~c: x }':
        'routes.api.claims["/a/b~c"]: "/a/b~c" is not a JSON Pointer; write ~0 for ~ (RFC 6901) (config.yaml:6:15)',
    },
    'claims: { a: x }': {
      'claims: { "@scopes": x }':
        'routes.api.claims["@scopes"]: "@scopes" is not a claim here; @ names work in identityHeaders only (config.yaml:6:15)',
      'claims: [a]': 'routes.api.claims: must be a map (key: value), not a list (config.yaml:6:13)',
    },
    'rules: [{ methods: [DELETE], scopes: [a] }]': {
      'rules: [{ methods: [DELTE], scopes: [a] }]':
        'routes.api.rules[0].methods[0]: "DELTE" is not a method that can be forwarded; did you mean "DELETE"? (config.yaml:6:25)',
    },
    'rules: [{ methods: [GET], scopes: [a] }]': {
      'rules: [{ methods: [get], scopes: [a] }]':
        'routes.api.rules[0].methods[0]: "get" is not a method; write "GET" (config.yaml:6:25)',
      'rules: [{ methods: [TRACE], scopes: [a] }]':
        'routes.api.rules[0].methods[0]: "TRACE" is not a method that can be forwarded; remove it (config.yaml:6:25)',
      'rules: [{ methods: [GET] }]':
        'routes.api.rules[0]: requires nothing; add scopes, claims, acr or maxAuthAge, or remove the rule (config.yaml:6:13)',
    },
    'rules: [{ scopes: [a] }]': {
      'rules: [{ scopes: [openid] }]':
        'routes.api.rules[0]: requires nothing; add scopes, claims, acr or maxAuthAge, or remove the rule (config.yaml:6:13)',
      'rules: { scopes: [a] }': 'routes.api.rules: must be a list, not a map (config.yaml:6:12)',
    },
    'rules: [{ paths: [/mcp/admin], scopes: [a] }]': {
      'rules: [{ paths: [/admin], scopes: [a] }]':
        'routes.api.rules[0].paths[0]: "/admin" is outside of this route, which is "/mcp"; correct it, or add it to match.paths (config.yaml:6:23)',
      'rules: [{ paths: [/mcp/../admin], scopes: [a] }]':
        'routes.api.rules[0].paths[0]: "/mcp/../admin" can be read in two ways and would never be allowed; write it without empty or dot segments, ; and encoded separators (config.yaml:6:23)',
      'rules: [{ paths: [mcp/admin], scopes: [a] }]':
        'routes.api.rules[0].paths[0]: "mcp/admin" is not a path; begin it with / (config.yaml:6:23)',
    },
    'rules: [{ paths: [/MCP/admin], scopes: [a] }]': {
      'rules: [{ paths: [/mcpadmin], scopes: [a] }]':
        'routes.api.rules[0].paths[0]: "/mcpadmin" is outside of this route, which is "/mcp"; correct it, or add it to match.paths (config.yaml:6:23)',
    },
    'rules: [{ paths: [/mcp/a], scopes: [a] }]': {
      'rules: [{ paths: ["/mcp/a?b"], scopes: [a] }]':
        'routes.api.rules[0].paths[0]: "/mcp/a?b" has a query or fragment; write the path alone (config.yaml:6:23)',
    },
    'match: { hosts: [api.example.com], paths: [/mcp] }': {
      'match: {}': 'routes.api.match: is empty; add hosts or paths, or remove it (config.yaml:6:5)',
    },
    'match: { hosts: [api.example.com] }': {
      'match: { hosts: ["*.example.com"] }':
        'routes.api.match.hosts[0]: "*.example.com" has a wildcard; list every host (config.yaml:6:22)',
      'match: { hosts: ["api.example.com:443"] }':
        'routes.api.match.hosts[0]: "api.example.com:443" has a port; write "api.example.com" (config.yaml:6:22)',
      'match: { hosts: [https://api.example.com] }':
        'routes.api.match.hosts[0]: "https://api.example.com" is not a host name; write it without scheme and path (config.yaml:6:22)',
    },
    'match: { paths: [/mcp] }': {
      'match: { paths: [/mcp//x] }':
        'routes.api.match.paths[0]: "/mcp//x" can be read in two ways and would never be allowed; write it without empty or dot segments, ; and encoded separators (config.yaml:6:22)',
    },
    'tokenSource: { header: X-Forwarded-Access-Token }': {
      'tokenSource: { header: Authorization }':
        'routes.api.tokenSource.header: is the default place of the token; write tokenSource: authorization, or leave it out (config.yaml:6:28)',
      'tokenSource: { header: cookie }':
        'routes.api.tokenSource.header: holds many things; write tokenSource: { cookie: <name> } (config.yaml:6:28)',
      'tokenSource: { header: Proxy-Authorization }':
        'routes.api.tokenSource.header: "Proxy-Authorization" has a meaning of its own; name the header that holds the token (config.yaml:6:28)',
      'tokenSource: { header: X-Forwarded-Uri }':
        'routes.api.tokenSource.header: "X-Forwarded-Uri" has a meaning of its own; name the header that holds the token (config.yaml:6:28)',
      'tokenSource: { header: x-auth-subject }':
        'routes.api.tokenSource.header: "x-auth-subject" is an identity header of the route; rename that one (config.yaml:6:28)',
      'tokenSource: { header: X_Token }':
        'routes.api.tokenSource.header: "X_Token" cannot be used as a header here; use letters, digits and hyphens only (config.yaml:6:28)',
      'tokenSource: { cookie: "a b" }':
        'routes.api.tokenSource.cookie: "a b" is not the name of a cookie; write it without blanks, quotes, "=" and ";" (config.yaml:6:28)',
    },
    'tokenSource: { header: Cf-Access-Jwt-Assertion }': {
      'tokenSource: { header: Cf-Access-Jwt-Assertion, cookie: CF_Authorization }':
        'routes.api.tokenSource: must be authorization, { header: … } or { cookie: … }; write one of header and cookie (config.yaml:6:18)',
    },
    'logClaims: [email, /realm_access/roles]': {
      'logClaims: []':
        'routes.api.logClaims: must not be an empty list; write at least one entry or remove the key (config.yaml:6:16)',
    },
    'dpop: { mode: required, algorithms: [ES256], maxAge: 10s, replay: refuse }': {
      'dpop: maybe':
        'routes.api.dpop: must be off, accepted, required, or a map such as { mode: required, maxAge: 1m } (config.yaml:6:11)',
      'dpop: { maxAge: 9s }': 'routes.api.dpop.maxAge: "9s" does not work; write 10s to 1h (config.yaml:6:21)',
      'dpop: { maxAge: 61m }': 'routes.api.dpop.maxAge: "61m" does not work; write 10s to 1h (config.yaml:6:21)',
      'dpop: { algorithms: [] }':
        'routes.api.dpop.algorithms: must not be an empty list; write at least one entry or remove the key (config.yaml:6:25)',
      'dpop: { nonceSecretFile: short.secret }':
        'routes.api.dpop.nonceSecretFile: the file "short.secret" cannot be read: there is no such file (config.yaml:6:30)',
    },
    'acr: [gold, urn:example:acr:phr]\n    maxAuthAge: 10s\n    rules: [{ maxAuthAge: 365d }]\n    mcp: { tools: { pay: { acr: [gold] } }, default: { maxAuthAge: 1m } }\ndefaults: { acr: [silver, gold], maxAuthAge: 1h }':
      {
        'acr: []':
          'routes.api.acr: must not be an empty list; write at least one entry or remove the key (config.yaml:6:10)',
        'acr: ["silver gold"]':
          'routes.api.acr[0]: "silver gold" cannot be sent in acr_values; use printable ASCII without space, quote and backslash (config.yaml:6:11)',
        'maxAuthAge: 9s':
          'routes.api.maxAuthAge: "9s" does not work; write whole seconds, 10s to 365d (config.yaml:6:17)',
        'maxAuthAge: 366d':
          'routes.api.maxAuthAge: "366d" does not work; write whole seconds, 10s to 365d (config.yaml:6:17)',
        'maxAuthAge: 10500ms':
          'routes.api.maxAuthAge: "10500ms" does not work; write whole seconds, 10s to 365d (config.yaml:6:17)',
        'rules: [{ maxAuthAge: 1s }]':
          'routes.api.rules[0].maxAuthAge: "1s" does not work; write whole seconds, 10s to 365d (config.yaml:6:27)',
        'mcp: { tools: { pay: { maxAuthAge: 1s } } }':
          'routes.api.mcp.tools.pay.maxAuthAge: "1s" does not work; write whole seconds, 10s to 365d (config.yaml:6:40)',
        'acr: [gold]\n    accept: [{ acr: [gold] }]':
          'routes.api.acr: cannot be combined with accept; write it in the entries of accept instead (config.yaml:6:5)',
        'maxAuthAge: 1h\n    accept: [{ acr: [gold] }]':
          'routes.api.maxAuthAge: cannot be combined with accept; write it in the entries of accept instead (config.yaml:6:5)',
        'acr: [gold]\ndefaults: { acr: [silver] }':
          'routes.api.acr: has no value of the acr of defaults, so no token passes; list one of those (config.yaml:6:10)',
      },
    'dpop: accepted': {
      'dpop: required\n    tokenSource: { header: X-Token }':
        'routes.api.dpop: required needs the token in Authorization; remove tokenSource, or write dpop: off (config.yaml:6:11)',
    },
    'tokenSource: authorization': {
      'tokenSource: body':
        'routes.api.tokenSource: must be authorization, { header: … } or { cookie: … } (config.yaml:6:18)',
    },
    'identityHeaders: { X-Auth-Subject: sub }': {
      'identityHeaders: { X_Auth_Subject: sub }':
        'routes.api.identityHeaders.X_Auth_Subject: "X_Auth_Subject" cannot be used as a header here; use letters, digits and hyphens only (config.yaml:6:24)',
      'identityHeaders: { X-Auth-Subject: sub, x-auth-subject: sub }':
        'routes.api.identityHeaders.x-auth-subject: is the same header as "X-Auth-Subject"; keep one of them (config.yaml:6:45)',
      'identityHeaders: { Authorization: sub }':
        'routes.api.identityHeaders.Authorization: cannot be an identity header; use upstreamAuthorization for it (config.yaml:6:24)',
      'identityHeaders: { connection: sub, Transfer-Encoding: a, X-Forwarded-User: b, X-Forwardgate-A: c, Proxy-Auth: d, Set-Cookie: e }':
        [
          'routes.api.identityHeaders.connection: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:24)',
          'routes.api.identityHeaders.Transfer-Encoding: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:41)',
          'routes.api.identityHeaders.X-Forwarded-User: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:63)',
          'routes.api.identityHeaders.X-Forwardgate-A: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:84)',
          'routes.api.identityHeaders.Proxy-Auth: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:104)',
          'routes.api.identityHeaders.Set-Cookie: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:6:119)',
        ],
    },
    'identityHeaders: { X-Auth-Scopes: "@scopes" }': {
      'identityHeaders: { X-Auth-Scopes: "@scope" }':
        'routes.api.identityHeaders.X-Auth-Scopes: "@scope" does not exist; did you mean "@scopes"? (config.yaml:6:39)',
      'identityHeaders: { X-Auth-Scopes: "@everything" }':
        'routes.api.identityHeaders.X-Auth-Scopes: "@everything" does not exist; write @scopes, @client, @issuer or the name of a claim (config.yaml:6:39)',
      'identityHeaders: { X-Auth-Scopes: @scopes }': 'a value cannot begin with @; put it in quotes (config.yaml:6:39)',
    },
    'mode: observe': {
      'mode: obseve':
        'routes.api.mode: must be enforce or observe, not "obseve"; did you mean "observe"? (config.yaml:6:11)',
    },
    'anonymous: true': {
      'anonymous: yes': 'routes.api.anonymous: must be true or false, not "yes" (config.yaml:6:16)',
    },
    'preflight: pass': {
      'preflight: allow': 'routes.api.preflight: must be deny or pass, not "allow" (config.yaml:6:16)',
    },
    'upstreamAuthorization: strip': {
      'upstreamAuthorization: remove':
        'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … } (config.yaml:6:28)',
    },
    'upstreamAuthorization: { secretFile: header.txt }': {
      'upstreamAuthorization: { secretFile: two-lines.txt }':
        'routes.api.upstreamAuthorization.secretFile: the file "two-lines.txt" holds no header value; write one line of printable ASCII without blanks around it (config.yaml:6:42)',
    },
    'upstreamAuthorization: { claim: token }': {
      'upstreamAuthorization: { claim: "@client" }':
        'routes.api.upstreamAuthorization.claim: "@client" is not a claim here; @ names work in identityHeaders only (config.yaml:6:37)',
      'upstreamAuthorization: {}':
        'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim (config.yaml:6:28)',
      'upstreamAuthorization: { claim: token, secretFile: header.txt }':
        'routes.api.upstreamAuthorization: must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim (config.yaml:6:28)',
    },
    'origins: [https://app.example.com]': {
      'origins: [https://App.example.com/]':
        'routes.api.origins[0]: "https://App.example.com/" is not an origin; write scheme and host as browsers send them, such as https://app.example.com (config.yaml:6:15)',
    },
    'origins: ["null"]': {
      'origins: ["*"]':
        'routes.api.origins[0]: "*" is not an origin; write scheme and host as browsers send them, such as https://app.example.com (config.yaml:6:15)',
    },
    'metadata: { resource_name: A }': {
      'metadata: { resource_nmae: A }':
        'routes.api.metadata.resource_nmae: is not a known key; did you mean "resource_name"? (config.yaml:6:17)',
      'metadata: { resource_name: "A\\nB" }':
        'routes.api.metadata.resource_name: "A\\nB" has control characters or blanks around it; write plain text (config.yaml:6:32)',
      'metadata: { authorization_servers: [https://a.example.com] }':
        'routes.api.metadata.authorization_servers: is derived from the rest; remove it (config.yaml:6:17)',
    },
    'metadata: { resource_name#de: A }': {
      'metadata: { resource_name#: A }':
        'routes.api.metadata["resource_name#"]: is not a known key; did you mean "resource_name"? (config.yaml:6:17)',
    },
    'metadata: { resource_tos_uri#de: https://example.com }': {
      'metadata: { resource_tos_uri#de: example.com }':
        'routes.api.metadata["resource_tos_uri#de"]: "example.com" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:6:38)',
    },
    'metadata: { resource_documentation: https://example.com }': {
      'metadata: { resource_documentation: javascript:alert }':
        'routes.api.metadata.resource_documentation: "javascript:alert" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:6:41)',
    },
    'scopeImplies: { a: [b] }': {
      'scopeImplies: { a: b }': 'routes.api.scopeImplies.a: must be a list; write [b] (config.yaml:6:24)',
    },
    'mode: enforce': {
      'mcp: { tools: [a] }': 'routes.api.mcp.tools: must be a map (key: value), not a list (config.yaml:6:19)',
      'mode: enforce\n    mode: observe':
        'routes.api.mode: is written twice, first on line 6; remove one of them (config.yaml:7:5)',
    },
    'mcp: { tools: { delete_pod: [mcp:admin], status: allow }, default: deny }': {
      'mcp: { tools: { delete_pod: mcp:admin } }':
        'routes.api.mcp.tools.delete_pod: must be a list of scopes such as [mcp:read], { scopes: …, claims: … }, or allow (config.yaml:6:33)',
    },
    'mcp: { tools: { pay: { scopes: [mcp:pay], claims: { groups: [treasury] } } } }': {
      'mcp: { tools: { pay: {} } }':
        'routes.api.mcp.tools.pay: requires nothing; add scopes, claims, acr or maxAuthAge, or write allow for a name (config.yaml:6:26)',
    },
    'mcp: { default: [mcp:use] }': {
      'mcp: { default: allow }':
        'routes.api.mcp.default: must be deny, a list of scopes such as [mcp:use], or { scopes: …, claims: … } (config.yaml:6:21)',
    },
    'mcp: { tools: { a: allow }, maxBodySize: 65536 }': {
      'mcp: { tools: { a: allow }, maxBodySize: 10 }':
        'routes.api.mcp.maxBodySize: must be at least 1024 bytes (config.yaml:6:46)',
      'mcp: { tools: { a: allow }, maxBodySize: 64k }':
        'routes.api.mcp.maxBodySize: must be a whole number, not "64k" (config.yaml:6:46)',
    },
    'accept: [{ issuer: homelab, scopes: [a] }]': {
      'accept: [{ issuer: homelab, scopes: [a] }]\n    clientIds: [b]\n    claims: { a: b }': [
        'routes.api.clientIds: cannot be combined with accept; write it in the entries of accept instead (config.yaml:7:5)',
        'routes.api.claims: cannot be combined with accept; write it in the entries of accept instead (config.yaml:8:5)',
      ],
    },
    'accept: [{ issuer: homelab, audience: [https://a.example.com] }]': {
      'accept: [{ issuer: homelab }]\n    issuers: [homelab]\n    audience: [https://a.example.com]\n    scopes: [a]': [
        'routes.api.issuers: cannot be combined with accept; write it in the entries of accept instead (config.yaml:7:5)',
        'routes.api.audience: cannot be combined with accept; write it in the entries of accept instead (config.yaml:8:5)',
        'routes.api.scopes: cannot be combined with accept; write it in the entries of accept instead (config.yaml:9:5)',
      ],
    },
    'accept: [{ issuer: homelab }]': {
      'accept: [{ issuer: homlab }]':
        'routes.api.accept[0].issuer: "homlab" is not in issuers; did you mean "homelab"? (config.yaml:6:24)',
      'accept: [{ isuer: homelab }]':
        'routes.api.accept[0].isuer: is not a known key; did you mean "issuer"? (config.yaml:6:16)',
      'accept: [homelab]': 'routes.api.accept[0]: must be a map (key: value), not "homelab" (config.yaml:6:14)',
    },
    'accept: [{ audience: unchecked, clientIds: [a] }]': {
      'accept: [{ audience: unchecked }]':
        'routes.api.accept[0].audience: unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:6:26)',
    },
  }),
  ...rowsOf('defaults', {
    '{ issuers: [homelab] }': {
      '{ issuers: [homelb] }':
        'defaults.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:1:23)',
    },
    '{ scopes: [a] }': {
      '{ resource: https://api.example.com, match: {}, anonymous: true, mode: observe, accept: [] }': [
        'defaults.resource: is not allowed in defaults; write it on each route that needs it (config.yaml:1:13)',
        'defaults.match: is not allowed in defaults; write it on each route that needs it (config.yaml:1:48)',
        'defaults.anonymous: is not allowed in defaults; write it on each route that needs it (config.yaml:1:59)',
        'defaults.mode: is not allowed in defaults; write it on each route that needs it (config.yaml:1:76)',
        'defaults.accept: is not allowed in defaults; write it on each route that needs it (config.yaml:1:91)',
      ],
    },
    '{ audience: unchecked, clientIds: [a] }': {
      '{ audience: unchecked }':
        'routes.api: the audience of defaults, unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:5:3)',
    },
    '{ claims: { a: { exists: true } } }': {
      '{ claims: { a: {} } }':
        'defaults.claims.a: requires nothing; add anyOf, allOf, noneOf or exists (config.yaml:1:23)',
    },
    '{ identityHeaders: { X-A: a } }': {
      '{ identityHeaders: { Host: a } }':
        'defaults.identityHeaders.Host: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:1:32)',
    },
  }),
]
