import type { Changes } from './config/changes.ts'
import { SECRET_READABLE } from './config/compile/compile-upstream.ts'
import type { Config } from './config/model.ts'
import { formatProblem, type Problem } from './config/problem.ts'
import type { Certificate } from './config/reading/certificate.ts'
import type { Loaded } from './config/source.ts'
import type { Decision } from './decision/decide.ts'
import type { HeaderFields } from './decision/request/header-fields.ts'
import type { VerifiedToken } from './decision/token/access-token.ts'
import type { RegistrationEvent } from './documents/client-registration.ts'
import type { Readiness } from './documents/issuer-status.ts'
import type { InForce } from './in-force.ts'
import type { IntrospectionEvent } from './issuers/introspector.ts'
import type { RefreshEvent } from './issuers/key-set.ts'
import type { Settings } from './settings.ts'
import type { Recorder } from './status/recording/recorder.ts'
import { createDecisionLog } from './telemetry/decision-log.ts'
import {
  callerOf,
  type DecisionRecord,
  decisionKind,
  decisionRecord,
  isFreshTokenDenial,
  UNMATCHED,
} from './telemetry/decision-record.ts'
import { createLineBudget } from './telemetry/line-budget.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createReadinessLog, createRegistrationLog, shownChanges } from './telemetry/state-logs.ts'

/** What the log says of how the proxy asked. */
interface Dialect {
  readonly name: NonNullable<DecisionRecord['dialect']>
  readonly forwardedFor: (fields: HeaderFields) => string | undefined
}

export interface ObserverDeps {
  readonly log: Logger
  readonly metrics: Metrics
  readonly recorder: Recorder
  readonly inForce: InForce
  readonly readiness: () => Readiness
  readonly settings: Settings
  /** Seconds since the epoch. */
  readonly now: () => number
  /** Whether the log has so little room that lines of strangers are left out. */
  readonly crowded: () => boolean
}

/**
 * Turns what every part reports into metrics, log lines and what the status page keeps; while the service runs, nothing
 * else writes any of them. Its functions can be handed over one by one.
 */
export function createObserver(deps: ObserverDeps) {
  return {
    ...observeConfiguration(deps),
    ...observeIssuers(deps),
    ...observeRequests(deps),
    ...observeRegistrations(deps),
    ...observeCertificate(deps),
    onBug: (error: unknown): void =>
      deps.log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'bug'),
  }
}

function observeConfiguration({ log, metrics, recorder, settings, now }: ObserverDeps) {
  // That one is about others who can reach the port.
  const isShown = (warning: Problem) => !(settings.privateAuthPort && warning.id === SECRET_READABLE.id)
  let isFirst = true
  return {
    /** A configuration is in force. `changes`: what is new in it. */
    onConfiguration(config: Config, warnings: readonly Problem[], changes: Changes): void {
      metrics.configReload('success', now())
      const shown = shownChanges(config, changes)
      log.info({ first: isFirst, ...shown }, 'configuration loaded')
      isFirst = false
      const shownWarnings = warnings.filter(isShown).map(formatProblem)
      for (const warning of shownWarnings) log.warn({ warning }, 'configuration')
      recorder.onConfiguration(shown, shownWarnings)
      recorder.keep(new Set([UNMATCHED, ...namesOf(config.routes)]), new Set(namesOf(config.issuers)))
    },
    onConfigurationRefused(problems: readonly Problem[]): void {
      metrics.configReload('failure', now())
      const shownProblems = problems.map(formatProblem)
      for (const problem of shownProblems) log.error({ problem }, 'configuration refused')
      recorder.onConfigurationRefused(shownProblems)
    },
    /** A directory of configuration was read. */
    onConfigurationRead({ unread }: Loaded): void {
      for (const file of unread) {
        log.info({ file }, 'not read: a directory of configuration is its *.yaml, *.yml and *.json')
      }
    },
    onConfigurationNotice: (notice: string): void => log.warn({ notice }, 'configuration'),
  }
}

function namesOf(all: readonly { readonly name: string }[]): readonly string[] {
  return all.map(({ name }) => name)
}

