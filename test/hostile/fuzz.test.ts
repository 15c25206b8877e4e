import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { denialRow } from '../../src/decision/denial.ts'
import { decisionLabels, decisionRecord } from '../../src/telemetry/decision-record.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { runs, SEED } from './effort.ts'
import { type Call, IDENTITY_HEADERS, mayPass } from './fuzz/reference.ts'
import { CANARY, calls, credentials } from './fuzz/requests.ts'
import { brokenTokens } from './fuzz/token-bytes.ts'
import { type Outcome, openWorld } from './fuzz/world.ts'
import { printTable } from './table.ts'

const RUNS = runs(12_000, 1_000_000)

const world = await openWorld()
const metrics = createMetrics({
  ...{ version: '0', routes: () => [], issuers: () => [], now: () => 0, tokenCacheEntries: () => 0 },
  ...{ lostLogLines: () => 0, certificateExpiresAt: () => undefined },
})
const series = new Set<string>()
const challenges = new Map<string, string>()
const rows: (string | number)[][] = []

/** The one that passes everywhere for main comes as often as all others. */
const genuine = [...world.tokens.keys()]
const tokens = [...genuine, ...genuine.map(() => genuine[0] ?? '')]
const MODELS: Readonly<Record<string, Arbitrary<Call>>> = {
  'forwarded headers': calls(fc.constantFrom(...tokens.map((token) => `Bearer ${token}`))),
  credentials: calls(credentials(tokens)),
  'token bytes': calls(brokenTokens(tokens).map((token) => `Bearer ${token}`)),
}

suite('whatever comes: no exception, and no request passes that the reference refuses', () => {
  for (const [name, model] of Object.entries(MODELS)) {
    test(name, async () => {
      let passed = 0
      await fc.assert(
        fc.asyncProperty(model, async (call) => {
          const expected = mayPass(call, world.tokens)
          const outcome = await world.ask(call.method, call.target, call.rawHeaders)
          assert.equal(
            outcome.answer.status === 200 ? 'passes' : 'refused',
            expected === undefined ? 'refused' : 'passes',
          )
          if (expected !== undefined) {
            passed += 1
            checkIdentity(outcome, expected.subject)
          }
          checkSilence(outcome)
          checkChallenge(outcome)
        }),
        { numRuns: RUNS, seed: SEED },
      )
      assert.ok(passed > RUNS / 100, `only ${passed} passed: the model makes too little that is right`)
      rows.push([name, RUNS, passed, RUNS - passed, 0])
    })
  }

  test('and the metrics and challenges stay as few as the configuration', async () => {
    const exposed = await metrics.expose()
    assert.ok(!exposed.includes(CANARY))
    printTable(
      'Fuzz: requests judged, and by a second statement of who may pass',
      ['model', 'requests', 'passed', 'refused', 'wrongly answered'],
      rows,
      [`Seed ${SEED}; ${challenges.size} different challenges, ${series.size} metric series.`],
    )
    // Routes by (a constant number of) reasons; neither grows with the runs.
    assert.ok(series.size < 500, `${series.size} series`)
    assert.ok(challenges.size < 300, `${challenges.size} challenges`)
  })
})

/** Every identity header exactly once, of the token's subject or empty. */
function checkIdentity({ answer: { headers } }: Outcome, subject: string): void {
  const names = headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
  assert.deepEqual(
    names.filter((name) => IDENTITY_HEADERS.includes(name)),
    IDENTITY_HEADERS,
  )
  assert.equal(headers[headers.indexOf('X-Auth-Subject') + 1], subject)
}

/** Nothing that only the client said is in an answer or in a label, and a log line is one line. */
function checkSilence({ answer, decision, fields }: Outcome): void {
  assert.ok(!JSON.stringify(answer).includes(CANARY))
  for (const text of answer.headers) assert.match(text, /^[\x20-\x7e]*$/)
  const labels = decisionLabels(decision)
  assert.ok(!JSON.stringify(labels).includes(CANARY))
  metrics.decision(decision, 0.001)
  series.add(JSON.stringify(labels))
  const { evidence: _, ...line } = decisionRecord(decision, fields, 1)
  assert.doesNotMatch(Object.values(line).join(''), /[^\x20-\x7e]/)
}

/** The challenge is a function of route, rules, resource, reason and the scheme of the client: the same bytes each time. */
function checkChallenge({ answer, decision }: Outcome): void {
  const at = answer.headers.indexOf('WWW-Authenticate')
  const refused = decision.outcome === 'deny' || decision.outcome === 'error'
  assert.equal(at !== -1, refused && decision.route !== undefined && denialRow(decision.reason).challenge)
  if (at === -1) return
  const challenge = answer.headers[at + 1] ?? ''
  const scopes = decision.rules.flatMap((rule) => rule.scopes)
  const scheme = decision.scheme === 'dpop' ? 'DPoP' : 'Bearer'
  const key = JSON.stringify([scheme, decision.route?.name, decision.reason, [...new Set(scopes)]])
  assert.equal(challenge, challenges.get(key) ?? challenge)
  challenges.set(key, challenge)
  assert.ok(challenge.startsWith(`${scheme} `), challenge)
  assert.match(challenge, /^\w+ resource_metadata="https:\/\/(?:api|root)\.example\.com\/\.well-known\/[^",]*"/)
}
