import { setMaxListeners } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { SECRET_READABLE } from './config/compile/compile-route.ts'
import type { Config, Issuer } from './config/model.ts'
import { formatProblem, type Problem } from './config/problem.ts'
import { type ReadCertificate, readCertificate, watchCertificate } from './config/reading/certificate.ts'
import { type Loaded, load, type Source } from './config/source.ts'
import { watch } from './config/watch.ts'
import type { Decision } from './decision/decide.ts'
import type { HeaderFields } from './decision/request/header-fields.ts'
import { registrationState } from './documents/registration.ts'
import { buildGeneration, type Generation } from './generation.ts'
import { buildAuthServer } from './http/auth-port.ts'
import { buildOperationsServer } from './http/operations-port.ts'
import { closeGently } from './http/wire/closing.ts'
import { listen } from './http/wire/listen.ts'
import { createPending } from './http/wire/requests-in-flight.ts'
import { systemClock } from './issuers/clock.ts'
import { createActiveTokens, type IntrospectionEvent } from './issuers/introspector.ts'
import type { KeySetDeps, RefreshEvent } from './issuers/key-set.ts'
import { openRegistry } from './issuers/registry.ts'
import { createReloads } from './reload.ts'
import { isPrivateAuthPort, type Settings, TLS_VARIABLES } from './settings.ts'
import { createDecisionLog } from './telemetry/decision-log.ts'
import { callerOf, decisionKind, decisionRecord, isFreshTokenDenial, UNMATCHED } from './telemetry/decision-record.ts'
import { logCertificate, logConfig } from './telemetry/load-log.ts'
import type { LogOutput } from './telemetry/log-output.ts'
import type { Logger } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { createRegistrationLog } from './telemetry/registration-log.ts'

export interface ServiceOptions {
  readonly settings: Settings
  readonly source: Source
  readonly log: Logger
  readonly version: string
  /** How the log fares; default: it takes every line. */
  readonly logOutput?: Pick<LogOutput, 'lost' | 'crowded'>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly fetch?: typeof fetch
  /** Milliseconds between two looks at the configuration. */
  readonly pollInterval?: number
}

export interface Service {
  /** Base URL of the auth port. */
  readonly auth: string
  /** Base URL of the operations port. */
  readonly operations: string
  /** Resolves when the first keys of every issuer were fetched, or tried for 5 s. */
  readonly ready: Promise<void>
  /** Drains and ends: no request in flight is dropped. */
  close(): Promise<void>
}

export type Start =
  | { readonly ok: true; readonly service: Service }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Builds every part in the order in which a request meets them and connects them; nothing else knows them all. Tests
 * start this very thing. Refuses to start on a configuration with problems; later ones leave the last good one in force.
 */