function observeIssuers({ log, metrics, recorder, inForce, readiness }: ObserverDeps) {
  const logRegistrations = createRegistrationLog(log, inForce)
  const logReadiness = createReadinessLog(log, readiness)
  const onIssuers = (): void => {
    // Before, keys are read for a generation that is not yet in force.
    if (!inForce.keysTried()) return
    logRegistrations()
    logReadiness()
  }
  return {
    onRefresh(event: RefreshEvent): void {
      const { outcome, ...fields } = event
      metrics.issuerRefresh(event.issuer, outcome)
      if (outcome === 'failure') log.warn(fields, 'key refresh failed')
      else log.info(fields, 'keys refreshed')
      onIssuers()
    },
    /** What every request would repeat is written once. */
    onIntrospection(event: IntrospectionEvent): void {
      const { news, outcome, ...fields } = event
      metrics.introspection(event.issuer, outcome)
      if (!news) return
      recorder.onIntrospection(event.issuer, event.outcome === 'failure' ? event.reason : undefined)
      if (outcome === 'failure') log.warn(fields, 'introspection failed')
      else log.info(fields, 'introspection works again')
    },
    /** The generation in force has other issuers, the first keys were tried, or they were waited for long enough. */
    onIssuers,
  }
}

function observeRequests({ log, metrics, recorder, settings, now, crowded }: ObserverDeps) {
  const decisionLog = createDecisionLog({
    line(record, level, caller) {
      log[level](record, 'decision')
      if (record.outcome !== 'allow')
        recorder.refusals.add({ time: new Date(now() * 1000).toISOString(), ...record }, caller)
    },
    clock: () => performance.now(),
    crowded,
    onLeftOut: metrics.suppressedLogLine,
  })
  const logUnchecked = createUncheckedLog(log, metrics)
  return {
    onDecision(decision: Decision, fields: HeaderFields, milliseconds: number, dialect: Dialect): void {
      const route = decision.route?.name ?? UNMATCHED
      metrics.decision(decision, milliseconds / 1000)
      if (decision.outcome === 'allow' && decision.token !== undefined) logUnchecked(decision.token)
      recorder.decisions.add(route, decision.outcome, decision.reason)
      if (decision.outcome === 'allow' && settings.decisionLog === 'denied') return
      if (isFreshTokenDenial(decision, now())) {
        metrics.freshTokenDenial(route, decision.reason)
        recorder.decisions.addFreshToken(route)
      }
      decisionLog.write(callerOf(decision), [dialect.name, ...decisionKind(decision)], () => ({
        ...decisionRecord(decision, fields, milliseconds, dialect.forwardedFor(fields)),
        dialect: dialect.name,
      }))
    },
    onLookup: metrics.tokenCacheLookup,
    onMetadataRequest: metrics.metadataRequest,
    onUnparsable(): void {
      metrics.unparsable()
      recorder.decisions.add(UNMATCHED, 'deny', 'forwarded_request_invalid')
    },
    onHandshakeFailure: (error: Error): void => log.debug({ reason: error.message }, 'TLS handshake failed'),
  }
}

/** Identical refusals written per second; the next one says how many were left out. */
const MAX_REFUSED_REGISTRATIONS_PER_SECOND = 5

function observeRegistrations({ log, metrics, crowded }: ObserverDeps) {
  const budget = createLineBudget(MAX_REFUSED_REGISTRATIONS_PER_SECOND, performance.now())
  return {
    onRegistration(event: RegistrationEvent): void {
      metrics.registration(event.issuer, event.outcome)
      if (event.outcome === 'registered') return
      const { outcome: _, ...fields } = event
      const suppressed = budget.spend([event.issuer, event.reason], performance.now(), !crowded())
      if (suppressed === undefined) return
      log.warn(suppressed === 0 ? fields : { ...fields, suppressed }, 'registration refused')
    },
  }
}

/** Counts claims that are not checked, and writes each once for its issuer. */
function createUncheckedLog(log: Logger, metrics: Metrics): (token: VerifiedToken) => void {
  const reported = new Set<string>()
  return ({ issuer, unchecked }) => {
    for (const claim of unchecked) {
      metrics.uncheckedClaim(issuer.name, claim)
      const about = `${issuer.name} ${claim}`
      if (reported.has(about)) continue
      // Names of issuers may change with each reload.
      if (reported.size >= MAX_REPORTED) reported.clear()
      reported.add(about)
      log.warn({ issuer: issuer.name, claim }, 'claim not checked: its tokens pass whatever it says')
    }
  }
}

const MAX_REPORTED = 1_000

function observeCertificate({ log, recorder }: ObserverDeps) {
  return {
    /** New connections meet this certificate. */
    onCertificate({ shown, outOfDate, clientCa }: Certificate): void {
      log.info({ ...shown, clientCertificates: clientCa !== undefined }, 'certificate loaded')
      recorder.onCertificate()
      if (outOfDate) log.warn({ ...shown }, 'the certificate is out of date: clients refuse it')
    },
    onCertificateRefused(refused: Problem): void {
      const problem = formatProblem(refused)
      log.error({ problem }, 'certificate refused; the one in use stays')
      recorder.onCertificateRefused(problem)
    },
    onCertificateNotice: (notice: string): void => log.warn({ notice }, 'certificate'),
  }
}
