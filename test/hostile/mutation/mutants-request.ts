// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code
import { type MutantFamily, without } from './mutant.ts'

const DECISION = ['test/conformance/in-process.test.ts', 'test/unit/decision/*.test.ts']

/** What is checked of a request before its token is looked at. */
export const REQUEST_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/decide.ts',
    tests: DECISION,
    mutants: [
      without(
        'refusing an unknown route name (the path chooses instead)',
        'if (question.routeName !== undefined && named === undefined) {',
        'if (false) {',
      ),
      without('looking for method overrides', 'checkOverride(route, fields) ?? checkAlias', 'checkAlias'),
      without('looking for aliases of identity headers', '?? checkAlias(route, fields) ??', '??'),
      without('the allow-list of origins', '?? checkOrigin(route, fields)', ''),
      without('the route asking for preflights', "if (preflight && route.preflight === 'pass')", 'if (preflight)'),
      without(
        'the limit of anonymous to no field at all',
        'anonymousHere && hasNoCredentials(route.tokenSource, fields)',
        'anonymousHere',
      ),
      without('the rules on anonymous requests', ' && rules.length === 0 && !preflight', ' && !preflight'),
      without('keeping preflights from anonymous', ' && rules.length === 0 && !preflight', ' && rules.length === 0'),
      without('the time', 'checkTime(token, policy.now()) ?? admission.denial', 'admission.denial'),
      without('the ways into the route', '?? admission.denial ?? checkAdditions', '?? checkAdditions'),
      without('the rules', ' ?? checkAdditions(token, scopes, before.rules)', ''),
      without('what the MCP body needs', 'denial ?? checkAdditions(token, scopes, seen.mcp?.needs ?? [])', 'denial'),
      without('the lists that an MCP route keeps closed', ' || route.mcp?.openLists === false', ''),
      without('MCP calls that anonymous does not open', 'seen.mcp?.open === false ?', 'false ?'),
      without('method overrides where MCP decides', ' || route.mcp !== undefined', ''),
      without(
        'the order: an expired token is refused for its access',
        'checkTime(token, policy.now()) ?? admission.denial',
        'admission.denial ?? checkTime(token, policy.now())',
      ),
      without(
        'the order: origin after alias',
        'checkAlias(route, fields) ?? checkOrigin(route, fields)',
        'checkOrigin(route, fields) ?? checkAlias(route, fields)',
      ),
      without('refusing what is the service’s fault on observed routes', "row.class !== 'service' && ", ''),
      without('refusing aliases on observed routes', " && reason !== 'identity_header_alias'", ''),
      without(
        'emptying identity headers of who passes without a token',
        "outcome: 'allow', reason, headers: emptyIdentityHeaders(route)",
        "outcome: 'allow', reason, headers: []",
      ),
      without(
        'emptying identity headers of who passes a route that is observed',
        'denial, headers: emptyIdentityHeaders(route)',
        'denial, headers: []',
      ),
      without('method overrides where preflights pass', "route.preflight === 'pass' || route.mcp", 'route.mcp'),
      without(
        'method overrides where rules ask for the method',
        ' || route.rules.some((rule) => rule.methods !== undefined)',
        '',
      ),
      without(
        'aliases of the override headers',
        ' || findAlias(fields.oddNames ?? [], METHOD_OVERRIDES) !== undefined',
        '',
      ),
      without('refusing two Origin fields', 'fields.origin !== SEVERAL && route', 'fields.origin === SEVERAL || route'),
    ],
  },
  {
    file: 'src/decision/forwarded-request.ts',
    tests: DECISION,
    mutants: [
      without('noticing a field that is missing', 'if (field === undefined) return `${name} is missing`', ''),
      without('noticing a field that came twice', 'if (field === SEVERAL) return `${name} came more than once`', ''),
      without('the list of methods', 'if (!KNOWN_METHODS.has(method))', 'if (false)'),
      without('refusing TRACE', " && method !== 'TRACE'", ''),
      without(
        'comparing the method with that of the call',
        "if (ownMethod !== 'GET' && ownMethod",
        'if (false && ownMethod',
      ),
      without(
        'the syntax of hosts',
        'return HOST_NAME.test(host) || IPV6_LITERAL.test(host) ? host : undefined',
        'return host',
      ),
      without('the bound of a host', 'if (text.length > LONGEST_HOST) return undefined', ''),
      without('the case of hosts', '.toLowerCase()\n', '\n'),
      without('the port of hosts', ".replace(/:[0-9]+$/, '')", ''),
      without('the trailing dot of hosts', String.raw`.replace(/\.$/, '')`, ''),
      without('the syntax of paths', 'if (!PATH.test(path))', 'if (false)'),
      without('refusing two slashes in front', String.raw`^\/(?!\/)[`, String.raw`^\/[`),
      without('cutting off the query', 'uri.slice(0, query)', 'uri'),
      without('OPTIONS in a preflight', "request.method === 'OPTIONS' &&", ''),
      without('Origin in a preflight', "typeof fields.origin === 'string' &&", ''),
      without(
        'Access-Control-Request-Method in a preflight',
        "typeof fields.accessControlRequestMethod === 'string' &&",
        '',
      ),
      without(
        'the absence of credentials in a preflight',
        'fields.authorization === undefined &&\n    !opens',
        '!opens',
      ),
      without('the absence of a WebSocket in a preflight', ' &&\n    !opensWebSocket(fields.rawHeaders)', ''),
    ],
  },
  {
    file: 'src/decision/header-fields.ts',
    tests: [...DECISION, 'test/unit/decision/header-fields.test.ts'],
    mutants: [
      without(
        'noticing repeats (the first one counts)',
        "fields[meaning] === undefined ? (rawHeaders[at + 1] ?? '') : SEVERAL",
        "fields[meaning] ?? rawHeaders[at + 1] ?? ''",
      ),
      without(
        'noticing repeats (the last one counts)',
        "fields[meaning] === undefined ? (rawHeaders[at + 1] ?? '') : SEVERAL",
        "rawHeaders[at + 1] ?? ''",
      ),
      without(
        'exact names',
        "PLAIN.test(name) ? (SLOTS.get(name.toLowerCase()) ?? 'none') : 'odd'",
        "SLOTS.get(name.toLowerCase().replaceAll('_', '-')) ?? (PLAIN.test(name) ? 'none' : 'odd')",
      ),
      without('the case of names', 'SLOTS.get(name.toLowerCase())', 'SLOTS.get(name)'),
      without('underscores as odd', '/^[A-Za-z0-9-]*$/', '/^[A-Za-z0-9_-]*$/'),
      without('the meaning of a name that is remembered', 'known.set(name, meaning)', "known.set(name, 'none')"),
      without('names alone in a WebSocket', 'at % 2 === 0 && SEC_WEBSOCKET', 'SEC_WEBSOCKET'),
      without('the case of a WebSocket', '/^sec[^a-z0-9]websocket/i', '/^Sec[^a-z0-9]WebSocket/'),
      without('aliases of a WebSocket', '/^sec[^a-z0-9]websocket/i', '/^sec-websocket/i'),
      without('X-HTTP-Method', "  ['x-http-method', 'methodOverride'],\n", ''),
    ],
  },
  {
    file: 'src/decision/credentials.ts',
    tests: DECISION,
    mutants: [
      without('the scheme', "if (scheme !== 'bearer')", 'if (false)'),
      without('the case of the scheme', ".replace(BEYOND_SCHEME, '').toLowerCase()", ".replace(BEYOND_SCHEME, '')"),
      without('refusing an empty field as no credentials', " || authorization === ''", ''),
      without('the space after the scheme', "authorization[6] !== ' ' || token[0] === ' '", "token[0] === ' '"),
      without('exactly one space', "authorization[6] !== ' ' || token[0] === ' '", "authorization[6] !== ' '"),
      without('the longest token', 'if (token.length > LONGEST_TOKEN)', 'if (false)'),
    ],
  },
  {
    file: 'src/decision/route-table.ts',
    tests: DECISION,
    mutants: [
      without('the lock of paths', '!route.lockedPaths.some((locked) => isWithin(path, locked))', 'false'),
      without('the lock of hosts', '|| route.lockedHosts.includes(request.host)) return', '|| true) return'),
      without(
        'other routes that differ in case',
        'leadsElsewhere(host, foldPath(path), route)',
        'leadsElsewhere(host, path, route)',
      ),
      without(
        'refusing paths with two readings on a named route',
        'if (path === undefined) return { ok: false, route, denial: refusePath(request.path) }\n  return place(route, request, path)',
        'return place(route, request, path ?? request.path)',
      ),
      without(
        'refusing paths with two readings on plain /verify',
        'const path = canonicalPath(request.path)\n  if (path === undefined) return { ok: false, denial: refusePath(request.path) }\n',
        'const path = canonicalPath(request.path) ?? request.path\n',
      ),
      without('rules for GET on HEAD', "request.method === 'HEAD' ? 'GET' : request.method", 'request.method'),
      without('the case in the paths of rules', 'readingsOf(foldPath(path),', 'readingsOf(path,'),
      without(
        'front controllers in the paths of rules',
        'readingsOf(foldPath(path), () => deepestRule(route))',
        '[foldPath(path)]',
      ),
      without(
        'front controllers that would serve another route',
        'readingsOf(folded.slice(prefix.length), () => host.deepest)',
        '[folded.slice(prefix.length)]',
      ),
      without('the path of the route itself in front of a script', 'prefix + reading', 'reading'),
      without(
        'the methods of rules (they never match)',
        'rule.methods === undefined || rule.methods.includes(request.method) || rule.methods.includes(method)',
        'rule.methods === undefined',
      ),
      without(
        'the paths of rules (they never match)',
        'rule.paths.some((rulePath) => readings.some((reading) => isWithin(reading, rulePath)))',
        'false',
      ),
      without(
        'refusing a host and path of no route',
        "if (route === undefined) return { ok: false, denial: { reason: 'route_unknown' } }\n  return place(route, request, path)",
        'return place(route ?? [...table.byName.values()][0], request, path)',
      ),
    ],
  },
  {
    file: 'src/decision/front-controllers.ts',
    tests: DECISION,
    mutants: [
      without('the path as it stands', 'return [path, ...each,', 'return [...each,'),
      without('each script by itself', 'return [path, ...each,', 'return [path,'),
      without('all scripts together', ", path.replaceAll(SCRIPT, '')]", ']'),
      without('whole segments as scripts', String.raw`\.php(?=\/|$)`, String.raw`\.php`),
    ],
  },
  {
    file: 'src/config/canonical-path.ts',
    tests: [
      'test/conformance/in-process.test.ts',
      'test/unit/decision/route-table.test.ts',
      'test/unit/config/canonical-path.test.ts',
    ],
    mutants: [
      without('whole segments', 'path.startsWith(`${prefix}/`)', 'path.startsWith(prefix)'),
      without('the bound of a path', 'isPathTooLong(raw) || ', ''),
      without('the bound of segments', ' > MOST_SEGMENTS', ' > 1000'),
      without('refusing escaped separators', 'DANGEROUS_ESCAPE.test(decoded) || ', ''),
      without(
        'refusing escaped percent signs',
        'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|25|',
        'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|',
      ),
      without('refusing escaped controls', 'DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|', 'DANGEROUS_ESCAPE = /%(?:'),
      without('refusing what is no UTF-8', ' || !isUtf8(decoded)', ''),
      without('refusing empty segments', "segment === '' || segment === '.'", "segment === '.'"),
      without('refusing dot segments', "segment === '' || segment === '.' || segment === '..'", "segment === ''"),
      without('refusing parameters', '&-:<->', '&->'),
      without('refusing backslashes', String.raw`@-[\]-~]`, '@-~]'),
      without(
        'decoding unreserved characters',
        'UNRESERVED.test(character) ? character : triplet.toUpperCase()',
        'triplet.toUpperCase()',
      ),
      without('one spelling of escapes', 'character : triplet.toUpperCase()', 'character : triplet'),
      without('the folding of case', ".toUpperCase().toLowerCase().normalize('NFC')", ".normalize('NFC')"),
    ],
  },
]