export async function startService(options: ServiceOptions): Promise<Start> {
  const { settings, source, log, version } = options
  const nowMs = options.now ?? Date.now
  const now = () => nowMs() / 1000
  const loaded = await load(source, now())
  const first = loaded.parsed
  const pair = settings.tls === undefined ? undefined : await readCertificate(settings.tls, now())
  const problems = [...(first.ok ? [] : first.problems), ...certificateProblems(pair)]
  if (!first.ok || problems.length > 0) return { ok: false, problems }
  const certificate = pair?.result.ok === true ? pair.result.certificate : undefined
  let shownCertificate = certificate?.shown
  const logLoaded = (config: Config, warnings: readonly Problem[]): void =>
    logConfig(log, config, isPrivateAuthPort(settings) ? warnings.filter(concernsThisProcess) : warnings)
  const logUnread = ({ unread }: Loaded): void => {
    for (const file of unread) log.info({ file }, UNREAD)
  }
  logLoaded(first.config, first.warnings)
  logUnread(loaded)
  if (certificate !== undefined) logCertificate(log, certificate)

  const onBug = (error: unknown): void => log.error({ error: describe(error) }, 'bug')
  let draining = false
  let current: Generation
  const metrics = createMetrics({
    version,
    routes: () => current.config.routes,
    issuers: () => readiness(current),
    tokenCacheEntries: () => current.cachedTokens(),
    lostLogLines: options.logOutput?.lost ?? (() => 0),
    certificateExpiresAt: () =>
      shownCertificate === undefined ? undefined : Date.parse(shownCertificate.validTo) / 1000,
  })
  metrics.configReload('success', now())

  const registrationLog = createRegistrationLog(log)
  let keysTried = false
  const logRegistrations = (): void => {
    // Before, keys are read for a generation that is not yet in force.
    if (keysTried) registrationLog(current.config.issuers, current.registry.findDocument)
  }
  const keySetDeps: KeySetDeps = {
    fetch: options.fetch ?? fetch,
    clock: systemClock,
    random: Math.random,
    onRefresh: (event) => {
      metrics.issuerRefresh(event.issuer, event.outcome)
      logRefresh(log, event)
      logRegistrations()
    },
  }
  const closing = new AbortController()
  // Every question that is under way listens to it.
  setMaxListeners(0, closing.signal)
  const generationDeps = {
    tokenCacheEntries: settings.tokenCacheEntries,
    now,
    onLookup: metrics.tokenCacheLookup,
    introspection: {
      fetch: keySetDeps.fetch,
      clock: systemClock,
      signal: closing.signal,
      activeTokens: createActiveTokens(),
      onIntrospection: (event: IntrospectionEvent) => {
        metrics.introspection(event.issuer, event.outcome)
        logIntrospection(log, event)
      },
    },
  }
  const registry = openRegistry(first.config.issuers, keySetDeps)
  current = buildGeneration(first.config, registry, generationDeps)
  const ready = registry.ready.then(() => {
    keysTried = true
    logRegistrations()
  })

  const decisionLog = createDecisionLog({
    line: (record, level) => log[level](record, 'decision'),
    clock: () => performance.now(),
    crowded: options.logOutput?.crowded ?? (() => false),
    onLeftOut: metrics.suppressedLogLine,
  })
  const onDecision = (decision: Decision, fields: HeaderFields, milliseconds: number): void => {
    metrics.decision(decision, milliseconds / 1000)
    if (decision.outcome === 'allow' && settings.decisionLog === 'denied') return
    if (isFreshTokenDenial(decision, now())) {
      metrics.freshTokenDenial(decision.route?.name ?? UNMATCHED, decision.reason)
    }
    decisionLog.write(callerOf(decision), decisionKind(decision), () => decisionRecord(decision, fields, milliseconds))
  }

  const pending = createPending()
  const authDeps = {
    policy: () => current.policy,
    metadata: () => current.metadata,
    registrations: () => current.registrations,
    findDocument: (issuer: Issuer) => current.registry.findDocument(issuer),
    exposeReason: settings.exposeReason,
    draining: () => draining,
    onDecision,
    onUnparsable: metrics.unparsable,
    onMetadataRequest: metrics.metadataRequest,
    onHandshakeFailure: (error: Error) => log.debug({ reason: error.message }, 'TLS handshake failed'),
    onBug,
    pending,
  }
  const auth = buildAuthServer(authDeps, certificate)
  const operations = buildOperationsServer({
    pending,
    draining: () => draining,
    keysTried: () => keysTried,
    issuers: () => readiness(current),
    metrics,
  })
  const addresses = await listenOnBoth(auth.app, operations, settings).catch((error: unknown) => {
    // An issuer that hangs would keep the process alive for as long as it may be waited for.
    registry.close()
    throw error
  })

  const reloads = createReloads({
    registry: () => current.registry,
    openRegistry: (config, previous) => openRegistry(config.issuers, keySetDeps, previous),
    apply: (config, nextRegistry, warnings) => {
      current = buildGeneration(config, nextRegistry, generationDeps)
      metrics.configReload('success', now())
      logLoaded(config, warnings)
      logRegistrations()
    },
    onRefused: (refused) => {
      metrics.configReload('failure', now())
      for (const problem of refused) log.error({ problem: formatProblem(problem) }, 'configuration refused')
    },
    onBug,
  })
  const interval = options.pollInterval === undefined ? {} : { interval: options.pollInterval }
  const watcher = watch(source, {
    loaded,
    now,
    onChange(changed) {
      logUnread(changed)
      reloads.take(changed)
    },
    onNotice: (notice) => log.warn({ notice }, 'configuration'),
    ...interval,
  })
  const certificateWatcher =
    settings.tls === undefined || pair === undefined
      ? undefined
      : watchCertificate(settings.tls, {
          known: pair,
          now,
          onChange(read) {
            for (const problem of certificateProblems(read)) {
              log.error({ problem: formatProblem(problem) }, 'certificate refused; the one in use stays')
            }
            if (!read.result.ok) return
            auth.useCertificate(read.result.certificate)
            shownCertificate = read.result.certificate.shown
            logCertificate(log, read.result.certificate)
          },
          onNotice: (notice) => log.warn({ notice }, 'certificate'),
          ...interval,
        })

  const close = async (): Promise<void> => {
    draining = true
    await new Promise((resolve) => setTimeout(resolve, settings.shutdownDelay))
    watcher.close()
    certificateWatcher?.close()
    await Promise.all([auth.app, operations].map((app) => closeGently(app, pending)))
    reloads.close()
    current.registry.close()
    closing.abort()
  }
  return { ok: true, service: { ...addresses, ready, close } }
}

const UNREAD = 'not read: a directory of configuration is its *.yaml, *.yml and *.json'

async function listenOnBoth(auth: FastifyInstance, operations: FastifyInstance, settings: Settings) {
  try {
    return {
      auth: await listen(auth, settings.listen),
      operations: await listen(operations, settings.operationsListen),
    }
  } catch (error) {
    // One listener alone would keep the process alive, without what it needs to be seen.
    await Promise.all([auth.close(), operations.close()])
    throw error
  }
}

function readiness({ config, registry }: Generation) {
  const registering = config.issuers.filter(({ registration }) => registration !== undefined)
  return registry.statuses().map(({ issuer: name, lastFailure, ...status }) => {
    const issuer = registering.find((entry) => entry.name === name)
    return {
      ...status,
      name,
      lastError: lastFailure,
      ...(issuer === undefined ? {} : { registration: registrationState(registry.findDocument(issuer)).kind }),
    }
  })
}

function certificateProblems(read: ReadCertificate | undefined): readonly Problem[] {
  if (read === undefined || read.result.ok) return []
  const { file, message } = read.result
  return [{ path: TLS_VARIABLES[file], message, position: undefined }]
}

/** False for the one warning that is about others who can reach the port. */
function concernsThisProcess({ id }: Problem): boolean {
  return id !== SECRET_READABLE.id
}

function logRefresh(log: Logger, event: RefreshEvent): void {
  const { outcome, ...fields } = event
  if (outcome === 'failure') log.warn(fields, 'key refresh failed')
  else log.info(fields, 'keys refreshed')
}

/** What every request would repeat is said once. */
function logIntrospection(log: Logger, event: IntrospectionEvent): void {
  const { news, outcome, ...fields } = event
  if (!news) return
  if (outcome === 'failure') log.warn(fields, 'introspection failed')
  else log.info(fields, 'introspection works again')
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
