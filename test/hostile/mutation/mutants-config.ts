// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code
import { type MutantFamily, without } from './mutant.ts'

const CONFIG = [
  'test/unit/config/problems.test.ts',
  'test/unit/config/compile.test.ts',
  'test/unit/config/json-schema.test.ts',
]

/** What a configuration must not be, or must mean. */
export const CONFIG_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/config/identity-headers.ts',
    tests: CONFIG,
    mutants: [
      without('the names that are taken', 'TAKEN.has(folded) || TAKEN_PREFIXES', 'TAKEN_PREFIXES'),
      without('the prefixes that are taken', ' || TAKEN_PREFIXES.some((prefix) => folded.startsWith(prefix))', ''),
      without('refusing Authorization', "if (folded === 'authorization') {", 'if (false) {'),
      without('refusing one header twice', 'if (twin !== undefined) {', 'if (false) {'),
    ],
  },
  {
    file: 'src/config/schema-text.ts',
    tests: [...CONFIG, 'test/unit/config/environment.test.ts'],
    mutants: [
      without('letters, digits and hyphens in identity headers', "'^[A-Za-z0-9\\\\-]+$'", "'^[A-Za-z0-9_.\\\\-]+$'"),
      without(
        'https for resources',
        String.raw`(?:https:\/\/${'${HOST}'}|http:\/\/${'${LOOPBACK}'})${'${PORT}'}(?:`,
        String.raw`https?:\/\/${'${HOST}'}${'${PORT}'}(?:`,
      ),
      without('reserved names', '(?!(?:none|unmatched)$)', ''),
      without(
        'the alphabet of scopes',
        String.raw`^[\u0021\u0023-\u005b\u005d-\u007e]+$`,
        String.raw`^[\u0021-\u007e]+$`,
      ),
    ],
  },
  {
    file: 'src/config/compile-accept.ts',
    tests: CONFIG,
    mutants: [
      without(
        'the clients of ID tokens',
        "if (issuer.tokenKinds.includes('id')) checkIdTokens",
        'if (false) checkIdTokens',
      ),
      without(
        'clientIds with audience: unchecked',
        "if (audience === 'unchecked' && clientIds.length === 0 &&",
        'if (false &&',
      ),
      without(
        'the scopes of defaults',
        'requiredScopes(defaults.scopes, entry.scopes)',
        'requiredScopes(entry.scopes ?? defaults.scopes)',
      ),
      without(
        'the claims of defaults',
        "      ...claimRules(defaults.claims, ['defaults', 'claims'], findings),\n",
        '',
      ),
      without(
        'the clients of defaults',
        '[defaults.clientIds, entry.clientIds]',
        '[entry.clientIds ?? defaults.clientIds]',
      ),
      without('the audience (any, unless written)', '?? [route.resource ?? []].flat()', "?? 'unchecked'"),
      without('refusing flat fields beside accept', 'if (route[field] === undefined) continue', 'continue'),
      without(
        'refusing unknown issuers',
        "if (!issuers.has(name) && !findings.refused(['issuers', name]))",
        'if (false)',
      ),
      without('saying which of several issuers', 'if (names.length > 1) {', 'if (false) {'),
    ],
  },
  {
    file: 'src/config/compile-issuer.ts',
    tests: CONFIG,
    mutants: [
      without('access tokens among the kinds', "if (!tokenKinds.includes('access'))", 'if (false)'),
      without('the longest clockTolerance', 'if (clockTolerance > MAX_CLOCK_TOLERANCE)', 'if (false)'),
      without(
        'keeping shared secrets from public keys',
        'if (!allowed.includes(algorithm)) findings.problem',
        'if (false) findings.problem',
      ),
      without('keys of each issuer with one iss', "if (keys.kind !== 'discovery' ||", 'if (true ||'),
      without(
        'asymmetric algorithms by default',
        'const allowed: readonly string[] = symmetric ?',
        'const allowed: readonly string[] = !symmetric ?',
      ),
      without('the need of an issuer', "tokens === undefined && !['issuer'", "false && !['issuer'"),
      without(
        'a longest life above nothing',
        'map.maxTokenLifetime !== undefined && durationSeconds(map.maxTokenLifetime) <= 0',
        'false',
      ),
    ],
  },
  {
    file: 'src/config/key-source.ts',
    tests: CONFIG,
    mutants: [
      without('https', "url.protocol !== 'https:' && !allowHttp", 'false && !allowHttp'),
      without('having to allow http', 'map.dangerouslyAllowHttp === true', 'true'),
      without('the ends of cluster names', String.raw`|.+\.svc|.+\.svc\.cluster\.local)$/`, String.raw`|.+\.svc.*)$/`),
      without('refusing credentials in a URL', "url.username !== '' || url.password !== ''", 'false'),
      without('a key for the algorithms', 'selectKeys(keys, alg, undefined).length > 0', 'true'),
      without('one source of keys', 'if (second !== undefined) {', 'if (false) {'),
      without('refusing a query in an issuer', '} else if (/[?#]/.test(issuer)) {', '} else if (false) {'),
    ],
  },
  {
    file: 'src/config/referenced-file.ts',
    tests: CONFIG,
    mutants: [
      without('the shortest secret', 'if (secret.length >= SECRET_BYTES)', 'if (true)'),
      without('refusing private keys in a key set', "if ('d' in key || 'k' in key)", 'if (false)'),
      without('refusing private keys in PEM', 'if (/PRIVATE KEY-----/.test(pem))', 'if (false)'),
      without('a usable key', 'if (ok) return', 'if (true) return'),
      without(
        'one line in a header',
        String.raw`if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value))`,
        'if (true)',
      ),
    ],
  },
  {
    file: 'src/config/yaml-document.ts',
    tests: [...CONFIG, 'test/unit/config/parse-fuzz.test.ts'],
    mutants: [
      without('refusing repeated keys', 'if (first.has(key)) {', 'if (false) {'),
      without('refusing __proto__', "key === '__proto__'", 'false'),
      without('refusing aliases to themselves', 'if (open.includes(target))', 'if (false)'),
      without('what aliases may stand for', 'if (aliased > ALIAS_LIMIT) {', 'if (false) {'),
      without('refusing tags', 'if (node.tag !== undefined) tell', 'if (false) tell'),
      without('the largest file', 'if (Buffer.byteLength(text) > FILE_LIMIT)', 'if (false)'),
    ],
  },
  {
    file: 'src/config/origin.ts',
    tests: CONFIG,
    mutants: [without('refusing a name in two files', 'if (other === undefined) return true', 'return true')],
  },
  {
    file: 'src/config/compile-route.ts',
    tests: CONFIG,
    mutants: [
      without(
        'the lock of paths where rules have paths',
        '(hasPathRule ? selection.match.paths : undefined)',
        'undefined',
      ),
      without(
        'the rules of defaults',
        "    ...compileRules(defaults.rules, ['defaults', 'rules'], selection.match, findings),\n",
        '',
      ),
      without('anonymous being asked for', 'anonymous: entry.anonymous ?? false', 'anonymous: entry.anonymous ?? true'),
      without('preflights being denied', "defaults.preflight ?? 'deny'", "defaults.preflight ?? 'pass'"),
      without('enforcing', "entry.mode ?? 'enforce'", "entry.mode ?? 'observe'"),
    ],
  },
  {
    file: 'src/config/compile-rules.ts',
    tests: CONFIG,
    mutants: [
      without('refusing rules outside of the route', 'if (!isInside(canonical, match)) {', 'if (false) {'),
      without('refusing rules that ask for nothing', 'scopes.length === 0 &&\n    claims.length === 0 &&', 'false &&'),
      without('refusing methods that nobody forwards', 'if (RULE_METHODS.includes(method)) continue', 'continue'),
      without('the case in the paths of rules', 'return [foldPath(canonical)]', 'return [canonical]'),
    ],
  },
  {
    file: 'src/config/selection.ts',
    tests: CONFIG,
    mutants: [
      without('refusing paths that no request can have', 'if (canonical === undefined) {', 'if (false) {'),
      without('refusing two routes at one place', 'if (other === undefined) {', 'if (true) {'),
      without('the case of hosts', '(host) => host.toLowerCase()', '(host) => host'),
    ],
  },
  {
    file: 'src/config/resource.ts',
    tests: CONFIG,
    mutants: [
      without('refusing one resource twice', 'if (other === undefined) {', 'if (true) {'),
      without(
        'refusing paths with two readings',
        "if (canonicalPath(written === '' ? '/' : written) === undefined) {",
        'if (false) {',
      ),
    ],
  },
  {
    file: 'src/config/compile.ts',
    tests: CONFIG,
    mutants: [
      without('refusing a revocation in the future', '} else if (seconds > now) {', '} else if (false) {'),
      without('comparing resources', '  checkEqualResources(resources, findings)\n', ''),
      without('comparing issuers', '  checkSharedIssuers([...issuers.values()], findings)\n', ''),
    ],
  },
  {
    file: 'src/config/date-time.ts',
    tests: CONFIG,
    mutants: [without('refusing dates that do not exist', ' || !exists', '')],
  },
  {
    file: 'src/config/scopes.ts',
    tests: [...CONFIG, 'test/conformance/in-process.test.ts'],
    mutants: [
      without(
        'warning of scopes that require nothing',
        'if (words.length === 0) return',
        'if (words.length >= 0) return',
      ),
      without('refusing OpenID Connect words as rights', '.filter((scope) => !OIDC_WORDS.has(scope))', ''),
      without(
        'what is implied by what is implied',
        'for (const scope of reached) for',
        'for (const scope of [broad]) for',
      ),
    ],
  },
  {
    file: 'src/config/claim-rules.ts',
    tests: [...CONFIG, 'test/conformance/in-process.test.ts'],
    mutants: [
      without(
        'refusing requirements that ask for nothing',
        'if (!findings.refused(here)) findings.problem',
        'if (false) findings.problem',
      ),
      without('exists', '...(exists === undefined ? {} : { exists })', '...{}'),
      without('noneOf', '...(noneOf === undefined ? {} : { noneOf })', '...{}'),
      without(
        'the order of unescaping pointers',
        "token.replaceAll('~1', '/').replaceAll('~0', '~')",
        "token.replaceAll('~0', '~').replaceAll('~1', '/')",
      ),
    ],
  },
]
