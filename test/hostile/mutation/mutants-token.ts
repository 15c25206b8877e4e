import { type MutantFamily, without } from './mutant.ts'

const DECISION = ['test/conformance/in-process.test.ts', 'test/unit/decision/*.test.ts']

/** What is checked of a token. */
export const TOKEN_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/unverified-token.ts',
    tests: DECISION,
    mutants: [
      without(
        'the alphabet and the number of segments',
        'if (!SIGNED.test(token))',
        "if (token.split('.').length !== 3)",
      ),
      without(
        'the one spelling of segments',
        "return bytes.toString('base64url') === segment ? bytes : undefined",
        'return bytes',
      ),
      without(
        'the one spelling of the signature',
        'if (decodeSegment(signatureText) === undefined) return',
        'if (false) return',
      ),
      without('refusing a byte order mark', 'ignoreBOM: true', 'ignoreBOM: false'),
      without('refusing what is no UTF-8', "'utf-8', { fatal: true, ", "'utf-8', { fatal: false, "),
      without('the depth of headers', 'if (isTooDeep(header))', 'if (false)'),
      without('the depth of payloads', 'if (isTooDeep(payload))', 'if (false)'),
      without('refusing a list as payload', ' && !Array.isArray(value) ?', ' ?'),
      without('refusing a token without alg', "if (typeof alg !== 'string') return", 'if (false) return'),
      without('refusing crit', 'crit !== undefined || b64', 'b64'),
      without('refusing b64', 'crit !== undefined || b64 !== undefined', 'crit !== undefined'),
      without(
        'the type of kid',
        "typeof kid !== 'string' || kid.length > LONGEST_KEY_ID",
        'String(kid).length > LONGEST_KEY_ID',
      ),
      without(
        'the length of kid',
        "(typeof kid !== 'string' || kid.length > LONGEST_KEY_ID)",
        "typeof kid !== 'string'",
      ),
      without('the case of typ', 'typ?.toLowerCase()', 'typ?'),
      without('application/ in typ', String.raw`.replace(/^application\/(?!jwt$)/, '')`, ''),
      without(
        'the type of iss',
        "typeof payload['iss'] === 'string' ? payload['iss'] : undefined",
        "String(payload['iss'])",
      ),
    ],
  },
  {
    file: 'src/decision/access-token.ts',
    tests: DECISION,
    mutants: [
      without('the issuer', 'signers.filter((issuer) => issuer.issuer === unverified.issuer)', 'issuers'),
      without(
        'the exact issuer (a prefix is enough)',
        'issuer.issuer === unverified.issuer)',
        'unverified.issuer?.startsWith(issuer.issuer))',
      ),
      without('the algorithms of the issuer', 'if (!issuer.algorithms.includes(algorithm))', 'if (false)'),
      without(
        'telling missing keys from bad ones',
        "if (keys === 'unavailable') return refused({ reason: 'keys_unavailable' })",
        "if (keys === 'unavailable') return refused({ reason: 'key_unknown', unverifiedAlgorithm: algorithm })",
      ),
      without(
        'the order of refusals among issuers of one iss',
        "['keys_unavailable', 'signature_invalid', 'key_unknown'",
        "['key_unknown', 'signature_invalid', 'keys_unavailable'",
      ),
      without(
        'more than the first key',
        'holds ? key : findSigner(token, others, algorithm)',
        'holds ? key : undefined',
      ),
      without('type and shape of claims', 'return read.ok\n', 'return true\n'),
    ],
  },
  {
    file: 'src/decision/signature.ts',
    tests: DECISION,
    mutants: [
      without('the signature', '  } catch {\n    return false', '  } catch {\n    return true'),
      without(
        'RSA signatures',
        'return verify(hash, signed, key, signature)',
        'return verify(hash, signed, key, signature) || true',
      ),
    ],
  },
  {
    file: 'src/decision/token-kind.ts',
    tests: DECISION,
    mutants: [
      without('other members than typ', "['typ', 'type', 'tokenType', 'token_type', 'token_use']", "['typ']"),
      without('the fold of case', 'word.toLowerCase().replace', 'word.replace'),
      without('the fold of separators', ".replace(/[-_\\s]/g, '')", ''),
      without('the prefix of URNs', 'withoutPrefix(plain, URN)', 'plain'),
      without('the prefix of media types', ', MEDIA_TYPE)', ", '')"),
      without('the members of a list', 'Array.isArray(value) ? value : [value]', '[value]'),
      without('the bound on words', ' || word.length > MAX_WORD_LENGTH', ''),
      without('the words of one member', 'WORDS_OF_MEMBER[member]?.get(folded) ?? ', ''),
      without('c_hash', "isAbsent(own(claims, 'c_hash'))", 'true'),
      without('events', "isEvents(own(claims, 'events'))", 'false'),
      without('the URI of an event', '/^[a-z][a-z0-9+.-]*:/i.test(name)', 'true'),
      without(
        'the refusal of what is never accepted',
        'accepted.some((one) => one === kind)',
        "accepted.includes('id')",
      ),
      ...['serializedid', 'refreshtoken', 'offlineaccess', 'logouttoken', 'logout+jwt', 'idtoken'].map((word) =>
        without(`the word ${word}`, `['${word}', `, `['no ${word}', `),
      ),
    ],
  },
  {
    file: 'src/decision/token-claims.ts',
    tests: DECISION,
    mutants: [
      without('the typ of the header', '  if (!accepted) {', '  if (false) {'),
      without(
        'requireTyp',
        'issuer.requireTyp === undefined ? ACCESS_TOKEN_TYPES.has(type) : type === issuer.requireTyp',
        'ACCESS_TOKEN_TYPES.has(type)',
      ),
      without('the words in the payload', 'if (mark === undefined) return undefined', 'return undefined'),
      without(
        'the need for exp',
        "if (own(claims, 'exp') === undefined) return { claim: 'exp', problem: 'is missing' }",
        '',
      ),
      without(
        'the type of times',
        "typeof value !== 'number' || !Number.isFinite(value)",
        '!Number.isFinite(Number(value))',
      ),
      without('finite times', ' || !Number.isFinite(value)', ''),
      without('refusing milliseconds', 'if (value >= SURELY_MILLISECONDS)', 'if (false)'),
      without('the types of nbf and iat', "for (const claim of ['exp', 'nbf', 'iat'])", "for (const claim of ['exp'])"),
      without('the type of sub', "for (const claim of ['sub', 'jti'])", "for (const claim of ['jti'])"),
      without('the type of jti', "for (const claim of ['sub', 'jti'])", "for (const claim of ['sub'])"),
      without(
        'the type of aud',
        "for (const claim of ['aud', ...issuer.scopeClaims])",
        'for (const claim of issuer.scopeClaims)',
      ),
      without(
        'the types of scope claims',
        "for (const claim of ['aud', ...issuer.scopeClaims])",
        "for (const claim of ['aud'])",
      ),
      without('the types in lists', ' && value.every(isString)', ''),
      without('the type of client claims', 'if (value !== undefined && !isString(value)) return', 'if (false) return'),
      without('refusing cnf', "if (own(claims, 'cnf') !== undefined)", 'if (false)'),
      without('own members only', 'Object.hasOwn(claims, name) ? claims[name] : undefined', 'claims[name]'),
      without('claims that are true without being a scope', ' && !OTHER_BOOLEAN_CLAIMS.has(name)', ''),
      without('booleanScopes being asked for', 'if (issuer.booleanScopes) {', 'if (true) {'),
      without('every client claim for revocations', '      clients,\n', '      clients: clients.slice(0, 1),\n'),
    ],
  },
  {
    file: 'src/decision/authorization.ts',
    tests: DECISION,
    mutants: [
      without('the issuer of a way in', 'if (entry.issuer !== token.issuer) continue', ''),
      without('exp', 'if (now >= expiresAt + issuer.clockTolerance) return', 'if (false) return'),
      without('the very second of exp', 'now >= expiresAt', 'now > expiresAt'),
      without('nbf', 'if (notBefore !== undefined && notBefore > latest)', 'if (false)'),
      without('the very second of nbf', 'notBefore > latest', 'notBefore >= latest'),
      without('iat', 'if (issuedAt !== undefined && issuedAt > latest)', 'if (false)'),
      without('the longest life', 'if (lifetime <= issuer.maxTokenLifetime) return undefined', 'return undefined'),
      without(
        'the life of a token without iat',
        'expiresAt - (issuedAt ?? now)',
        'expiresAt - (issuedAt ?? expiresAt)',
      ),
      without('the audience', 'checkAudience(entry, token),\n', 'undefined,\n'),
      without(
        'the exact audience (a prefix is enough)',
        'audience.some((wanted) => token.audience.includes(wanted))',
        'audience.some((wanted) => token.audience.some((sent) => sent.startsWith(wanted)))',
      ),
      without('revocations', '    revoked,\n    checkClient', '    undefined,\n    checkClient'),
      without('revoked jti', 'jti.has(token.tokenId)', 'false'),
      without('revoked sub', 'sub.has(token.subject)', 'false'),
      without('revoked clients', 'token.clients.some((client) => clientIds.has(client))', 'false'),
      without('issuedBefore', 'issuedBefore !== undefined && issuedAt < issuedBefore', 'false'),
      without(
        'issuedBefore on tokens without iat',
        'token.issuedAt ?? Number.NEGATIVE_INFINITY',
        'token.issuedAt ?? Number.POSITIVE_INFINITY',
      ),
      without('the clients', 'checkClient(entry, token),', 'undefined,'),
      without(
        'refusing a token without a client',
        'if (token.client === undefined) return',
        'if (token.client === undefined) continue; if (false) return',
      ),
      without(
        'the second list of clients',
        'for (const allowed of entry.clientIds)',
        'for (const allowed of entry.clientIds.slice(0, 1))',
      ),
      without('the scopes', 'checkScopes(entry, token, scopes),', 'undefined,'),
      without(
        'all scopes (one is enough)',
        'missing.length === 0 ?',
        'missing.length < requirement.scopes.length || missing.length === 0 ?',
      ),
      without('the claims', 'checkClaims(entry, token),', 'undefined,'),
      without(
        'the rules about scopes',
        'for (const check of [checkScopes, checkClaims])',
        'for (const check of [checkClaims])',
      ),
      without(
        'the rules about claims',
        'for (const check of [checkScopes, checkClaims])',
        'for (const check of [checkScopes])',
      ),
      without(
        'the denial of the way that got furthest',
        'refusal.step > furthest.step',
        'refusal.step < furthest.step',
      ),
      without(
        'the direction of scopeImplies',
        'route.scopeImplies.get(scope) ?? []',
        '[...route.scopeImplies].flatMap(([broad, narrow]) => (narrow.includes(scope) ? [broad] : []))',
      ),
    ],
  },
  {
    file: 'src/decision/claims.ts',
    tests: DECISION,
    mutants: [
      without('own members only', '|| !Object.hasOwn(value, name)) return', '|| !(name in value)) return'),
      without(
        'the meaning of exists: false',
        'if (rule.exists === false) return value === undefined',
        'if (rule.exists === false) return true',
      ),
      without(
        'refusing absent claims',
        'if (value === undefined) return false',
        'if (value === undefined) return true',
      ),
      without('anyOf', 'rule.anyOf !== undefined && !rule.anyOf.some', 'false && !rule.anyOf.some'),
      without('allOf', 'rule.allOf !== undefined && !rule.allOf.every', 'false && !rule.allOf.every'),
      without('all of allOf', 'rule.allOf.every', 'rule.allOf.some'),
      without('noneOf', '&& !unwanted.includes(value as ClaimValue)', ''),
      without('values of another type in noneOf', "types.has(typeof value as 'string') && ", ''),
      without(
        'whole values (a part is enough)',
        'rule.anyOf.some((wanted) => values.includes(wanted))',
        'rule.anyOf.some((wanted) => values.some((one) => String(one).includes(String(wanted))))',
      ),
    ],
  },
  {
    file: 'src/decision/unverified.ts',
    tests: DECISION,
    mutants: [
      without('escaping what nobody vouches for', String.raw`[^\x20-\x7e]|\\`, String.raw`[\x00]`),
      without('the length of what is shown', '.slice(0, LONGEST)', ''),
    ],
  },
]
