import { currentNonce, NONCE_WINDOW_SECONDS } from '../../../src/decision/token/proof-nonce.ts'
import { FILES, NOW } from '../configuration.ts'
import { BOUND, inSeconds, type ProofRecipe, REMOVED, type TokenRecipe, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const refused = (reason: Vector['expect']['reason'], challenge?: string): Vector['expect'] => ({
  status: 401,
  reason,
  ...(challenge === undefined ? {} : { headers: { 'WWW-Authenticate': challenge } }),
})
const METADATA = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource'
const ALGS = 'algs="ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"'
const error = (name: string, description: string) => `error="${name}", error_description="${description}"`

const bound: TokenRecipe = { claims: BOUND }
const at = (path: string, more: Partial<NonNullable<Vector['request']>> = {}) => ({ uri: `/${path}`, ...more })
const on = (route: string) => ({ route, request: at(route), token: bound, proof: {} })
const row = (id: string, spec: string, title: string, vector: Omit<Vector, 'id' | 'spec' | 'title'>): Vector => ({
  id: `proof-${id}`,
  spec,
  title,
  ...vector,
})
const GOOD = 'proof-good'
/** A proof that is wrong in one point. */
const bad = (id: string, spec: string, title: string, proof: ProofRecipe): Vector =>
  row(id, spec, title, { ...on('dpop'), proof, twin: GOOD, expect: refused('proof_invalid') })
const good = (id: string, spec: string, title: string, proof: ProofRecipe): Vector =>
  row(id, spec, title, { ...on('dpop'), proof, expect: ALLOWED })

const nonceAt = (seconds: number) => currentNonce(Buffer.from(FILES['nonce.secret'].trimEnd()), NOW + seconds)
const withNonce = (nonce: unknown): ProofRecipe => ({ claims: { nonce } })
const NONCE_CHALLENGE = `DPoP ${METADATA}/dpop-nonce", ${error('use_dpop_nonce', 'The DPoP proof needs a fresh nonce')}, algs="ES256"`

/** Tokens that are bound to a key of the client (RFC 9449). */
export const PROOF: readonly Vector[] = [
  good('good', 'RFC 9449 §7.1', 'a bound token with its proof', {}),
  row('beside', 'RFC 9449 §7.1', 'the scheme as RFC 9449 writes it', {
    ...on('dpop'),
    credentials: 'DPoP {token}',
    expect: ALLOWED,
  }),
  row('scheme-case', 'RFC 9110 §11.1', 'the scheme in another case', {
    ...on('dpop'),
    credentials: 'dPoP   {token}',
    expect: ALLOWED,
  }),
  row('query', 'RFC 9449 §4.3: htu without the query', 'a request with a query', {
    ...on('dpop'),
    request: at('dpop?code=1'),
    expect: ALLOWED,
  }),
  row('keycloak-token', 'Keycloak 26: cnf and payload typ', 'a bound token of Keycloak', {
    ...on('dpop'),
    token: { claims: { typ: 'DPoP', cnf: { ...BOUND.cnf, 'kc-jkt-type': 'DPoP' } } },
    expect: ALLOWED,
  }),
  row('cnf-null', 'CONTRACT: null is absent', 'other confirmations that are null', {
    ...on('dpop'),
    token: { claims: { cnf: { ...BOUND.cnf, kid: null } } },
    expect: ALLOWED,
  }),

  row('missing', 'RFC 9449 §7.1', 'a bound token without a proof', {
    ...{ route: 'dpop', request: at('dpop'), token: bound, credentials: 'DPoP {token}', twin: 'proof-beside' },
    expect: refused(
      'proof_missing',
      `DPoP ${METADATA}/dpop", scope="mcp:read", ${error('invalid_dpop_proof', 'This resource requires an access token with a DPoP proof')}, ${ALGS}`,
    ),
  }),
  row('as-bearer', 'RFC 9449 §7.2: a downgrade', 'a bound token as Bearer', {
    ...on('dpop'),
    credentials: 'Bearer {token}',
    twin: GOOD,
    expect: refused(
      'token_bound',
      `Bearer ${METADATA}/dpop", scope="mcp:read", ${error('invalid_token', 'The access token is bound to a key and needs the scheme DPoP with a proof')}`,
    ),
  }),
  row('unbound', 'RFC 9449 §7.1', 'a token without cnf as DPoP', {
    ...on('dpop'),
    token: {},
    twin: GOOD,
    expect: refused(
      'proof_key_mismatch',
      `DPoP ${METADATA}/dpop", scope="mcp:read", ${error('invalid_token', 'The access token is not bound to the key of the DPoP proof')}, ${ALGS}`,
    ),
  }),
  row('other-key', 'RFC 9449 §4.3 (12)', 'a proof by another key', {
    ...on('dpop'),
    proof: { key: 'another' },
    twin: GOOD,
    expect: refused('proof_key_mismatch'),
  }),
  row('htm', 'RFC 9449 §4.3 (8)', 'a proof for another method', {
    ...on('dpop'),
    proof: { claims: { htm: 'GET' } },
    twin: GOOD,
    expect: refused(
      'proof_invalid',
      `DPoP ${METADATA}/dpop", scope="mcp:read", ${error('invalid_dpop_proof', 'The DPoP proof is invalid')}, ${ALGS}`,
    ),
  }),
  bad('twice', 'RFC 9449 §4.3 (1)', 'two DPoP fields', { sent: 'twice' }),
  bad('joined', 'RFC 9449 §4.3 (1)', 'two proofs in one field', { sent: 'joined' }),
  bad('cut', 'RFC 9449 §4.3 (2)', 'a proof without a signature', { sent: 'cut' }),
  ...['jti', 'htm', 'htu', 'iat', 'ath'].map((claim) =>
    bad(`without-${claim}`, 'RFC 9449 §4.3 (3)', `a proof without ${claim}`, { claims: { [claim]: REMOVED } }),
  ),
  bad('typ', 'RFC 9449 §4.3 (4)', 'a proof of another type', { header: { typ: 'JWT' } }),
  bad('alg', 'RFC 9449 §4.3 (5)', 'a proof without an algorithm', { header: { alg: 'none' } }),
  bad('signature', 'RFC 9449 §4.3 (6)', 'a proof that another key signed', { signedBy: 'another' }),
  row('private', 'RFC 9449 §4.3 (7)', 'a proof with a secret for a key', {
    ...on('dpop'),
    proof: { header: { jwk: { kty: 'oct', k: 'AAAA' } } },
    expect: refused('proof_invalid'),
  }),
  bad('jwk', 'RFC 9449 §4.3 (6)', 'a proof without a key', { header: { jwk: REMOVED } }),
  bad('htu', 'RFC 9449 §4.3 (9)', 'a proof for another path', { claims: { htu: 'https://api.example.com/other' } }),
  bad('htu-verify', 'RFC 9449 §4.3 (9)', 'a proof for the address of the gate', {
    claims: { htu: 'http://forwardgate.auth.svc:8080/verify/dpop' },
  }),
  bad('htu-http', 'RFC 9449 §4.3 (9)', 'a proof for http', { claims: { htu: 'http://api.example.com/dpop' } }),
  good('htu-normal', 'RFC 3986 §6.2', 'an equivalent URI', {
    claims: { htu: 'HTTPS://API.example.com:443/x/../%64pop?q#f' },
  }),
  bad('old', 'RFC 9449 §4.3 (11)', 'an old proof', { claims: { iat: inSeconds(-301) } }),
  bad('early', 'RFC 9449 §4.3 (11)', 'a proof of the future', { claims: { iat: inSeconds(301) } }),
  good('oldest', 'RFC 9449 §4.3 (11)', 'the oldest that passes', { claims: { iat: inSeconds(-300) } }),
  bad('ath', 'RFC 9449 §4.3 (12)', 'a proof for another token', { claims: { ath: 'A'.repeat(43) } }),

  row('off', 'DESIGN §5: off', 'a route that takes no proofs', {
    ...on('dpop-off'),
    expect: refused('credentials_missing', `Bearer ${METADATA}/dpop-off"`),
  }),
  row('off-bearer', 'RFC 7800 §3.1', 'a bound token on a route that takes no proofs', {
    ...{ route: 'dpop-off', request: at('dpop-off'), token: bound },
    expect: refused('claim_invalid'),
  }),

  row('required-good', 'RFC 9449 §7.1', 'a bound token where it is required', {
    ...on('dpop-required'),
    expect: ALLOWED,
  }),
  row('required-none', 'RFC 9449 §7.1', 'no credentials where a proof is required', {
    ...{ route: 'dpop-required', request: at('dpop-required') },
    expect: refused('credentials_missing', `DPoP ${METADATA}/dpop-required", ${ALGS}`),
  }),
  row('required-bearer', 'RFC 9449 §7.2', 'a plain token where a proof is required', {
    ...{ route: 'dpop-required', request: at('dpop-required'), token: {} },
    expect: {
      ...refused(
        'proof_missing',
        `DPoP ${METADATA}/dpop-required", ${error('invalid_token', 'This resource requires an access token with a DPoP proof')}, ${ALGS}`,
      ),
      body: '{"error":"invalid_token","reason":"proof_missing","message":"This resource requires an access token with a DPoP proof"}',
    },
  }),
  row('required-bound', 'RFC 9449 §7.2', 'a bound token as Bearer where a proof is required', {
    ...on('dpop-required'),
    credentials: 'Bearer {token}',
    twin: 'proof-required-good',
    expect: refused('token_bound'),
  }),
  row('required-expired', 'RFC 6750 §3.1', 'a bad token where a proof is required', {
    ...{ route: 'dpop-required', request: at('dpop-required'), token: { claims: { exp: inSeconds(-60) } } },
    expect: refused(
      'token_expired',
      `DPoP ${METADATA}/dpop-required", ${error('invalid_token', 'The access token expired')}, ${ALGS}`,
    ),
  }),

  row('nonce', 'RFC 9449 §9', 'a fresh nonce', { ...on('dpop-nonce'), proof: withNonce(nonceAt(0)), expect: ALLOWED }),
  row('nonce-previous', 'RFC 9449 §8.2', 'the nonce of the previous window', {
    ...on('dpop-nonce'),
    proof: withNonce(nonceAt(-NONCE_WINDOW_SECONDS)),
    expect: ALLOWED,
  }),
  ...[REMOVED, 'made-up', nonceAt(-2 * NONCE_WINDOW_SECONDS), nonceAt(NONCE_WINDOW_SECONDS)].map((nonce, index) =>
    row(`nonce-${index}`, 'RFC 9449 §9', 'no nonce, or none that is fresh', {
      ...on('dpop-nonce'),
      proof: withNonce(nonce),
      twin: 'proof-nonce',
      expect: {
        ...refused('proof_nonce_required'),
        headers: { 'WWW-Authenticate': NONCE_CHALLENGE, 'DPoP-Nonce': nonceAt(0) },
      },
    }),
  ),
  row('nonce-max-age', 'RFC 9449 §11.1', 'older than this route allows', {
    ...on('dpop-nonce'),
    proof: { claims: { nonce: nonceAt(0), iat: inSeconds(-61) } },
    twin: 'proof-nonce',
    expect: { ...refused('proof_invalid'), absent: ['DPoP-Nonce'] },
  }),
  row('nonce-cors', 'Fetch: exposed headers', 'a browser client may read the nonce', {
    ...on('dpop-nonce'),
    request: at('dpop-nonce', { headers: [['Origin', 'https://app.example.com']] }),
    expect: {
      ...refused('proof_nonce_required'),
      headers: { 'Access-Control-Expose-Headers': 'WWW-Authenticate, X-Forwardgate-Reason, Retry-After, DPoP-Nonce' },
    },
  }),

  row('upstream-keep', 'DESIGN §5', 'a backend that checks the proof itself', {
    ...on('dpop'),
    expect: { ...ALLOWED, absent: ['Authorization', 'DPoP'] },
  }),

  row('port', 'DESIGN §5', 'the resource with the forwarded port', {
    ...on('dpop-ports'),
    request: at('dpop-ports', { host: 'api.example.com:8443' }),
    expect: ALLOWED,
  }),
  row('port-none', 'DESIGN §5', 'no forwarded port: any resource with the host', {
    ...on('dpop-ports'),
    proof: { claims: { htu: 'https://api.example.com:8443/dpop-ports' } },
    expect: ALLOWED,
  }),
  row('port-other', 'DESIGN §5', 'the other port than the forwarded one', {
    ...on('dpop-ports'),
    ...{ request: at('dpop-ports', { host: 'api.example.com:8443' }), twin: 'proof-port' },
    proof: { claims: { htu: 'https://api.example.com/dpop-ports' } },
    expect: refused('proof_invalid'),
  }),
  row('port-unknown', 'DESIGN §5', 'a port that no resource has', {
    ...on('dpop-ports'),
    request: at('dpop-ports', { host: 'api.example.com:9443' }),
    expect: refused('proof_invalid'),
  }),

  row('scope', 'CONTRACT: proof before scopes', 'a proof and scope that are both wrong', {
    ...on('dpop'),
    token: { claims: { ...BOUND, scope: '' } },
    proof: { claims: { htm: 'GET' } },
    expect: refused('proof_invalid'),
  }),
  row('scope-alone', 'RFC 9449 §7.1', 'a good proof, and a token that lacks a scope', {
    ...on('dpop'),
    token: { claims: { ...BOUND, scope: '' } },
    twin: GOOD,
    expect: {
      status: 403,
      reason: 'scope_insufficient',
      headers: {
        'WWW-Authenticate': `DPoP ${METADATA}/dpop", scope="mcp:read", ${error('insufficient_scope', 'The access token lacks a required scope')}, ${ALGS}`,
      },
    },
  }),
  row('audience', 'CONTRACT: token before proof', 'a token for another audience, and no proof', {
    ...on('dpop'),
    token: { claims: { ...BOUND, aud: 'elsewhere' } },
    proof: { claims: { htm: 'GET' } },
    expect: refused('audience_mismatch'),
  }),
]
