import { type Facts, findingsOf, type NotReady, stateOf } from '../../../src/status/findings.ts'
import type { RecentRoute } from '../../../src/status/recording/recent-decisions.ts'
import type { Refusal } from '../../../src/status/recording/recent-refusals.ts'
import { countsOf, routeStatus } from '../../../src/status/route-status.ts'
import type { IssuerReport, RouteStatus, Status } from '../../../src/status/status.ts'

/** 2026-11-28T12:17:00Z, the present of these samples. */
export const NOW = Date.parse('2026-11-28T12:17:00Z') / 1000

const ago = (seconds: number): string => new Date((NOW - seconds) * 1000).toISOString()

export const none = { total: 0, added: [], changed: [], removed: [] }

/** A status with its findings, as the service makes it. */
export function sampleStatus(changes: Partial<Facts> & { readonly notReady?: NotReady } = {}): Status {
  const { notReady, ...facts }: Facts = { ...HEALTHY, notReady: undefined, ...changes }
  const findings = findingsOf({ ...facts, notReady })
  return { ...facts, ready: notReady === undefined, findings, state: stateOf(findings) }
}

export function sampleIssuer(changes: Partial<IssuerReport> = {}): IssuerReport {
  return {
    name: 'homelab',
    issuer: 'https://id.example.com/application/o/mcp/',
    source: 'discovery',
    state: 'ok',
    keys: 2,
    keysAt: ago(252),
    validUntil: ago(-86_700),
    lastError: undefined,
    introspectionError: undefined,
    registration: undefined,
    ...changes,
  }
}

export function recent(changes: Partial<RecentRoute> = {}): RecentRoute {
  return {
    allowed: 0,
    refused: 0,
    wouldDeny: 0,
    perMinute: { allowed: new Array(15).fill(0), refused: new Array(15).fill(0) },
    reasons: [],
    refusedInARow: 0,
    refusedSince: 0,
    freshTokensRefused: 0,
    ...changes,
  }
}

export function sampleRoute(name: string, changes: Partial<RecentRoute> = {}, mode: RouteStatus['mode'] = 'enforce') {
  return routeStatus({ name, mode }, recent(changes), NOW)
}

export function sampleRefusal(changes: Partial<Refusal> = {}): Refusal {
  return {
    time: ago(40),
    route: 'grafana',
    issuer: 'homelab',
    outcome: 'deny',
    reason: 'audience_mismatch',
    method: 'POST',
    host: 'api.example.com',
    path: '/mcp/grafana',
    sub: 'alice',
    client: 'claude',
    forwardedFor: '192.0.2.7',
    durationMs: 0.4,
    dialect: 'forward_auth',
    evidence: { expected: ['https://api.example.com/mcp/grafana'], actual: ['https://api.example.com/mcp/kubernetes'] },
    ...changes,
  }
}

const busy = (
  allowed: number,
  refused: number,
  reason: Refusal['reason'] = 'credentials_missing',
): Partial<RecentRoute> => ({
  allowed,
  refused,
  perMinute: {
    allowed: Array.from({ length: 15 }, (_, index) => Math.round((allowed / 15) * (0.6 + ((index * 7) % 10) / 12))),
    refused: Array.from({ length: 15 }, (_, index) => (index % 5 === 2 ? Math.round(refused / 3) : 0)),
  },
  reasons: [
    { outcome: 'allow', reason: 'token', count: allowed },
    ...(refused === 0 ? [] : [{ outcome: 'deny', reason, count: refused } as const]),
  ],
})

const LOGINS: readonly Refusal[] = ['kubernetes', 'grafana', 'home-assistant', 'kubernetes'].map((route, index) => ({
  time: ago(100 + index * 190),
  route,
  issuer: 'none',
  outcome: 'deny',
  reason: index === 3 ? 'token_expired' : 'credentials_missing',
  method: 'POST',
  host: 'api.example.com',
  path: `/mcp/${route}`,
  durationMs: 0.1,
  dialect: 'forward_auth',
  ...(index === 3 ? { issuer: 'homelab', evidence: { secondsPast: 412 } } : {}),
}))

