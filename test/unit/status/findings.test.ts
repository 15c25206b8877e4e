import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOf } from '../../../src/status/route-status.ts'
import type { Status } from '../../../src/status/status.ts'
import { NOW, recent, SAMPLES, sampleIssuer, sampleRefusal, sampleRoute, sampleStatus } from './sample-status.ts'

const at = (seconds: number): string => new Date((NOW + seconds) * 1000).toISOString()
const refusing = (reason: 'credentials_missing' | 'audience_mismatch', count: number, seconds: number) => ({
  refused: count,
  refusedInARow: count,
  refusedSince: NOW - seconds,
  reasons: [{ outcome: 'deny', reason, count } as const],
})
const certificate = (left: number) => ({ names: 'gate', validTo: at(left), fingerprint: 'AB', refused: undefined })

const ROWS: readonly (readonly [what: string, status: Status, expected: readonly string[]])[] = [
  ['nothing is wrong', SAMPLES.healthy, []],
  ['a route without requests', sampleStatus({ routes: [sampleRoute('api')] }), []],
  ['draining', sampleStatus({ notReady: { kind: 'draining' } }), ['warning draining']],
  ['waiting', sampleStatus({ notReady: { kind: 'waiting', issuers: ['main'], until: at(60) } }), ['problem not_ready']],
  ['issuer down', sampleStatus({ issuers: [sampleIssuer({ state: 'down' })] }), ['problem issuer_down']],
  ['issuer failing', sampleStatus({ issuers: [sampleIssuer({ state: 'failing' })] }), ['warning issuer_failing']],
  [
    'introspection',
    sampleStatus({ issuers: [sampleIssuer({ introspectionError: 'status 500' })] }),
    ['problem introspection_failing'],
  ],
  [
    'registration',
    sampleStatus({ issuers: [sampleIssuer({ registration: 'refused' })] }),
    ['warning registration_refused'],
  ],
  ['certificate of a week and a minute', sampleStatus({ certificate: certificate(7 * 86_400 + 60) }), []],
  ['certificate of six days', sampleStatus({ certificate: certificate(6 * 86_400) }), ['warning certificate_expires']],
  ['certificate expired', sampleStatus({ certificate: certificate(-1) }), ['problem certificate_expired']],
  [
    'every request refused',
    sampleStatus({ routes: [sampleRoute('api', refusing('audience_mismatch', 10, 60))] }),
    ['problem every_request_refused'],
  ],
  ['nine refused', sampleStatus({ routes: [sampleRoute('api', refusing('audience_mismatch', 9, 600))] }), []],
  [
    'refused for less than a minute',
    sampleStatus({ routes: [sampleRoute('api', refusing('audience_mismatch', 50, 59))] }),
    [],
  ],
  [
    'a few that have to log in',
    sampleStatus({ routes: [sampleRoute('api', refusing('credentials_missing', 20, 600))] }),
    ['warning every_request_refused'],
  ],
  [
    'Authorization lost on the way',
    sampleStatus({ routes: [sampleRoute('api', refusing('credentials_missing', 90, 600))] }),
    ['problem every_request_refused'],
  ],
  [
    'a login loop while others get in',
    sampleStatus({
      routes: [
        sampleRoute('api', {
          allowed: 9,
          refused: 3,
          freshTokensRefused: 3,
          reasons: [{ outcome: 'allow', reason: 'token', count: 9 }],
        }),
      ],
    }),
    ['problem login_loop'],
  ],
  [
    'four routes at a time are reported together',
    sampleStatus({
      routes: ['a', 'b', 'c', 'd'].map((name) => sampleRoute(name, refusing('audience_mismatch', 10, 60))),
    }),
    ['problem every_request_refused'],
  ],
  [
    'requests to no route',
    sampleStatus({
      unmatched: countsOf(recent({ refused: 10, reasons: [{ outcome: 'deny', reason: 'route_unknown', count: 10 }] })),
    }),
    ['warning unknown_route'],
  ],
  ['lost lines', sampleStatus({ lostLogLines: 1 }), ['warning log_lines_lost']],
  [
    'problems come before warnings',
    sampleStatus({ lostLogLines: 1, issuers: [sampleIssuer({ state: 'failing' }), sampleIssuer({ state: 'down' })] }),
    ['problem issuer_down', 'warning issuer_failing', 'warning log_lines_lost'],
  ],
]

for (const [what, status, expected] of ROWS) {
  test(`what an operator should know: ${what}`, () => {
    assert.deepEqual(
      status.findings.map(({ state, id }) => `${state} ${id}`),
      expected,
    )
    assert.equal(status.state, expected[0]?.split(' ')[0] ?? 'ok')
  })
}

test('a route that refuses all says since when, why, and what was compared', () => {
  const routes = [sampleRoute('grafana', { ...refusing('audience_mismatch', 214, 840), freshTokensRefused: 61 })]
  const [finding] = sampleStatus({ routes, refusals: [sampleRefusal()] }).findings
  assert.deepEqual(finding, {
    state: 'problem',
    id: 'every_request_refused',
    text: 'Every request to route grafana has been refused since 12:03 UTC',
    details: [
      '214 requests in a row.',
      '61 tokens of the last 5 minutes were refused less than a minute after the login: a login loop.',
      'Reason audience_mismatch: The access token was issued for another audience.',
      'Expected: https://api.example.com/mcp/grafana',
      'Actual: https://api.example.com/mcp/kubernetes',
    ],
  })
})
