// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code
import { type MutantFamily, without } from './mutant.ts'

/** What keeps the keys of an issuer those of the issuer. */
export const KEY_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/issuers/discovery.ts',
    tests: ['test/unit/issuers/discovery.test.ts'],
    mutants: [
      without('the exact issuer in the document', 'if (named !== issuer) return', 'if (false) return'),
      without(
        'the exact issuer in the document (a trailing slash is forgiven)',
        'if (named !== issuer) return',
        String.raw`if (named.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) return`,
      ),
      without(
        'refusing keys over plain http',
        'return reason === undefined ? { ok: true, jwksUri } : { ok: false, reason }',
        'return { ok: true, jwksUri }',
      ),
      without('the ends of cluster names', "hostname.endsWith('.svc') ||", "hostname.includes('.svc') ||"),
      without('the whole of loopback addresses', String.raw`/^127\.\d+\.\d+\.\d+$/`, String.raw`/^127\./`),
    ],
  },
  {
    file: 'src/issuers/bounded-fetch.ts',
    tests: ['test/unit/issuers/bounded-fetch.test.ts'],
    mutants: [
      without('refusing redirects', "redirect: 'manual'", "redirect: 'follow'"),
      without('the largest body', 'if (size > largest) return undefined', ''),
      without('the time limit', "end.resolve(failed('timeout'", "void (failed('timeout'"),
      without('the status', 'if (response.status !== 200)', 'if (false)'),
      without('http and https alone', "if (url.protocol !== 'https:' && url.protocol !== 'http:')", 'if (false)'),
      without('refusing credentials in a URL', "if (url.username !== '' || url.password !== '')", 'if (false)'),
      without('UTF-8', "'utf-8', { fatal: true }", "'utf-8'"),
      without('refusing what is no object', 'if (!isJsonObject(document)) return', 'if (false) return'),
    ],
  },
  {
    file: 'src/keys/jwk-import.ts',
    tests: ['test/unit/keys/jwk-import.test.ts'],
    mutants: [
      without(
        'refusing shared secrets in a public set',
        "if (kty === 'oct') return 'a shared secret (oct) in a public set'",
        '',
      ),
      without('refusing published private keys', 'if (PRIVATE_MEMBERS.some((member) => member in jwk))', 'if (false)'),
      without('use', "if (use !== undefined && use !== 'sig')", 'if (false)'),
      without(
        'key_ops',
        "if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))",
        'if (false)',
      ),
      without('alg', "if (alg !== undefined && !(typeof alg === 'string' && isPublicKeyAlgorithm(alg)))", 'if (false)'),
      without('the fit of alg and key', 'if (alg !== undefined && !algorithmFitsKey(alg, key))', 'if (false)'),
      without('the type of kid', "if (kid !== undefined && typeof kid !== 'string')", 'if (false)'),
      without('refusing weak RSA', 'if (weakness !== undefined) return weakness', ''),
      without('the curves', "crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521'", 'false'),
      without('the most keys', 'list.slice(0, MAX_KEYS)', 'list'),
    ],
  },
  {
    file: 'src/keys/rsa-strength.ts',
    tests: ['test/unit/keys/jwk-import.test.ts', 'test/unit/keys/local-keys.test.ts'],
    mutants: [
      without('the shortest RSA key', 'if (bits < 2048)', 'if (bits < 1024)'),
      without('exponents below 3', 'exponent < 3n || ', ''),
      without('even exponents', ' || exponent % 2n === 0n', ''),
      without('the longest RSA key', 'if (bits > 16_384)', 'if (false)'),
    ],
  },
  {
    file: 'src/keys/local-keys.ts',
    tests: ['test/unit/keys/local-keys.test.ts'],
    mutants: [
      without('the shortest secret', 'if (secret.length < 32)', 'if (false)'),
      without('refusing private keys', "blocks.some(([, label]) => label?.endsWith('PRIVATE KEY'))", 'false'),
      without('refusing weak RSA', 'return refuseWeakRsa(key) ?? key', 'return key'),
      without('the types of keys', "type !== 'rsa' && type !== 'ed25519' &&", 'false &&'),
    ],
  },
  {
    file: 'src/keys/key-selection.ts',
    tests: ['test/unit/keys/key-selection.test.ts', 'test/conformance/in-process.test.ts'],
    mutants: [
      without('the kid', '(!byKid || key.kid === kid) &&', ''),
      without('the alg of the key', '(key.alg === undefined || isSameAlgorithm(key.alg, alg)) &&', ''),
      without('the fit of algorithm and key', ' &&\n      algorithmFitsKey(alg, key.key)', ''),
      without('the most keys that one token is tried against', 'fitting.slice(0, MAX_CANDIDATES)', 'fitting'),
    ],
  },
  {
    file: 'src/keys/algorithm-table.ts',
    tests: [
      'test/unit/keys/key-selection.test.ts',
      'test/unit/keys/jwk-import.test.ts',
      'test/unit/keys/local-keys.test.ts',
      'test/conformance/in-process.test.ts',
    ],
    mutants: [
      without(
        'secrets for HMAC only',
        "if (row.type === 'secret') return key.type === 'secret'",
        "if (row.type === 'secret') return true",
      ),
      without(
        'the type of the key',
        "if (key.type !== 'public' || key.asymmetricKeyType !== row.type) return false",
        '',
      ),
      without('refusing private keys', "key.type !== 'public' || ", ''),
      without('the curve', 'return row.curve === undefined || key', 'return true || key'),
      without('HMAC being no public-key algorithm', "row !== undefined && row.type !== 'secret'", 'row !== undefined'),
    ],
  },
  {
    file: 'src/issuers/key-set.ts',
    tests: ['test/unit/issuers/key-set.test.ts', 'test/unit/issuers/key-set-outage.test.ts'],
    mutants: [
      without(
        'the need of a kid to cause a fetch',
        ' || kid === undefined || !isPublicKeyAlgorithm',
        ' || !isPublicKeyAlgorithm',
      ),
      without('public-key algorithms alone causing a fetch', ' || !isPublicKeyAlgorithm(alg)) return', ') return'),
      without(
        'known kids causing no fetch',
        '!this.#isUsable() || ![...this.#held.values()].some((key) => key.kid === kid)',
        'true',
      ),
      without('maxStale', 'this.#freshUntil + this.issuer.maxStale * 1000', 'Number.POSITIVE_INFINITY'),
      without(
        'the removal of keys',
        'this.#held = this.#hold(reading.keys)',
        'this.#held = new Map([...this.#held, ...this.#hold(reading.keys)])',
      ),
      without('keys that left being dead', 'this.#held.get(identity) === key && ', ''),
      without('keys too old being dead', ' === key && this.#isUsable()', ' === key'),
      without('the bound on requests that wait', 'if (this.#waiting < MOST_WAITING) return', 'return'),
      without(
        'telling missing keys from an unknown kid',
        "if (this.#lastFailure !== undefined) return 'unavailable'",
        '',
      ),
      without(
        'the longest wait',
        'if (!(await settledWithin(clock, deadline - clock.now(), flight)))',
        'await flight; if (false)',
      ),
    ],
  },
  {
    file: 'src/issuers/held-keys.ts',
    tests: ['test/unit/issuers/key-set.test.ts'],
    mutants: [
      without(
        'the material as part of a key’s identity',
        "[kid, alg, createHash('sha256').update(material).digest('base64url')]",
        '[kid, alg]',
      ),
    ],
  },
  {
    file: 'src/issuers/unknown-kids.ts',
    tests: ['test/unit/issuers/unknown-kids.test.ts', 'test/unit/issuers/key-set.test.ts'],
    mutants: [
      without(
        'the cool-down of unknown kids',
        'if (this.#clock.now() - this.#causedAt < UNKNOWN_KID_COOLDOWN) return',
        'if (false) return',
      ),
      without('calling no new kid bad', 'return seen < this.#answered', 'return true'),
      without(
        'telling a fetch in flight from a later one',
        'return seen < this.#answered',
        'return seen <= this.#answered',
      ),
      without('keeping withdrawn kids apart', 'if (this.#withdrawn.has(key)) return true', ''),
    ],
  },
  {
    file: 'src/issuers/key-reader.ts',
    tests: ['test/unit/issuers/key-reader.test.ts', 'test/unit/issuers/key-set-outage.test.ts'],
    mutants: [
      without(
        'refusing a document that names another issuer later on',
        'found === undefined || discovery.rejected ?',
        'found === undefined ?',
      ),
      without('looking again', '!doubtful && ports', 'ports'),
    ],
  },
  {
    file: 'src/issuers/registry.ts',
    tests: ['test/unit/issuers/registry.test.ts'],
    mutants: [
      without(
        'the issuer behind a name',
        "if (set === undefined || !(configured.has(issuer) || hasSameSource(set.issuer, issuer))) return 'unavailable'",
        "if (set === undefined) return 'unavailable'",
      ),
      without(
        'comparing sources on a reload',
        'const sameSource = known !== undefined && !known.closed && hasSameSource(known.issuer, issuer)',
        'const sameSource = known !== undefined && !known.closed',
      ),
      without('iss as part of the source', 'left.issuer === right.issuer && ', ''),
    ],
  },
  {
    file: 'src/issuers/token-cache.ts',
    tests: ['test/unit/issuers/token-cache.test.ts'],
    mutants: [
      without('the life of keys on cache hits', 'known?.token.warrant.live === true', 'known !== undefined'),
      without('the route in the key', "'base64url')}${route.name}`", "'base64url')}`"),
      without(
        'forgetting that keys were missing',
        "return reason === 'signature_invalid' || reason",
        "return reason === 'keys_unavailable' || reason === 'signature_invalid' || reason",
      ),
      without(
        'the whole token in the key',
        "hash('sha256', token, 'base64url')",
        "hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url')",
      ),
    ],
  },
]
