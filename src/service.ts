import type { FastifyInstance } from 'fastify'
import type { Config } from './config/model.ts'
import { formatProblem, type Problem } from './config/problem.ts'
import { type Loaded, load, type Source } from './config/source.ts'
import { watch } from './config/watch.ts'
import type { Decision } from './decision/decide.ts'
import type { HeaderFields } from './decision/header-fields.ts'
import { buildGeneration, type Generation } from './generation.ts'
import { buildAuthServer } from './http/auth-server.ts'
import { listen } from './http/listen.ts'
import { buildOperationsServer } from './http/operations-server.ts'
import { systemClock } from './issuers/clock.ts'
import type { KeySetPorts, RefreshEvent } from './issuers/key-set.ts'
import { type KeyRegistry, openRegistry } from './issuers/registry.ts'
import type { Settings } from './settings.ts'
import { createDecisionLog } from './telemetry/decision-log.ts'
import { decisionRecord, isFreshTokenDenial, UNMATCHED } from './telemetry/decision-record.ts'
import type { Logger } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'

export interface ServiceOptions {
  readonly settings: Settings
  readonly source: Source
  readonly log: Logger
  readonly version: string
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

/** How long requests in flight may take after the listeners closed, in milliseconds. */
const LAST_REQUESTS_MS = 10_000

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
  if (!first.ok) return { ok: false, problems: first.problems }
  logConfig(log, first.config, first.warnings)

  let draining = false
  let current: Generation
  const metrics = createMetrics({
    version,
    routes: () => current.config.routes,
    issuers: () => readiness(current.registry),
    tokenCacheEntries: () => current.cachedTokens(),
  })
  metrics.configReload('success', now())

  const keySetPorts: KeySetPorts = {
    fetch: options.fetch ?? fetch,
    clock: systemClock,
    random: Math.random,
    onRefresh: (event) => {
      metrics.issuerRefresh(event.issuer, event.outcome)
      logRefresh(log, event)
    },
  }
  const generationPorts = {
    tokenCacheEntries: settings.tokenCacheEntries,
    now,
    onLookup: metrics.tokenCacheLookup,
  }
  const registry = openRegistry(first.config.issuers, keySetPorts)
  current = buildGeneration(first.config, registry, generationPorts)
  let keysTried = false
  const ready = registry.ready.then(() => {
    keysTried = true
  })

  const decisionLog = createDecisionLog({
    line: (record, level) => log[level](record, 'decision'),
    clock: () => performance.now(),
  })
  const onDecision = (decision: Decision, fields: HeaderFields, milliseconds: number): void => {
    metrics.decision(decision, milliseconds / 1000)
    if (isFreshTokenDenial(decision, now())) {
      metrics.freshTokenDenial(decision.route?.name ?? UNMATCHED, decision.reason)
    }
    if (decision.outcome !== 'allow' || settings.decisionLog === 'all') {
      decisionLog.write(decisionRecord(decision, fields, milliseconds))
    }
  }

  const auth = buildAuthServer({
    policy: () => current.policy,
    metadata: () => current.metadata,
    exposeReason: settings.exposeReason,
    draining: () => draining,
    onDecision,
    onUnparsable: metrics.unparsable,
    onMetadataRequest: metrics.metadataRequest,
    onBug: (error) => log.error({ error: describe(error) }, 'bug'),
  })
  const operations = buildOperationsServer({
    draining: () => draining,
    keysTried: () => keysTried,
    issuers: () => readiness(current.registry),
    metrics,
  })
  const addresses = await listenOnBoth(auth, operations, settings).catch((error: unknown) => {
    // An issuer that hangs would keep the process alive for as long as it may be waited for.
    registry.close()
    throw error
  })

  let ended = false
  /** The keys of a reload that is still waiting for them. */
  let opening: KeyRegistry | undefined
  const apply = async ({ parsed: next }: Loaded): Promise<void> => {
    if (!next.ok) {
      metrics.configReload('failure', now())
      for (const problem of next.problems) log.error({ problem: formatProblem(problem) }, 'configuration refused')
      return
    }
    const nextRegistry = openRegistry(next.config.issuers, keySetPorts, current.registry)
    opening = nextRegistry
    // Requests go on under the old configuration until the new issuers have keys, or have had their time.
    await nextRegistry.ready
    opening = undefined
    if (ended) return
    const before = current.registry
    current = buildGeneration(next.config, nextRegistry, generationPorts)
    before.close(nextRegistry)
    metrics.configReload('success', now())
    logConfig(log, next.config, next.warnings)
  }
  let applied = Promise.resolve()
  const watcher = watch(source, {
    loaded,
    now,
    // One after the other: a reload that waits for keys must not overwrite the next one.
    onChange: (next) => {
      applied = applied
        .then(() => (ended ? undefined : apply(next)))
        .catch((error: unknown) => log.error({ error: describe(error) }, 'bug'))
    },
    onNotice: (notice) => log.warn({ notice }, 'configuration'),
    ...(options.pollInterval === undefined ? {} : { interval: options.pollInterval }),
  })

  const close = async (): Promise<void> => {
    draining = true
    await new Promise((resolve) => setTimeout(resolve, settings.shutdownDelay))
    watcher.close()
    await Promise.all([auth, operations].map(closeGently))
    ended = true
    opening?.close()
    current.registry.close()
  }
  return { ok: true, service: { ...addresses, ready, close } }
}

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

function readiness(registry: KeyRegistry) {
  return registry.statuses().map(({ issuer, lastFailure, ...status }) => ({
    ...status,
    name: issuer,
    lastError: lastFailure,
  }))
}

/** Fastify's own close waits for idle keep-alive connections, 72 s by default: Kubernetes would kill us first. */
async function closeGently(app: FastifyInstance): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50)
  const giveUp = setTimeout(() => app.server.closeAllConnections(), LAST_REQUESTS_MS)
  try {
    await app.close()
  } finally {
    clearInterval(closeIdle)
    clearTimeout(giveUp)
  }
}

function logConfig(log: Logger, config: Config, warnings: readonly Problem[]): void {
  log.info({ issuers: config.issuers.length, routes: config.routes.length }, 'configuration in force')
  for (const warning of warnings) log.warn({ warning: formatProblem(warning) }, 'configuration')
}

function logRefresh(log: Logger, event: RefreshEvent): void {
  const { outcome, ...fields } = event
  if (outcome === 'failure') log.warn(fields, 'keys not refreshed')
  else log.info(fields, 'keys refreshed')
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