const HEALTHY: Omit<Facts, 'notReady'> = {
  version: '0.1.0',
  time: ago(0),
  startedAt: ago(3.2 * 86_400),
  uptimeSeconds: 3.2 * 86_400,
  ready: true,
  configuration: {
    source: '/etc/forwardgate/config.yaml',
    loadedAt: ago(97 * 60),
    first: false,
    changes: {
      routes: { ...none, total: 5, changed: ['grafana'], added: ['paperless'] },
      issuers: { ...none, total: 2 },
      revocationsChanged: false,
    },
    warnings: [],
    refused: undefined,
  },
  issuers: [
    sampleIssuer(),
    sampleIssuer({
      name: 'robots',
      issuer: '',
      source: 'tokensFile',
      keys: 3,
      keysAt: undefined,
      validUntil: undefined,
    }),
  ],
  certificate: {
    names: 'forwardgate.auth.svc.cluster.local',
    validTo: ago(-62 * 86_400),
    fingerprint: 'AB:CD',
    refused: undefined,
  },
  routes: [
    sampleRoute('kubernetes', busy(8_412, 9)),
    sampleRoute('grafana', busy(1_204, 6)),
    sampleRoute('home-assistant', busy(310, 3)),
    sampleRoute(
      'paperless',
      { ...busy(44, 0), wouldDeny: 12, reasons: [{ outcome: 'would_deny', reason: 'scope_insufficient', count: 12 }] },
      'observe',
    ),
    sampleRoute('photos'),
  ],
  unmatched: countsOf(undefined),
  refusals: LOGINS,
  lostLogLines: 0,
}

/** The four pictures of an on-call night. */
export const SAMPLES = {
  healthy: sampleStatus(),
  'issuer down': sampleStatus({
    issuers: [
      sampleIssuer({
        state: 'down',
        keys: 0,
        keysAt: ago(90_000),
        validUntil: ago(600),
        lastError: 'connection refused (10.0.12.7:443)',
      }),
      ...HEALTHY.issuers.slice(1),
    ],
    routes: ['kubernetes', 'grafana', 'home-assistant', 'paperless', 'photos'].map((name, index) =>
      index === 4
        ? sampleRoute(name)
        : sampleRoute(name, {
            ...busy(0, 900 - index * 130, 'keys_unavailable'),
            reasons: [{ outcome: 'error', reason: 'keys_unavailable', count: 900 - index * 130 }],
            refusedInARow: 900 - index * 130,
            refusedSince: NOW - 600,
          }),
    ),
    refusals: [
      sampleRefusal({
        route: 'kubernetes',
        path: '/mcp/kubernetes',
        issuer: 'none',
        outcome: 'error',
        reason: 'keys_unavailable',
        evidence: { unverifiedIssuer: 'https://id.example.com/application/o/mcp/' },
        suppressed: 812,
      }),
      ...LOGINS,
    ],
  }),
  'configuration refused': sampleStatus({
    configuration: {
      ...HEALTHY.configuration,
      refused: {
        at: ago(840),
        problems: [
          'routes.kubernetes.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (/etc/forwardgate/config.yaml:14:15)',
          'routes.grafana: there is no key "scope"; did you mean "scopes"? (/etc/forwardgate/config.yaml:19:5)',
        ],
      },
    },
  }),
  'login loop': sampleStatus({
    routes: [
      ...HEALTHY.routes.filter(({ name }) => name !== 'grafana'),
      sampleRoute('grafana', {
        ...busy(0, 214, 'audience_mismatch'),
        reasons: [
          { outcome: 'deny', reason: 'audience_mismatch', count: 202 },
          { outcome: 'deny', reason: 'credentials_missing', count: 12 },
        ],
        refusedInARow: 214,
        refusedSince: NOW - 840,
        freshTokensRefused: 61,
      }),
    ],
    refusals: [
      ...[40, 90, 140].map((seconds) => sampleRefusal({ time: ago(seconds), suppressed: 20 })),
      sampleRefusal({ time: ago(70), sub: 'bob', client: 'vscode' }),
      ...LOGINS,
    ],
  }),
} as const
