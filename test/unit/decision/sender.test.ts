import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Route } from '../../../src/config/model.ts'
import { answerTo } from '../../../src/decision/answer.ts'
import { type Decision, decide } from '../../../src/decision/decide.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import type { ProofDeps } from '../../../src/decision/sender.ts'
import { assessToken } from '../../../src/decision/token/assessed-token.ts'
import { currentNonce } from '../../../src/decision/token/proof-nonce.ts'
import { readForwardAuth } from '../../../src/http/dialects/forward-auth.ts'
import { createProofDeps } from '../../../src/issuers/asking.ts'
import { makeSigningKey, type SigningKey, signToken } from '../../support/fake-issuer-keys.ts'
import { type ClientKey, makeClientKey, makeProof, type ProofDraft } from '../../support/proof-maker.ts'
import { ACCEPTED, MAIN, NO_REVOCATIONS, NOBODY_INTROSPECTS, NOW, PROOFS, sampleRoute } from './sample.ts'

let issuerKey: SigningKey
let client: ClientKey

before(async () => {
  issuerKey = await makeSigningKey('ES256', 'one')
  client = await makeClientKey()
})

const SECRET = Buffer.alloc(32, 1)
const PATH = '/mcp/kubernetes'
const tokenWith = (claims: object = {}) => {
  const aud = `https://api.example.com${PATH}`
  const payload = { iss: MAIN.issuer, sub: 'alice', aud, exp: NOW + 300, scope: 'mcp:read', ...claims }
  return signToken({ alg: 'ES256', kid: 'one' }, payload, 'ES256', issuerKey.privateKey)
}
const bound = () => tokenWith({ cnf: { jkt: client.thumbprint } })

interface Asked {
  readonly route?: Partial<Route>
  readonly scheme?: string
  readonly token?: string
  readonly proof?: ProofDraft | 'none'
  readonly proofs?: ProofDeps
}

async function ask({ route = {}, scheme = 'DPoP', token = bound(), proof = {}, proofs = PROOFS }: Asked = {}) {
  const sent = makeProof(
    client,
    { method: 'GET', uri: `https://api.example.com${PATH}`, token, now: NOW },
    proof === 'none' ? {} : proof,
  )
  const forwarded = ['X-Forwarded-Method', 'GET', 'X-Forwarded-Host', 'api.example.com', 'X-Forwarded-Uri', PATH]
  const fields = readHeaderFields([
    ...forwarded,
    ...['Authorization', `${scheme} ${token}`],
    ...(proof === 'none' ? [] : ['DPoP', sent]),
  ])
  const key = { kid: 'one', alg: undefined, key: issuerKey.publicKey, live: true }
  const issuers = { findKeys: () => [key], introspect: NOBODY_INTROSPECTS }
  const decision = await decide(
    { ...readForwardAuth('GET', '/verify/kubernetes', fields), fields },
    {
      routes: buildRouteTable([sampleRoute(route)]),
      assessToken: (text, where) => assessToken(text, where, NO_REVOCATIONS, issuers),
      proofs,
      now: () => NOW,
    },
  )
  const { status, headers, body } = answerTo(decision, undefined, { exposeReason: true })
  const named = Object.fromEntries(headers.flatMap((text, at) => (at % 2 === 0 ? [[text, headers[at + 1]]] : [])))
  return { decision, status, headers: named, body }
}

const reasonOf = async (asked: Asked) => (await ask(asked)).decision.reason
const evidenceOf = (decision: Decision) => ('denial' in decision ? decision.denial : undefined)
const dpop = (changes: Partial<Route['dpop']>) => ({ dpop: { ...ACCEPTED, ...changes } })

test('a bound token passes with its proof, and in no other way', async () => {
  assert.equal(await reasonOf({}), 'token')
  assert.equal(await reasonOf({ proof: 'none' }), 'proof_missing')
  assert.equal(await reasonOf({ scheme: 'Bearer' }), 'token_bound')
  assert.equal(await reasonOf({ proof: { claims: { htm: 'POST' } } }), 'proof_invalid')
})

test('an unbound token is a bearer token, and no proof makes it another', async () => {
  assert.equal(await reasonOf({ token: tokenWith(), scheme: 'Bearer', proof: 'none' }), 'token')
  assert.equal(await reasonOf({ token: tokenWith(), scheme: 'Bearer' }), 'token')
  assert.equal(await reasonOf({ token: tokenWith() }), 'proof_key_mismatch')
})

