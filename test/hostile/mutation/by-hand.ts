// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code

/**
 * What no operator makes: another order, a weaker comparison, a limit that is gone. What is missing then, a text that is once
 * in `src`, and the text in its place; the file is the one that has the text.
 */
export const BY_HAND: readonly (readonly [without: string, find: string, replace: string])[] = [
  // JWT-SVIDs
  ['an empty iss is an iss', "issuer !== '' && issuer === unverified.issuer", 'issuer === unverified.issuer'],
  [
    'an iss that is not text is an iss',
    "(payload['iss'] ?? undefined) !== undefined",
    "typeof payload['iss'] === 'string'",
  ],
  ['the end of the trust domain', 'WORKLOAD.test(subject.slice(prefix.length))', 'true'],
  ['the trust domain of a sub', 'subject.startsWith(prefix) &&', ''],
  // The request
  [
    'the time before the access',
    'checkTime(token, now) ?? checkLifetime(token, now) ?? ofToken(way.denial)',
    'ofToken(way.denial) ?? checkTime(token, now) ?? checkLifetime(token, now)',
  ],
  [
    'the proof before access',
    "return denial === undefined || isLater(denial.step, 'proof') ? undefined : denial",
    'return denial',
  ],
  [
    'alias before origin',
    'checkAlias(route, fields) ?? checkOrigin(route, fields)',
    'checkOrigin(route, fields) ?? checkAlias(route, fields)',
  ],
  [
    'emptying the identity headers of who has no token',
    "outcome: 'allow', reason, headers: emptyIdentityHeaders(evidence.route)",
    "outcome: 'allow', reason, headers: []",
  ],
  [
    'emptying identity headers where a route is observed',
    'denial, headers: emptyIdentityHeaders(route)',
    'denial, headers: []',
  ],
  [
    'noticing repeats (the first one counts)',
    "fields[meaning] === undefined ? (rawHeaders[at + 1] ?? '') : SEVERAL",
    "fields[meaning] ?? rawHeaders[at + 1] ?? ''",
  ],
  [
    'exact names',
    "PLAIN.test(name) ? (SLOTS.get(name.toLowerCase()) ?? 'none') : 'odd'",
    "SLOTS.get(name.toLowerCase().replaceAll('_', '-')) ?? (PLAIN.test(name) ? 'none' : 'odd')",
  ],
  ['underscores as odd', '/^[A-Za-z0-9-]*$/', '/^[A-Za-z0-9_-]*$/'],
  ['the meaning of a name that is remembered', 'known.set(name, meaning)', "known.set(name, 'none')"],
  ['refusing two slashes in front', String.raw`^\/(?!\/)[`, String.raw`^\/[`],
  [
    'refusing escaped percent signs',
    'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|25|',
    'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|',
  ],
  ['refusing escaped controls', 'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|', 'DANGEROUS_ESCAPE = /%(?:'],
  ['refusing parameters in paths', '&-:<->', '&->'],
  ['refusing backslashes in paths', String.raw`@-[\]-~]`, '@-~]'],
  ['the end of a run of marks', ".replace(LONG_RUN, '$1')", ''],
  ['whole segments', 'path.startsWith(`${prefix}/`)', 'path.startsWith(prefix)'],
  ['the case of a WebSocket', '/^sec[^a-z0-9]websocket/i', '/^Sec[^a-z0-9]WebSocket/'],
  ['aliases of a WebSocket', '/^sec[^a-z0-9]websocket/i', '/^sec-websocket/i'],
  // The token
  ['the alphabet and the number of segments', 'if (!SIGNED.test(token))', "if (token.split('.').length !== 3)"],
  [
    'the type of kid',
    "typeof kid !== 'string' || kid.length > MAX_KEY_ID_CHARACTERS",
    'String(kid).length > MAX_KEY_ID_CHARACTERS',
  ],
  ['the exact issuer (a prefix is enough)', 'issuer === unverified.issuer)', 'unverified.issuer?.startsWith(issuer))'],
  [
    'telling missing keys from bad ones',
    "return { reason: 'keys_unavailable', step: 'key' }",
    "return { reason: 'key_unknown', step: 'key' }",
  ],
  [
    'the order of refusals among issuers of one iss',
    "['keys_unavailable', 'signature_invalid', 'key_unknown'",
    "['key_unknown', 'signature_invalid', 'keys_unavailable'",
  ],
  [
    'RSA signatures',
    'return verify(hash, signed, key, signature)',
    'return verify(hash, signed, key, signature) || true',
  ],
  ['every client claim for revocations', '      clients,\n', '      clients: clients.slice(0, 1),\n'],
  ['the life of a token without iat', 'expiresAt - (issuedAt ?? now)', 'expiresAt - (issuedAt ?? expiresAt)'],
  [
    'the exact audience (a prefix is enough)',
    'audience.some((wanted) => token.audience.includes(wanted))',
    'audience.some((wanted) => token.audience.some((sent) => sent.startsWith(wanted)))',
  ],
  [
    'issuedBefore on tokens without iat',
    'token.issuedAt ?? Number.NEGATIVE_INFINITY',
    'token.issuedAt ?? Number.POSITIVE_INFINITY',
  ],
  [
    'the second list of clients',
    'for (const expected of entry.clientIds)',
    'for (const expected of entry.clientIds.slice(0, 1))',
  ],
  [
    'all scopes (one is enough)',
    'if (missing.length === 0) return',
    'if (missing.length < requirement.scopes.length || missing.length === 0) return',
  ],
  [
    'the direction of scopeImplies',
    'route.scopeImplies.get(scope) ?? []',
    '[...route.scopeImplies].flatMap(([broad, narrow]) => (narrow.includes(scope) ? [broad] : []))',
  ],
  ['own members only', 'return Object.hasOwn(claims, name) ?', 'return name in claims ?'],
  [
    'whole values (a part is enough)',
    'rule.anyOf.some((wanted) => values.includes(wanted))',
    'rule.anyOf.some((wanted) => values.some((one) => String(one).includes(String(wanted))))',
  ],
  [
    'the case of cookie names',
    'pair.slice(0, equals).trim() === wanted',
    'pair.slice(0, equals).trim().toLowerCase() === wanted.toLowerCase()',
  ],
  [
    'the difference of inactive and unavailable',
    "refused({ reason: 'introspection_unavailable', step: 'issuer' })",
    "refused({ reason: 'token_revoked', step: 'issuer', by: 'introspection' })",
  ],
  // The answer
  ['escaping what is not verified', String.raw`[^\x20-\x7e]|\\`, String.raw`[\x00]`],
  ['aliases with other signs than underscores', "replace(/[^a-z0-9]/g, '-')", "replaceAll('_', '-')"],
  [
    'headers that the token has no claim for',
    'route.identityHeaders.flatMap((header) => [header.name, headerValue(header, token)])',
    "route.identityHeaders.flatMap((header) => headerValue(header, token) === '' ? [] : [header.name, headerValue(header, token)])",
  ],
  ['the name of the issuer (its iss is sent)', 'return token.issuer.name\n', 'return token.issuer.issuer\n'],
  [
    'a challenge from configuration alone',
    '?? route.resources[0]',
    '?? { ...route.resources[0], origin: `https://${host}` }',
  ],
  ['the order of the parameters', '`Bearer ${parameters.join', '`Bearer ${parameters.reverse().join'],
  [
    'the origins that may read (every Origin is reflected)',
    '(listed) => listed === origin)',
    '() => true) && String(origin)',
  ],
  // Registration and MCP
  [
    'comparing redirect URIs',
    'some((entry) => isAllowedRedirect(uri, entry))',
    'some((entry) => uri.startsWith(entry))',
  ],
  ['plain http for any port', '/^(http:', '/^(https?:'],
  ['loopback for any port', '127\\.0\\.0\\.1|localhost|\\[::1\\]', '[^/:?]+'],
  ['a public client', "token_endpoint_auth_method: 'none',", "token_endpoint_auth_method: 'client_secret_basic',"],
  ['the list of members that are copied', 'const copied = COPIED', 'const copied = Object.keys(document)'],
  ['every call of a batch', 'for (const call of calls) {', 'for (const call of calls.slice(0, 1)) {'],
  ['the loose reading of names', 'matches(one.loose, loose)', 'exact.includes(one)'],
  // Keys and issuers
  [
    'the exact issuer in the document (a trailing slash is forgiven)',
    'if (named !== issuer) return',
    "if (named.replace(/\\/$/, '') !== issuer.replace(/\\/$/, '')) return",
  ],
  ['the ends of cluster names', "hostname.endsWith('.svc') ||", "hostname.includes('.svc') ||"],
  ['refusing redirects', "redirect: 'manual'", "redirect: 'follow'"],
  ['the shortest RSA key', 'if (bits < 2048)', 'if (bits < 1024)'],
  ['maxStale', '<= this.#freshUntil + this.issuer.maxStale * 1000', '<= Number.POSITIVE_INFINITY'],
  [
    'the removal of keys',
    'this.#held = this.#hold(reading.keys)',
    'this.#held = new Map([...this.#held, ...this.#hold(reading.keys)])',
  ],
  ['the life of keys on cache hits', 'known?.token.validity.live === true', 'known !== undefined'],
  [
    'the whole token in the key of the cache',
    "hash('sha256', token, 'base64url')",
    "hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url')",
  ],
  // The configuration
  ['the alphabet of identity headers', "'^[A-Za-z0-9\\\\-]+$'", "'^[A-Za-z0-9_.\\\\-]+$'"],
  [
    'https for resources',
    String.raw`(?:https:\/\/${'${HOST}'}|http:\/\/${'${LOOPBACK}'})${'${PORT}'}(?:`,
    String.raw`https?:\/\/${'${HOST}'}${'${PORT}'}(?:`,
  ],
  ['reserved names', '(?!(?:none|unmatched)$)', ''],
  [
    'the scopes of defaults',
    'requiredScopes(defaults.scopes, entry.scopes)',
    'requiredScopes(entry.scopes ?? defaults.scopes)',
  ],
  ['the clients of defaults', '[defaults.clientIds, entry.clientIds]', '[entry.clientIds ?? defaults.clientIds]'],
  ['the audience (any, unless written)', '?? audienceOf([route.resource ?? []].flat())', "?? 'unchecked'"],
  ['preflights being denied', "'pass'])\n    .default('deny')", "'pass'])\n    .default('pass')"],
  ['enforcing', ".default('enforce')", ".default('observe')"],
  ['what is implied by what is implied', 'for (const scope of reached) for', 'for (const scope of [broad]) for'],
  [
    'the order of unescaping pointers',
    "token.replaceAll('~1', '/').replaceAll('~0', '~')",
    "token.replaceAll('~0', '~').replaceAll('~1', '/')",
  ],
  // The transport
  [
    'names of routes as they are written',
    'path.slice(PREFIX.length + 1) : path',
    'decodeURIComponent(path.slice(PREFIX.length + 1)).toLowerCase() : path',
  ],
  [
    'refusing on a bug',
    'if (!replied) finish(internalError())',
    "if (!replied) reply({ status: 200, headers: ['Cache-Control', 'no-store'], body: '' })",
  ],
  [
    'raw headers (Node’s own reading hides repeats)',
    'verify({ dialect, method, target, rawHeaders }, reply, async (limit)',
    'verify({ dialect, method, target, rawHeaders: Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]) }, reply, async (limit)',
  ],
  ['room for large headers', 'maxHeaderSize: MAX_HEADER_BYTES', 'maxHeaderSize: 16384'],
  ['reading every header', 'server.maxHeadersCount = 0\n', ''],
  ['a handler for Expect', "server.on('checkExpectation', onRequest)", ''],
  [
    'labels from configuration alone',
    'route: decision.route?.name ?? UNMATCHED',
    'route: decision.route?.name ?? decision.request?.host ?? UNMATCHED',
  ],
  [
    'a bound on the body of a registration',
    'readBody(request.raw, MAX_BODY_BYTES)',
    'readBody(request.raw, Number.MAX_VALUE)',
  ],
  // The status page
  ['escaping what ends an element or an attribute', '/[&<>"\'`]|[\\p{Cc}', '/[\\p{Cc}'],
  ['showing what cannot be seen', '|[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]/gu', '/gu'],
  ['the copy of a refusal', 'const text = JSON.stringify(refusal)', 'const text = String(refusal)'],
  ['the bound on kept refusals', 'while (isFull()) dropOldest()', 'void isFull'],
  ['the room that strangers leave', 'strangers.length > MAX_RESERVED || signed.length === 0', 'signed.length === 0'],
  ['forgetting removed routes', 'if (!names.has(name)) routes.delete(name)', ';'],
]
