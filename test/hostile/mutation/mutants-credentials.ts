import { type MutantFamily, without } from './mutant.ts'

/** What guards tokens that are no JWTs. */
export const CREDENTIALS_MUTANTS: readonly MutantFamily[] = [
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
