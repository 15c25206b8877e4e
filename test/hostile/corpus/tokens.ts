import type { MUTATIONS, Vector } from '../../conformance/vector.ts'
import { ALLOWED, type Family, variants } from './attack.ts'

const MALFORMED = { status: 401, reason: 'token_malformed' } as const
const INVALID = { status: 401, reason: 'signature_invalid' } as const
const REJECTED = { status: 401, reason: 'algorithm_not_allowed' } as const
const UNKNOWN = { status: 401, reason: 'key_unknown' } as const
const twin = 'token-signed'

const mutated = (mutations: readonly (keyof typeof MUTATIONS)[], expect: Vector['expect']) =>
  variants('mutated:', mutations, (mutation) => ({ route: 'kubernetes', token: { mutation }, expect, twin }))
const headed = (headers: readonly Readonly<Record<string, unknown>>[], expect: Vector['expect']) =>
  variants('header', headers, (header) => ({
    route: 'kubernetes',
    token: { header },
    title: JSON.stringify(header).slice(0, 60),
    expect,
    ...(expect.status === 200 ? {} : { twin }),
  }))
const bySecret = (alg: string, signedBy: string): Vector => ({
  id: `confusion ${alg} ${signedBy}`,
  spec: 'corpus',
  title: `${alg} with the ${signedBy} as its secret`,
  route: 'kubernetes',
  token: { alg, signedBy },
  expect: REJECTED,
})

