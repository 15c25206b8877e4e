import type { Source } from './config/source.ts'
import type { Readiness } from './documents/issuer-status.ts'
import type { InForce } from './in-force.ts'
import { findingsOf, type NotReady, stateOf } from './status/findings.ts'
import type { Recorder } from './status/recording/recorder.ts'
import { countsOf, routeStatus, timeText } from './status/route-status.ts'
import type { CertificateStatus, ConfigurationStatus, IssuerReport, Status } from './status/status.ts'
import { UNMATCHED } from './telemetry/decision-record.ts'

export interface StatusReportDeps {
  readonly version: string
  readonly source: Source
  readonly inForce: InForce
  readonly recorder: Recorder
  readonly readiness: () => Readiness
  readonly lostLogLines: () => number
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** Assembles the state of the process. Nothing of it is made before it is requested. */
export function reportStatus(deps: StatusReportDeps): Status {
  const { inForce, recorder, now } = deps
  const { config } = inForce.generation()
  const notReady = notReadyOf(deps)
  const facts = {
    version: deps.version,
    time: timeText(now()),
    startedAt: timeText(now() - recorder.uptimeSeconds()),
    uptimeSeconds: Math.floor(recorder.uptimeSeconds()),
    ready: notReady === undefined,
    configuration: configurationStatus(deps),
    issuers: issuerStatuses(deps),
    certificate: certificateStatus(deps),
    routes: config.routes.map((route) => routeStatus(route, recorder.decisions.read(route.name), now())),
    unmatched: countsOf(recorder.decisions.read(UNMATCHED)),
    refusals: recorder.refusals.read(),
    lostLogLines: deps.lostLogLines(),
  }
  const findings = findingsOf({ ...facts, notReady })
  return { ...facts, state: stateOf(findings), findings }
}

function notReadyOf({ inForce, readiness }: StatusReportDeps): NotReady | undefined {
  const { ready, missing: issuers, until } = readiness()
  if (inForce.draining()) return { kind: 'draining' }
  return ready ? undefined : { kind: 'waiting', issuers, until }
}

function configurationStatus({ source, recorder, now }: StatusReportDeps): ConfigurationStatus {
  const loaded = recorder.loaded()
  return {
    source: source.kind === 'path' ? source.path : 'environment',
    loadedAt: loaded?.at ?? timeText(now()),
    first: loaded?.first ?? true,
    changes: loaded?.changes ?? NO_CHANGES,
    warnings: loaded?.warnings ?? [],
    refused: recorder.configurationRefused(),
  }
}

const NO_NAMES = { total: 0, added: [], changed: [], removed: [] }
const NO_CHANGES = { routes: NO_NAMES, issuers: NO_NAMES, revocationsChanged: false }

function issuerStatuses({ inForce, recorder, now }: StatusReportDeps): readonly IssuerReport[] {
  const { config, issuers } = inForce.generation()
  const statuses = new Map(issuers().map((status) => [status.name, status]))
  return config.issuers.map(({ name, issuer, keys: source }): IssuerReport => {
    const known = statuses.get(name)
    const keys = source.kind === 'tokensFile' ? source.tokens.length : (known?.keys ?? 0)
    const { ageSeconds, validForSeconds, lastError, registration, tried = true } = known ?? {}
    return {
      name,
      issuer,
      source: source.kind,
      state: keys === 0 ? (tried ? 'down' : 'waiting') : lastError === undefined ? 'ok' : 'failing',
      keys,
      keysAt: validForSeconds === undefined || ageSeconds === undefined ? undefined : timeText(now() - ageSeconds),
      validUntil: validForSeconds === undefined ? undefined : timeText(now() + validForSeconds),
      lastError,
      introspectionError: recorder.introspectionError(name),
      registration,
    }
  })
}

function certificateStatus({ inForce, recorder }: StatusReportDeps): CertificateStatus | undefined {
  const shown = inForce.certificate()
  if (shown === undefined) return undefined
  const { names, validTo, fingerprint } = shown
  return { names, validTo: timeText(Date.parse(validTo) / 1000), fingerprint, refused: recorder.certificateRefused() }
}
