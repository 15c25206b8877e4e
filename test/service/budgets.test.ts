import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { forwardedHeaders } from '../support/ask.ts'
import { requestHead } from '../support/raw-http.ts'
import { RESOURCE, startTestService, type TestService } from '../support/service.ts'
import { flood } from './flood.ts'

const JUNK = 8_000
const HONEST = 20
const EVERY_LINE = { FORWARDGATE_DECISION_LOG: 'all' }

/** Requests with distinct paths and these credentials. */
const junk = (count: number, token: (at: number) => string) =>
  Array.from({ length: count }, (_, at) =>
    requestHead('GET /verify/api HTTP/1.1', [
      ['Host', 'gate'],
      ...forwardedHeaders({ uri: `/mcp/junk-${at}`, token: token(at) }),
    ]),
  )

/** Asks again and again while the flood lasts, and says what was answered. */
async function askBeside(gate: TestService, token: string, requests: readonly string[]): Promise<readonly number[]> {
  let over = false
  const strangers = flood(gate.auth, requests).finally(() => {
    over = true
  })
  const statuses: number[] = []
  for (let at = 0; at < HONEST; at++) {
    statuses.push((await gate.ask('api', { token, uri: `/mcp/honest-${at}` })).status)
    if (at === 0) assert.equal(over, false, 'the flood was too short')
  }
  await strangers
  return statuses
}

const honestLines = (gate: TestService) => gate.decisions().filter(({ path }) => String(path).includes('/honest-'))

describe('what strangers do takes nothing from a caller whose token held', () => {
  it('lines of the log: each of the twenty requests has one', async (t) => {
    const gate = await startTestService(t, { env: EVERY_LINE })
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const statuses = await askBeside(
      gate,
      token,
      junk(JUNK, () => randomBytes(30).toString('base64url')),
    )
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(honestLines(gate).length, HONEST)
    assert.ok(Number(await gate.metric('log_lines_suppressed_total{caller="unverified"}')) > 0)
    assert.equal(await gate.metric('log_lines_suppressed_total{caller="accepted"}'), undefined)
  })

  it('lines of the log, beside an expired token that strangers have', async (t) => {
    const gate = await startTestService(t, { env: EVERY_LINE })
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const exp = Math.floor(Date.now() / 1000) - 600
    const old = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', iat: exp - 300, exp })
    const statuses = await askBeside(
      gate,
      token,
      junk(JUNK, () => old),
    )
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(honestLines(gate).length, HONEST)
    assert.ok(Number(await gate.metric('log_lines_suppressed_total{caller="refused"}')) > 0)
  })
})
