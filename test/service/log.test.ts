import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RESOURCE, startTestService, type TestService } from '../support/service.ts'

/** The only line of a decision so far. */
function onlyLine(gate: TestService): Readonly<Record<string, unknown>> {
  const [line, ...more] = gate.decisions()
  assert.deepEqual(more, [])
  return line ?? assert.fail('no line')
}

/** Everything that a line of a decision may hold. */
const FIELDS = new Set(
  'level time msg route outcome reason method host path forwardedFor issuer sub client claims durationMs dialect requestId traceId spanId evidence suppressed'.split(
    ' ',
  ),
)

describe('one line in the log', () => {
  it('for a wrong audience: expected and actual', async (t) => {
    const gate = await startTestService(t)
    await gate.ask('api', {
      uri: '/mcp/tools?secret=1',
      method: 'POST',
      token: gate.issuer.mint({ aud: ['https://api.example.com/other', 'x'], scope: 'mcp:read', client_id: 'claude' }),
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'X-Request-Id': 'request-1',
        Cookie: 'session=secret',
      },
    })
    const { durationMs, time, ...line } = onlyLine(gate)
    assert.deepEqual(line, {
      level: 'info',
      msg: 'decision',
      route: 'api',
      issuer: 'main',
      outcome: 'deny',
      reason: 'audience_mismatch',
      dialect: 'forward_auth',
      method: 'POST',
      host: 'api.example.com',
      path: '/mcp/tools',
      forwardedFor: '192.0.2.7',
      sub: 'alice',
      client: 'claude',
      requestId: 'request-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      evidence: { expected: [RESOURCE], actual: ['https://api.example.com/other', 'x'] },
    })
    assert.ok(typeof durationMs === 'number' && durationMs > 0)
    assert.ok(typeof time === 'string' && !Number.isNaN(Date.parse(time)))
  })

  it('names the caller, also of an address that names no route, with host and path', async (t) => {
    const gate = await startTestService(t)
    await gate.ask('misspelt', {
      uri: '/mcp/a?secret=1',
      headers: { 'X-Forwarded-For': '203.0.113.7', x_forwarded_for: '1.1.1.1' },
    })
    const { route, reason, host, path, forwardedFor } = onlyLine(gate)
    assert.deepEqual([route, reason, host, path], ['unmatched', 'route_unknown', 'api.example.com', '/mcp/a'])
    // The client's other spelling is another field.
    assert.equal(forwardedFor, '192.0.2.7, 203.0.113.7')
  })

  it('shows the claims that the route names: of tokens whose signature held, and of no other', async (t) => {
    const gate = await startTestService(t, {
      yaml: ({ issuer }) => `
issuers: { main: ${issuer} }
defaults: { logClaims: [email] }
routes: { api: { resource: ${RESOURCE} } }
`,
      env: { FORWARDGATE_DECISION_LOG: 'all' },
    })
    const email = 'a@example.com'
    const good = gate.issuer.mint({ aud: RESOURCE, email })
    const [head, , signature] = gate.issuer.mint({ aud: RESOURCE }).split('.')
    for (const token of [
      good,
      gate.issuer.mint({ aud: 'elsewhere', email }),
      // Refused by its type, after the signature.
      gate.issuer.mint({ aud: RESOURCE, email, token_use: 'id' }),
      [head, good.split('.')[1], signature].join('.'),
    ]) {
      await gate.ask('api', { token })
    }
    const shown = gate.decisions().map(({ reason, claims }) => [reason, claims])
    assert.deepEqual(shown, [
      ['token', { email }],
      ['audience_mismatch', { email }],
      ['token_type_not_allowed', { email }],
      ['signature_invalid', undefined],
    ])
  })

  it('for an issuer that differs only by a trailing slash: that hint', async (t) => {
    const gate = await startTestService(t)
    await gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE, iss: `${gate.issuer.issuer}/` }) })
    const { reason, issuer, evidence } = onlyLine(gate)
    assert.deepEqual([reason, issuer], ['issuer_untrusted', 'none'])
    assert.deepEqual(evidence, {
      unverifiedIssuer: `${gate.issuer.issuer}/`,
      hint: 'differs from issuers.main only by a trailing slash',
    })
  })

  it('for a missing scope: what is missing and what is there', async (t) => {
    const gate = await startTestService(t)
    await gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:write profile' }) })
    const { reason, evidence } = onlyLine(gate)
    assert.equal(reason, 'scope_insufficient')
    assert.deepEqual(evidence, { missing: ['mcp:read'], actual: ['mcp:write', 'profile'] })
  })

  it('for an expired token: the seconds past exp', async (t) => {
    const gate = await startTestService(t)
    const exp = Math.floor(Date.now() / 1000) - 100
    await gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', iat: exp - 300, exp }) })
    assert.match(JSON.stringify(onlyLine(gate)['evidence']), /^\{"secondsPast":10[0-9]\}$/)
  })

  it('warns where the fault is ours', async (t) => {
    const gate = await startTestService(t)
    await gate.issuer.stop()
    await gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE }, { kid: 'unknown' }) })
    const { level, outcome, reason } = onlyLine(gate)
    assert.deepEqual([level, outcome, reason], ['warn', 'error', 'keys_unavailable'])
  })

  it('for a claim that asks for a check which is not made: once for its issuer, counted, in the evidence of each allow', async (t) => {
    const gate = await startTestService(t, { env: { FORWARDGATE_DECISION_LOG: 'all' } })
    const status = { status_list: { idx: 7, uri: 'https://id.example.com/statuslists/1' } }
    for (const jti of ['1', '2', '2']) {
      const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read', jti, status })
      assert.equal((await gate.ask('api', { token })).status, 200)
    }
    await gate.ask('api', { token: gate.issuer.mint({ aud: 'elsewhere', status }) })
    await gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }) })
    const evidence = gate.decisions().map((line) => line['evidence'])
    const reported = { unchecked: ['status.status_list'] }
    assert.deepEqual(evidence.slice(0, 3), [reported, reported, reported])
    assert.equal(evidence.at(-1), undefined)
    const lines = gate.lines().filter(({ msg }) => msg === 'claim not checked: its tokens pass whatever it says')
    assert.deepEqual(
      lines.map(({ issuer, claim, level }) => [issuer, claim, level]),
      [['main', 'status.status_list', 'warn']],
    )
    assert.equal(await gate.metric('unchecked_claims_total{issuer="main",claim="status.status_list"}'), 3)
  })

  it('for allowed requests only where all decisions are asked for', async (t) => {
    const token = (gate: TestService) => gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const quiet = await startTestService(t)
    await quiet.ask('api', { token: token(quiet) })
    assert.deepEqual(quiet.decisions(), [])
    const all = await startTestService(t, { env: { FORWARDGATE_DECISION_LOG: 'all' } })
    await all.ask('api', { token: token(all) })
    const { outcome, reason, sub, evidence } = onlyLine(all)
    assert.deepEqual([outcome, reason, sub, evidence], ['allow', 'token', 'alice', undefined])
  })

  it('holds nothing that was sent but allow-listed fields, escaped', async (t) => {
    const gate = await startTestService(t)
    const sent = 'https://evil.example.com/"}\n{"level":"info","msg":"decision","outcome":"allow"}\u001b[2J'
    await gate.ask('api', { token: gate.issuer.mint({ iss: sent }), headers: { 'X-Request-Id': 'a\u00e9\tb' } })
    await gate.ask('api', { headers: { Authorization: 'Basic dXNlcjpwYXNzd29yZA==', Cookie: 'a=b' } })
    await gate.ask('api', { headers: { Authorization: 'Bearer not a token' } })
    await gate.ask('api', { headers: { 'X-Auth_Subject': 'root' } })
    await gate.ask('no-such-\u0001', { host: 'x y' }).catch(() => undefined)
    const lines = gate.decisions()
    assert.ok(lines.length >= 4)
    for (const line of lines) {
      for (const field of Object.keys(line)) assert.ok(FIELDS.has(field), field)
      const text = JSON.stringify(line)
      assert.doesNotMatch(text, /dXNlcjpw|not a token|a=b|(?<!\\)\\[nu]/)
      assert.equal(line['outcome'], 'deny')
    }
  })

  it('is limited for a client in a loop, and the next one says how many were left out', async (t) => {
    const gate = await startTestService(t)
    const loop = () => Promise.all(Array.from({ length: 50 }, () => gate.ask('api')))
    await loop()
    const written = gate.decisions().length
    assert.ok(written >= 10 && written < 50, `${written} lines`)
    const reported = () => gate.decisions().reduce((sum, { suppressed }) => sum + 1 + Number(suppressed ?? 0), 0)
    const asked = { count: 50 }
    while (gate.decisions().every(({ suppressed }) => suppressed === undefined)) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await gate.ask('api')
      asked.count += 1
    }
    assert.equal(reported(), asked.count, 'every decision was written or counted')
  })
})
