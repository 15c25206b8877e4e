// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code
import { type MutantFamily, without } from './mutant.ts'

/** What guards tokens that are no JWTs. */
export const CREDENTIALS_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/token-source.ts',
    tests: ['test/conformance/in-process.test.ts', 'test/unit/decision/token-source.test.ts'],
    mutants: [
      without(
        'the ambiguity of two headers',
        'if (value === SEVERAL) return AMBIGUOUS',
        'if (value === SEVERAL) return missing(fields)',
      ),
      without('the ambiguity of two cookies', 'if (others.length > 0) return AMBIGUOUS', ''),
      without(
        'the case of cookie names',
        'pair.slice(0, equals).trim() === wanted',
        'pair.slice(0, equals).trim().toLowerCase() === wanted.toLowerCase()',
      ),
      without('Authorization against anonymity', 'if (fields.authorization !== undefined) return false', ''),
      without(
        'an empty header against anonymity',
        'headerNamed(source.name, fields.rawHeaders) === undefined',
        '!headerNamed(source.name, fields.rawHeaders)',
      ),
      without(
        'the one place',
        "switch (source.kind) {\n    case 'authorization':\n      return parseCredentials(fields.authorization)",
        "if (fields.authorization !== undefined) return parseCredentials(fields.authorization)\n  switch (source.kind) {\n    case 'authorization':\n      return parseCredentials(fields.authorization)",
      ),
    ],
  },
  {
    file: 'src/decision/identity-headers.ts',
    tests: ['test/conformance/in-process.test.ts'],
    mutants: [without('the alias of the token header', "route.tokenSource.kind === 'header' ?", 'false ?')],
  },
  {
    file: 'src/config/compile-route.ts',
    tests: ['test/unit/config/compile.test.ts'],
    mutants: [
      without('the removal of what nobody reads', "tokenSource.kind === 'authorization' ? 'keep' : 'strip'", "'keep'"),
    ],
  },
  {
    file: 'src/decision/static-tokens.ts',
    tests: ['test/conformance/in-process.test.ts', 'test/unit/decision/static-tokens.test.ts'],
    mutants: [
      without('the length of a random token', 'if (token.length < SHORTEST_STATIC_TOKEN) return undefined', ''),
      without('the comparison of hashes', 'timingSafeEqual(sha256, digest)', 'true'),
      without('the first file that lists it', 'found ??= {', 'found = {'),
    ],
  },
  {
    file: 'src/decision/unverified-token.ts',
    tests: ['test/unit/decision/static-tokens.test.ts'],
    mutants: [
      without('the alphabet of opaque tokens', 'if (!TOKEN68.test(token) || token', 'if (token'),
      without('the look at broken JWTs', '|| token.startsWith(JSON_OBJECT)) return false', ') return false'),
      without(
        'the look at headers with blanks',
        String.raw`return parseSegment(token.replace(/\..*$/s, '')) === undefined`,
        'return true',
      ),
    ],
  },
  {
    file: 'src/decision/access-token.ts',
    tests: ['test/conformance/in-process.test.ts', 'test/unit/decision/static-tokens.test.ts'],
    mutants: [
      without(
        'the difference of a tokens file and an issuer',
        "const signers = issuers.filter(({ keys }) => keys.kind !== 'tokensFile')",
        'const signers = issuers',
      ),
    ],
  },
  {
    file: 'src/decision/introspection.ts',
    tests: ['test/conformance/in-process.test.ts', 'test/unit/decision/introspection.test.ts'],
    mutants: [
      without(
        'the issuer of an answer',
        "if (Object.hasOwn(claims, 'iss') && claims['iss'] !== issuer.issuer) {",
        'if (false) {',
      ),
      without('the proof that an introspected token needs', "presented.toLowerCase() === 'dpop'", 'false'),
      without(
        'the difference of inactive and unavailable',
        "denial: { reason: 'introspection_unavailable' }",
        "denial: { reason: 'token_revoked', by: 'introspection' }",
      ),
      without(
        'the refusal of odd answers',
        'return denial === undefined ? { ok: true, ...answer } : { ok: false, denial, issuer }',
        'return { ok: true, ...answer }',
      ),
    ],
  },
  {
    file: 'src/decision/access-token.ts',
    tests: ['test/conformance/in-process.test.ts', 'test/unit/decision/{introspection,static-tokens}.test.ts'],
    mutants: [
      without(
        'the difference of JWTs and opaque tokens',
        'isOpaque(token) ? verifyOpaqueToken(token, issuers, parsed.denial, introspect) : parsed',
        'verifyOpaqueToken(token, issuers, parsed.denial, introspect)',
      ),
    ],
  },
  {
    file: 'src/issuers/question-pool.ts',
    tests: ['test/unit/issuers/introspection.test.ts'],
    mutants: [
      without('the bound on questions that wait', 'queues[lineOf(known)].size < MOST_QUEUED && wait', 'wait'),
      without('turns for known tokens alone', ' && (known || inFlight.strangers < MOST_OF_STRANGERS)', ''),
    ],
  },
  {
    file: 'src/issuers/introspection.ts',
    tests: ['test/unit/issuers/introspection.test.ts'],
    mutants: [
      without(
        'forgetting tokens that are no longer active',
        "else if (answer.kind === 'inactive') ports.activeTokens.delete(key)",
        '',
      ),
      without('one question for one token', 'if (shared !== undefined) return shared', ''),
      without('the end of a good answer', 'return ports.clock.now() < until', 'return true'),
      without('the depth of an answer', 'if (isTooDeep(answer.document))', 'if (false)'),
      without('the type of active', 'if (active === true) return', 'if (active) return'),
      without(
        'the need of active',
        "return active === false ? { claims: undefined } : { reason: 'the answer has no active that is true or false' }",
        'return { claims: undefined }',
      ),
      without(
        'the encoding of ID and secret',
        '`${formEncode(clientId)}:${formEncode(clientSecret)}`',
        '`${clientId}:${clientSecret}`',
      ),
      without('the rule of https', 'return reason === undefined ? { url } : { reason }', 'return { url }'),
      without('the smaller answer', 'largest: LONGEST_ANSWER }\n}', 'largest: 1e9 }\n}'),
      without(
        'failures apart from answers',
        'if (!answer.ok) return { reason: answer.failure.message }',
        'if (!answer.ok) return { claims: undefined }',
      ),
    ],
  },
  {
    file: 'src/issuers/token-cache.ts',
    tests: ['test/service/introspection.test.ts', 'test/unit/issuers/token-cache.test.ts'],
    mutants: [
      without('the memory of inactive tokens', "|| reason === 'token_revoked'", ''),
      without('the memory of answers that are no good', '|| refusal.issuer !== undefined', ''),
    ],
  },
  {
    file: 'src/config/introspection.ts',
    tests: ['test/unit/config/*.test.ts'],
    mutants: [
      without('the one issuer that is asked', 'if (names.length < 2) return', 'return'),
      without('the bound on cacheFor', 'if (seconds > LONGEST_CACHE)', 'if (false)'),
      without(
        'the rule of https',
        "if (endpoint !== undefined) checkFetched(endpoint, dangerouslyAllowHttp === true, [...path, 'endpoint'], findings)\n  else if (",
        'if (endpoint === undefined && ',
      ),
    ],
  },
  {
    file: 'src/config/tokens-file.ts',
    tests: ['test/unit/config/tokens-file.test.ts'],
    mutants: [
      without('the need of exp', "['sha256', 'sub', 'aud', 'exp'] as const) {", "['sha256', 'sub', 'aud'] as const) {"),
      without('the form of a hash', '/^[0-9a-f]{64}$/i.test(value)) return', 'true) return'),
      without('the bound on tokens', 'if (document.value.length > MOST_TOKENS)', 'if (false)'),
      without('repeated tokens', "else if (hash !== '')", 'else if (false)'),
      without('unknown keys', 'if (ENTRY_KEYS.some((known) => known === key)) continue', 'continue'),
      without(
        'silence about what stands there',
        "problem.message.replace(/^this is not valid YAML: .*/s, 'this is not valid YAML')",
        'problem.message',
      ),
      without('silence about odd keys', 'key.length > 24 ? [index] : [index, key]', '[index, key]'),
    ],
  },
  {
    file: 'src/config/compile-accept.ts',
    tests: ['test/unit/config/tokens-file.test.ts'],
    mutants: [
      without(
        'the silence about robots',
        "advertise: issuer.keys.kind !== 'tokensFile' && (entry.advertise ?? true)",
        'advertise: entry.advertise ?? true',
      ),
    ],
  },
]
