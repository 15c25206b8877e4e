import { REMOVED, type TokenRecipe, type Vector } from '../vector.ts'

const SPEC = 'SPIFFE JWT-SVID §3, §5'
const ALLOWED = { status: 200, reason: 'token' } as const
const INVALID = { status: 401, reason: 'claim_invalid' } as const
const UNTRUSTED = { status: 401, reason: 'issuer_untrusted' } as const
const WORKLOAD = 'spiffe://example.org/ns/jobs/sa/report'

/** A JWT-SVID of the trust domain, but for what is said here. */
const svid = (claims: Readonly<Record<string, unknown>> = {}, more: TokenRecipe = {}): TokenRecipe => ({
  issuer: 'spire',
  ...more,
  claims: { iss: REMOVED, sub: WORKLOAD, ...claims },
})

const row = (id: string, title: string, token: TokenRecipe, expect: Vector['expect'], route = 'workloads'): Vector => ({
  id: `spiffe-${id}`,
  spec: SPEC,
  title,
  route,
  token,
  ...(expect.status === 200 ? {} : { twin: TWINS[id] ?? 'spiffe-good' }),
  expect,
})

const TWINS: Readonly<Record<string, string>> = {
  'named-foreign': 'spiffe-named',
  'jose-elsewhere': 'spiffe-beside',
}

/** Subjects that only resemble a workload of example.org. */
const FOREIGN: Readonly<Record<string, unknown>> = {
  'of another trust domain': 'spiffe://other.org/ns/jobs',
  'of a domain that begins alike': 'spiffe://example.org.evil.com/ns/jobs',
  'of a domain that ends alike': 'spiffe://evil-example.org/ns/jobs',
  'with a user in the authority': 'spiffe://example.org@evil.com/ns/jobs',
  'with a port': 'spiffe://example.org:80/ns/jobs',
  'in capitals': 'spiffe://Example.org/ns/jobs',
  'with the scheme in capitals': 'SPIFFE://example.org/ns/jobs',
  'of another scheme': 'https://example.org/ns/jobs',
  'without a path': 'spiffe://example.org',
  'with an empty path': 'spiffe://example.org/',
  'with a slash at the end': 'spiffe://example.org/ns/',
  'with an empty segment': 'spiffe://example.org/ns//jobs',
  'with dots': 'spiffe://example.org/ns/../admin',
  'with a query': 'spiffe://example.org/ns?x=1',
  'with an escape': 'spiffe://example.org/ns%2fjobs',
  'with a line break': 'spiffe://example.org/ns\n',
  'too long': `spiffe://example.org/${'a'.repeat(2048)}`,
  'that is not a SPIFFE ID': 'alice',
  absent: REMOVED,
}

/** Tokens without \`iss\`, of the one issuer with \`spiffe\`. */
export const SPIFFE: readonly Vector[] = [
  row('good', 'a JWT-SVID', svid(), ALLOWED),
  row('null-iss', 'an iss that is null is none', svid({ iss: null }), ALLOWED),
  row('jose', 'the type JOSE', svid({}, { header: { typ: 'JOSE' } }), ALLOWED),
  row('untyped', 'no type', svid({}, { header: { typ: REMOVED } }), ALLOWED),
  row('beside', 'a token of the issuer beside it', {}, ALLOWED),
  row(
    'named',
    'a JWT-SVID whose issuer writes its iss',
    { issuer: 'spire-named', claims: { sub: WORKLOAD } },
    ALLOWED,
    'workloads-named',
  ),
  row(
    'named-without',
    'without iss at an issuer that has one',
    svid({}, { issuer: 'spire-named' }),
    ALLOWED,
    'workloads-named',
  ),
  ...Object.entries(FOREIGN).map(([title, sub], index) =>
    row(`sub-${index}`, `a sub ${title}`, svid({ sub }), INVALID),
  ),
  row(
    'named-foreign',
    'a named issuer vouches for no other domain',
    { issuer: 'spire-named', claims: { sub: 'spiffe://other.org/x' } },
    INVALID,
    'workloads-named',
  ),
  row('empty-iss', 'an empty iss is one', svid({ iss: '' }), UNTRUSTED),
  row('number-iss', 'a number as iss is one', svid({ iss: 5 }), UNTRUSTED),
  row('list-iss', 'a list as iss is one', svid({ iss: [] }), UNTRUSTED),
  row('false-iss', 'false as iss is one', svid({ iss: false }), UNTRUSTED),
  row('other-iss', 'an unknown iss', svid({ iss: 'https://spire.example.com' }), UNTRUSTED),
  row(
    'iss-of-main',
    'the iss of another issuer, by the keys of the trust domain',
    svid({ iss: 'https://id.example.com/main' }),
    { status: 401, reason: 'key_unknown' },
  ),
  row('key-of-main', 'no iss, by the keys of another issuer', svid({}, { signedBy: 'main' }), {
    status: 401,
    reason: 'key_unknown',
  }),
  row('elsewhere', 'no iss where no issuer has spiffe', svid(), UNTRUSTED, 'kubernetes'),
  row('no-aud', 'no audience', svid({ aud: REMOVED }), { status: 401, reason: 'audience_mismatch' }),
  row('no-exp', 'no expiry', svid({ exp: REMOVED }), INVALID),
  row(
    'jose-elsewhere',
    'the type JOSE at another issuer',
    { header: { typ: 'JOSE' } },
    { status: 401, reason: 'token_type_not_allowed' },
  ),
  row('at-jwt', 'another type', svid({}, { header: { typ: 'logout+jwt' } }), {
    status: 401,
    reason: 'token_type_not_allowed',
  }),
]