test('a proof by another key than that of the token', async () => {
  const { thumbprint } = await makeClientKey()
  const { decision } = await ask({ token: tokenWith({ cnf: { jkt: thumbprint } }) })
  assert.deepEqual(evidenceOf(decision), {
    reason: 'proof_key_mismatch',
    step: 'proof',
    check: 'key',
    expected: [thumbprint],
    actual: [client.thumbprint],
  })
})

test('required: a plain token is refused; off: a bound one', async () => {
  const required = dpop({ mode: 'required' })
  assert.equal(await reasonOf({ route: required }), 'token')
  const plain = await ask({ route: required, token: tokenWith(), scheme: 'Bearer', proof: 'none' })
  assert.equal(plain.decision.reason, 'proof_missing')
  assert.match(plain.headers['WWW-Authenticate'] ?? '', /^DPoP .*error="invalid_token"/)
  const off = await ask({ route: dpop({ mode: 'off' }) })
  assert.equal(off.decision.reason, 'credentials_missing')
  assert.match(off.headers['WWW-Authenticate'] ?? '', /^Bearer /)
  assert.equal(await reasonOf({ route: dpop({ mode: 'off' }), scheme: 'Bearer' }), 'claim_invalid')
})

test('the evidence names the check; the proof itself is in no evidence', async () => {
  const { decision } = await ask({ proof: { claims: { htu: 'https://api.example.com/x?secret' } } })
  assert.deepEqual(evidenceOf(decision), {
    reason: 'proof_invalid',
    step: 'proof',
    check: 'htu',
    expected: [`https://api.example.com${PATH}`],
    actual: ['https://api.example.com/x'],
  })
})

test('a nonce: sent with the 401, passes with it, and only that 401 has one', async () => {
  const route = dpop({ nonceSecret: SECRET })
  const first = await ask({ route })
  assert.equal(first.decision.reason, 'proof_nonce_required')
  const nonce = first.headers['DPoP-Nonce']
  assert.equal(nonce, currentNonce(SECRET, NOW))
  assert.match(first.headers['WWW-Authenticate'] ?? '', /^DPoP .*error="use_dpop_nonce"/)
  assert.equal(await reasonOf({ route, proof: { claims: { nonce } } }), 'token')
  const wrong = await ask({ route, proof: { claims: { nonce, htm: 'POST' } } })
  assert.equal(wrong.headers['DPoP-Nonce'], undefined)
})

test('replay: refused where the route says so, per key and jti', async () => {
  const proofs = createProofDeps()
  const route = dpop({ refuseReplay: true })
  assert.equal(await reasonOf({ route, proofs }), 'token')
  assert.equal(await reasonOf({ route, proofs }), 'proof_replayed')
  assert.equal(await reasonOf({ route, proofs, proof: { claims: { jti: 'another' } } }), 'token')
  assert.equal(await reasonOf({ proofs }), 'token')
})

test('order: the token itself, the proof, then access', async () => {
  const wrong = { claims: { htm: 'POST' } }
  const cnf = { jkt: client.thumbprint }
  assert.equal(await reasonOf({ token: tokenWith({ cnf, aud: 'x' }), proof: wrong }), 'audience_mismatch')
  assert.equal(await reasonOf({ token: tokenWith({ cnf, exp: NOW - 60 }), proof: wrong }), 'token_expired')
  assert.equal(await reasonOf({ token: tokenWith({ cnf, scope: '' }), proof: wrong }), 'proof_invalid')
  assert.equal(await reasonOf({ token: tokenWith({ cnf, scope: '' }) }), 'scope_insufficient')
})

test('observe: an unproven request passes without identity', async () => {
  const { decision, headers } = await ask({ route: { mode: 'observe' }, scheme: 'Bearer' })
  assert.deepEqual([decision.outcome, decision.reason, headers['X-Auth-Subject']], ['would_deny', 'token_bound', ''])
})

test('upstreamAuthorization bearer: the backend gets the verified token as Bearer, whatever the scheme', async () => {
  const route = { upstreamAuthorization: { kind: 'bearer' } } as const
  const token = bound()
  assert.equal((await ask({ route, token })).headers['Authorization'], `Bearer ${token}`)
  const plain = tokenWith()
  assert.equal((await ask({ route, token: plain, scheme: 'bearer' })).headers['Authorization'], `Bearer ${plain}`)
  assert.equal((await ask({ token })).headers['Authorization'], undefined)
  const observed = await ask({ route: { ...route, mode: 'observe' }, scheme: 'Bearer' })
  assert.equal(observed.headers['Authorization'], '')
})
