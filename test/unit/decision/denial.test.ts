import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIALS, type DenialRow, denialRow, evidenceOf, type Reason } from '../../../src/decision/denial.ts'

/** reason, class, status, error, challenge: the public table, written down a second time on purpose. */
const TABLE = `
credentials_missing       credentials 401 -                  challenge
credentials_malformed     credentials 401 invalid_token      challenge
credentials_ambiguous     credentials 400 invalid_request    challenge
token_malformed           token       401 invalid_token      challenge
token_too_large           token       401 invalid_token      challenge
token_opaque              token       401 invalid_token      challenge
token_type_not_allowed       token       401 invalid_token      challenge
algorithm_not_allowed        token       401 invalid_token      challenge
issuer_untrusted          token       401 invalid_token      challenge
key_unknown               token       401 invalid_token      challenge
signature_invalid         token       401 invalid_token      challenge
token_expired             token       401 invalid_token      challenge
token_not_yet_valid       token       401 invalid_token      challenge
claim_invalid             token       401 invalid_token      challenge
audience_mismatch         token       401 invalid_token      challenge
token_revoked             token       401 invalid_token      challenge
token_bound token 401 invalid_token challenge
proof_missing token 401 invalid_dpop_proof challenge
proof_invalid token 401 invalid_dpop_proof challenge
proof_replayed token 401 invalid_dpop_proof challenge
proof_nonce_required token 401 use_dpop_nonce challenge
proof_key_mismatch token 401 invalid_token challenge
authentication_insufficient access 401 insufficient_user_authentication challenge
scope_insufficient        access      403 insufficient_scope challenge
client_not_allowed           access      403 -                  -
token_lifetime_exceeded   access      403 -                  -
claim_not_allowed         access      403 -                  -
origin_not_allowed        access      403 -                  -
identity_header_alias     access      403 -                  -
identity_too_large        access      403 -                  -
mcp_request_invalid       access      400 -                  -
mcp_body_too_large        access      413 -                  -
mcp_not_allowed           access      403 -                  -
forwarded_request_invalid service     400 -                  -
route_unknown             service     403 -                  -
route_mismatch            service     403 -                  -
keys_unavailable          service     503 -                  -
introspection_unavailable service     503 -                  -
internal_error            service     500 -                  -
`

const describe = ([reason, row]: readonly [string, DenialRow]) =>
  [reason, row.class, row.status, row.error ?? '-', row.challenge ? 'challenge' : '-'].join(' ')

test('every reason is answered as the public table says', () => {
  const written = TABLE.trim()
    .split('\n')
    .map((line) => line.split(/ +/).join(' '))
  assert.deepEqual(Object.entries(DENIALS).map(describe), written)
})

test('only what is part of every healthy login is expected', () => {
  const expected = Object.entries(DENIALS).flatMap(([reason, row]) => (row.expected ? [reason] : []))
  assert.deepEqual(expected, [
    'credentials_missing',
    'token_expired',
    'proof_nonce_required',
    'authentication_insufficient',
  ])
})

test('messages differ and are fit for error_description: no comma, quote or backslash (RFC 6750 §3)', () => {
  const messages = Object.values(DENIALS).map((row) => row.message)
  assert.equal(new Set(messages).size, messages.length)
  for (const message of messages) assert.match(message, /^[A-Z][A-Za-z0-9 ]{10,90}$/)
})

test('the row of a reason is that of the table', () => {
  for (const reason of Object.keys(DENIALS) as Reason[]) assert.equal(denialRow(reason), DENIALS[reason])
})

test('the evidence of a denial is all but its reason and its step', () => {
  const evidence = { problem: 'a', limit: 1, expected: ['b'] }
  assert.deepEqual(evidenceOf({ reason: 'token_malformed', step: 'token', ...evidence }), evidence)
})