/** Form, algorithm and key of a token. */
export const TOKENS: Family = {
  title: 'Tokens',
  attacks: [
    {
      title: '`alg: none` in every spelling, and with an empty signature',
      source: 'CVE-2015-9235; RFC 8725 §2.1',
      rows: headed(
        ['NONE', 'none ', ' none', 'noNe', 'none\u0000'].map((alg) => ({ alg })),
        REJECTED,
      ),
      like: ['alg-header-*', 'alg-none-signed'],
    },
    {
      title: 'no signature, half a signature, one of zeros, one with a byte more, one in DER',
      source: 'CVE-2022-21449; RFC 7515 §5.2; RFC 7518 §3.4',
      rows: mutated(
        ['signature of zeros', 'signature cut short', 'signature with a byte more', 'signature in DER'],
        INVALID,
      ),
      like: ['form-signature removed', 'form-two segments', 'signature-tampered'],
    },
    {
      title: 'the payload changed under the old signature; header and payload swapped',
      source: 'RFC 7515 §5.2',
      rows: mutated(['segments swapped'], MALFORMED),
      like: ['payload-tampered'],
    },
    {
      title: 'HS256 with the public key as its secret: PEM, or the modulus of the JWK',
      source: 'CVE-2016-5431; CVE-2016-10555; RFC 8725 §2.1',
      rows: ['HS256', 'HS384', 'HS512'].flatMap((alg) => [bySecret(alg, 'public half'), bySecret(alg, 'public JWK')]),
      like: ['alg-confusion', 'alg-secret-asymmetric'],
    },
    {
      title: 'another algorithm with a published key: PS256 for RS256, the kid of another key',
      source: 'RFC 8725 §3.1; RFC 7517 §4.4',
      rows: variants('published key for', ['RS256', 'EdDSA'], (alg) => ({
        route: 'kubernetes',
        token: { header: { alg, kid: 'shared' } },
        expect: UNKNOWN,
        twin: 'kid-known',
      })),
      like: ['alg-swapped', 'alg-of-another-key', 'alg-of-issuer'],
    },
    {
      title: 'an algorithm that is not a string, or is unknown',
      source: 'RFC 7515 §4.1.1',
      rows: [
        ...headed(
          [{ alg: ['ES256'] }, { alg: { name: 'ES256' } }, { alg: null }, { alg: 256 }, { alg: true }],
          MALFORMED,
        ),
        ...headed(
          [
            { alg: 'ES256 ' },
            { alg: '__proto__' },
            { alg: 'constructor' },
            { alg: 'RSA-OAEP' },
            { alg: 'dir' },
            { alg: 'ES256\n' },
          ],
          REJECTED,
        ),
      ],
    },
    {
      title: 'the attacker’s own key in the header: `jwk`, `jku`, `x5u`, `x5c`',
      source: 'CVE-2018-0114; RFC 8725 §3.10',
      rows: [
        ...variants(
          'own key in',
          [
            { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } },
            { jku: 'https://evil.example.com/jwks' },
            { jku: 'http://169.254.169.254/latest/meta-data' },
            { x5u: 'https://evil.example.com/x5u' },
            { x5c: ['MIIB'] },
            { x5t: 'AA' },
          ],
          (header) => ({
            route: 'kubernetes',
            title: Object.keys(header).join(),
            token: { signedBy: 'stranger', header: { kid: 'shared', ...header } },
            expect: INVALID,
            twin: `own key beside a good signature ${JSON.stringify(header)}`,
          }),
        ),
        ...variants(
          'own key beside a good signature',
          [
            { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } },
            { jku: 'https://evil.example.com/jwks' },
            { jku: 'http://169.254.169.254/latest/meta-data' },
            { x5u: 'https://evil.example.com/x5u' },
            { x5c: ['MIIB'] },
            { x5t: 'AA' },
          ],
          (header) => ({ route: 'kubernetes', token: { header: { kid: 'shared', ...header } }, expect: ALLOWED }),
        ),
      ],
      like: ['header-own-key*'],
      tests: [{ file: 'test/hostile/corpus.test.ts', name: 'no address in a token is ever asked' }],
    },
    {
      title: '`kid` as a path, SQL, a template, a URL, a name of the prototype, with NUL or line ends',
      source: 'CWE-22; CWE-89; OWASP JWT',
      rows: headed(
        [
          '/dev/null',
          '../../../../dev/null',
          '..\\..\\windows\\win.ini',
          'file:///etc/passwd',
          'https://evil.example.com/key',
          "x' UNION SELECT 'secret",
          "' OR 1=1--",
          '| /bin/sh',
          '$(id)',
          '{{7*7}}',
          'constructor',
          'toString',
          'shared\u0000',
          'shared\n',
          'SHARED',
          ' shared',
          'shared ',
          '',
        ].map((kid) => ({ kid })),
        UNKNOWN,
      ),
      like: ['header-kid is a path', 'header-kid is a name of the prototype', 'key-unknown'],
    },
    {
      title: '`kid` as a number, a list, an object, or of 64 KB',
      source: 'CWE-704',
      rows: headed([{ kid: null }, { kid: { $ne: null } }, { kid: true }, { kid: [['shared']] }], MALFORMED),
      like: ['header-kid is a number', 'header-kid is a list', 'header-kid of 64 KiB'],
    },
    {
      title: '`crit`, `b64`: extensions that are not understood here',
      source: 'CVE-2025-59420; RFC 7515 §4.1.11; RFC 7797 §7',
      rows: headed([{ crit: [] }, { crit: 'exp' }, { crit: null }, { b64: true }, { crit: ['b64'] }], MALFORMED),
      like: ['header-crit*', 'header-b64 false'],
    },
    {
      title: '`zip`, `enc`, `epk`: members of encrypted tokens in a signed one',
      source: 'CVE-2024-28176; RFC 7516 §4.1.3',
      rows: headed([{ zip: 'DEF' }, { enc: 'A256GCM' }, { epk: { kty: 'EC' } }, { p2c: 2_147_483_647 }], ALLOWED),
      answer: 'no meaning in a signed token: nothing is unpacked or derived',
    },
    {
      title: 'an encrypted token, an opaque one, JSON serialisation',
      source: 'CVE-2023-51774; RFC 7515 §7.2',
      like: ['form-five segments', 'form-opaque', 'form-static', 'form-json'],
    },
    {
      title: 'a token in a token',
      source: 'RFC 8725 §2.8, §3.11; RFC 7519 §5.2',
      rows: [
        ...variants('nested as', ['jwt', 'token', 'id_token', 'assertion'], (name) => ({
          route: 'kubernetes',
          token: { claims: { [name]: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.', cty: 'JWT' } },
          expect: { ...ALLOWED, headers: { 'X-Auth-Subject': 'alice' } },
        })),
        ...mutated(['another token behind it'], MALFORMED),
      ],
    },
    {
      title: 'more or fewer parts, dots around it, line ends, padding, base64 in place of base64url',
      source: 'RFC 7515 §2, §7.1',
      rows: [
        ...mutated(['a dot behind it', 'plain base64 in place of base64url'], MALFORMED),
        ...mutated(['a dot before it'], { status: 401, reason: 'token_opaque' }),
        ...mutated(['a line end inside'], { status: 401, reason: 'credentials_malformed' }),
      ],
      like: ['form-four segments', 'form-payload removed', 'form-padded with ='],
    },
    {
      title:
        'the same signature in another spelling of its base64url: another cache key, a way around a list of revoked tokens',
      source: 'CWE-180; RFC 7515 §2',
      like: ['form-signature in another spelling'],
      tests: [{ file: 'test/hostile/corpus-cache.test.ts', name: 'every other spelling of a cached token' }],
    },
    {
      title: 'a header or payload that is not a JSON object, has a BOM, blanks or broken UTF-8',
      source: 'RFC 7519 §7.2; RFC 8725 §3.7',
      rows: [
        ...mutated(['header is null', 'header is a text', 'header is not JSON'], MALFORMED),
        ...mutated(['header with blanks', 'header with another alg once more'], INVALID),
      ],
      like: ['form-payload is a list', 'form-BOM before the payload', 'form-payload is not UTF-8'],
    },
    {
      title: 'a member twice in one JSON object',
      source: 'RFC 7519 §4; CVE-2017-12635',
      rows: [
        ...variants('twice in the claims', [{ aud: 'elsewhere' }, { exp: 1 }, { scope: 'other' }], (claims) => ({
          route: 'kubernetes',
          token: { again: { claims } },
          title: `${JSON.stringify(claims)} comes last`,
          twin,
          expect:
            'aud' in claims
              ? ({ status: 401, reason: 'audience_mismatch' } as const)
              : 'exp' in claims
                ? ({ status: 401, reason: 'token_expired' } as const)
                : ({ status: 403, reason: 'scope_insufficient' } as const),
        })),
        {
          id: 'twice in the header',
          spec: 'corpus',
          title: 'alg none comes last',
          route: 'kubernetes',
          token: { again: { header: { alg: 'none' } } },
          twin,
          expect: REJECTED,
        },
      ],
    },
    {
      title: 'objects in objects, 10,000 deep, for the stack',
      source: 'CWE-674',
      rows: [
        {
          id: 'deep header',
          spec: 'corpus',
          title: 'in the header',
          route: 'kubernetes',
          token: { header: { x: JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) } },
          expect: MALFORMED,
          twin,
        },
      ],
      like: ['form-nested'],
    },
    { title: 'a token of 33 KB', source: 'CWE-770', like: ['form-longer than any token'] },
    {
      title: 'another kind of token: refresh, ID, logout, DPoP proof, security event, client assertion',
      source: 'RFC 8725 §3.11; RFC 9068 §4',
      rows: headed(
        [
          'JWT ',
          'jwt+at',
          'at+jwtx',
          'x-at+jwt',
          'application/at+jwt; charset=utf-8',
          'vc+jwt',
          'JOSE',
          'application/application/at+jwt',
          'token-introspection+jwt',
          'null',
        ].map((typ) => ({ typ })),
        { status: 401, reason: 'token_type_not_allowed' },
      ),
      like: ['header-typ *', 'kind-*', 'typ-required-*'],
    },
    {
      title: 'a token bound to a proof (`cnf`), without the proof',
      source: 'RFC 7800; RFC 9449 §7.1',
      rows: variants('bound', [{ jkt: 'abc' }, { 'x5t#S256': 'abc' }, false, '', []], (cnf) => ({
        route: 'kubernetes',
        token: { claims: { cnf } },
        title: JSON.stringify(cnf),
        twin,
        expect: { status: 401, reason: 'claim_invalid' } as const,
      })),
      like: ['claim-cnf'],
    },
  ],
}
