import assert from 'node:assert/strict'
import type { Decision } from '../../src/decision/decide.ts'
import type { WireAnswer } from './transport.ts'
import type { Vector } from './vector.ts'

/** Denials that point to a login; the others have nothing to offer a client. */
const CHALLENGED = new Set([
  ...['credentials_missing', 'credentials_malformed', 'credentials_ambiguous', 'token_malformed', 'token_too_large'],
  ...['token_opaque', 'token_type_not_allowed', 'algorithm_not_allowed', 'issuer_untrusted', 'key_unknown'],
  ...['signature_invalid', 'token_expired', 'token_not_yet_valid', 'claim_invalid', 'audience_mismatch'],
  ...['token_revoked', 'scope_insufficient', 'token_bound', 'proof_missing', 'proof_invalid', 'proof_replayed'],
  ...['proof_nonce_required', 'proof_key_mismatch'],
])

/** Never on an answer of `/verify`. */
const FORBIDDEN = ['etag', 'location', 'set-cookie', 'content-encoding', 'transfer-encoding']

/** Fails unless the answer is the one that the vector expects, and one that any answer may be. */
export function judgeAnswer({ id, expect }: Vector, answer: WireAnswer): void {
  const field = (name: string) => {
    const values = answer.headers
      .filter(([sent]) => sent.toLowerCase() === name.toLowerCase())
      .map(([, value]) => value)
    return values.length > 1 ? values : values[0]
  }
  const passed = expect.status === 200
  const seen = `${answer.status} ${field('X-Forwardgate-Reason') ?? 'allow'}`
  assert.equal(seen, `${expect.status} ${passed ? 'allow' : expect.reason}`, id)
  for (const [name, value] of Object.entries(expect.headers ?? {})) assert.equal(field(name), value, `${id}: ${name}`)
  for (const name of [...(expect.absent ?? []), ...FORBIDDEN]) assert.equal(field(name), undefined, `${id}: ${name}`)
  if (expect.body !== undefined) assert.equal(answer.body, expect.body, id)
  assert.equal(field('Cache-Control'), 'no-store', id)
  assert.equal(field('Retry-After'), answer.status === 503 ? '5' : undefined, id)
  const challenged = !passed && CHALLENGED.has(expect.reason)
  assert.equal(typeof field('WWW-Authenticate'), challenged ? 'string' : 'undefined', id)
  if (passed) {
    assert.equal(answer.body, '', id)
    return
  }
  assert.equal(field('Content-Type'), 'application/json', id)
  const body: Record<string, unknown> = JSON.parse(answer.body)
  assert.equal(body['reason'], expect.reason, id)
  assert.deepEqual(
    Object.keys(body),
    body['error'] === undefined ? ['reason', 'message'] : ['error', 'reason', 'message'],
    id,
  )
}

/** Fails unless the decision is the expected one; what an answer does not show. */
export function judgeDecision({ id, expect }: Vector, decision: Decision): void {
  const outcome = expect.outcome ?? (expect.status === 200 ? 'allow' : expect.status >= 500 ? 'error' : 'deny')
  assert.equal(`${decision.outcome} ${decision.reason}`, `${outcome} ${expect.reason}`, id)
}
