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
  ...['proof_nonce_required', 'proof_key_mismatch', 'authentication_insufficient'],
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
  const body: Members = JSON.parse(answer.body)
  if (body['jsonrpc'] === undefined) {
    judgeBody({ id, expect }, body, ['message'])
    return
  }
  assert.deepEqual(Object.keys(body), ['jsonrpc', 'id', 'error'], id)
  assert.ok(typeof body['id'] === 'string' || Number.isInteger(body['id']), `${id}: never an id of null`)
  const { code, message, data, ...others } = body['error'] as Members
  assert.deepEqual([typeof message, others], ['string', {}], id)
  assert.ok(code === -31003 || code === -32020, `${id}: the code ${code}`)
  judgeBody({ id, expect }, data as Members, [])
}

type Members = Readonly<Record<string, unknown>>

function judgeBody({ id, expect }: Pick<Vector, 'id' | 'expect'>, body: Members, more: readonly string[]): void {
  assert.equal(body['reason'], expect.reason, id)
  const error = body['error'] === undefined ? [] : ['error']
  assert.deepEqual(Object.keys(body), [...error, 'reason', ...more], id)
}

/** Fails unless the decision is the expected one; what an answer does not show. */
export function judgeDecision({ id, expect }: Vector, decision: Decision): void {
  const outcome = expect.outcome ?? (expect.status === 200 ? 'allow' : expect.status >= 500 ? 'error' : 'deny')
  assert.equal(`${decision.outcome} ${decision.reason}`, `${outcome} ${expect.reason}`, id)
}
