import { setTimeout } from 'node:timers/promises'
import { openCertificate } from './certificate.ts'
import { changesBetween } from './config/changes.ts'
import type { Config } from './config/model.ts'
import { formatProblem } from './config/problem.ts'
import { load, type Source } from './config/source.ts'
import { allAtOnce } from './config/steps.ts'
import { buildGeneration } from './generation.ts'
import { openPorts } from './http/ports.ts'
import { createInForce } from './in-force.ts'
import { prepareAsking } from './issuers/asking.ts'
import { systemClock } from './issuers/clock.ts'
import type { KeyRegistry } from './issuers/registry.ts'
import { createObserver } from './observer.ts'
import { createReadiness } from './readiness.ts'
import { followConfiguration } from './reload.ts'
import type { Settings } from './settings.ts'
import { createRecorder } from './status/recording/recorder.ts'
import { reportStatus } from './status-report.ts'
import type { LogOutput } from './telemetry/log-output.ts'
import type { Logger } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'

export interface ServiceOptions {
  readonly settings: Settings
  readonly source: Source
  readonly log: Logger
  readonly version: string
  /** The state of the log; default: it takes every line. */
  readonly logOutput?: Pick<LogOutput, 'lost' | 'crowded'>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly fetch?: typeof fetch
  /** Milliseconds between two looks at the configuration. */
  readonly pollInterval?: number
}

export interface Service {
  /** Base URLs of the two ports. */
  readonly auth: string
  readonly operations: string
  /** Resolves when the first keys of every issuer were fetched, or tried for 5 s. */
  readonly ready: Promise<void>
  /** Drains and ends: no request in flight is dropped. */
  close(): Promise<void>
}

export type Start =
  | { readonly ok: true; readonly service: Service }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Connects every part, in the order in which a request meets them. Refuses to start on a configuration with problems. */
export async function startService(options: ServiceOptions): Promise<Start> {
  const { settings, source, log, version } = options
  const lostLogLines = () => options.logOutput?.lost() ?? 0
  const crowded = () => options.logOutput?.crowded() ?? false
  const now = () => (options.now ?? Date.now)() / 1000

  // Configuration and certificate: nothing starts on bad ones.
  const loaded = await load(source, now())
  const { certificate, ...opened } = await openCertificate(settings.tls, now())
  const problems = [...(loaded.parsed.ok ? [] : loaded.parsed.problems), ...opened.problems]
  if (!loaded.parsed.ok || problems.length > 0) return { ok: false, problems: problems.map(formatProblem) }
  const { config, warnings } = loaded.parsed

  // What is in force, and who reports what happens.
  const inForce = createInForce(certificate)
  const { readiness, watch } = createReadiness({ ...settings, ...inForce, clock: systemClock, now })
  const metrics = createMetrics({ ...inForce, version, now, lostLogLines })
  const recorder = createRecorder({ clock: systemClock.now, now })
  const observer = createObserver({ log, metrics, recorder, inForce, readiness, settings, now, crowded })
  observer.onConfiguration(config, warnings, allAtOnce(changesBetween(undefined, config)))
  observer.onConfigurationRead(loaded)
  if (certificate !== undefined) observer.onCertificate(certificate)

  // Issuers: their keys, and what they say of opaque tokens.
  const asking = prepareAsking({ ...observer, fetch: options.fetch ?? fetch })
  const build = (next: Config, registry: KeyRegistry) =>
    buildGeneration(next, registry, { ...settings, ...asking, ...observer, now })
  const registry = asking.openRegistry(config)
  inForce.replaceGeneration(build(config, registry))
  const ready = registry.ready.then(inForce.markKeysTried).then(observer.onIssuers)
  const endReadinessWatch = watch(observer.onIssuers)

  // The two ports.
  const report = () => reportStatus({ version, source, inForce, recorder, readiness, lostLogLines, now })
  const status = settings.statusPage ? report : undefined
  const deps = { ...inForce, ...observer, readiness, metrics, status, exposeReason: settings.exposeReason }
  const ports = await openPorts(deps, { ...settings, certificate }).catch((error: unknown) => {
    // An issuer that hangs would keep the process alive for as long as it may be waited for.
    registry.close()
    endReadinessWatch()
    throw error
  })

  // Changes of the configuration and of the certificate.
  const watching = { ...observer, now, interval: options.pollInterval }
  const configurationWatch = followConfiguration(source, loaded, { ...watching, ...asking, inForce, build })
  const certificateWatch = opened.watch({ ...watching, ports, inForce })

  // The end: first the proxies see it, then the requests in flight have their answers, then everything else.
  const close = async (): Promise<void> => {
    inForce.drain()
    endReadinessWatch()
    await setTimeout(settings.shutdownDelay)
    await ports.close()
    for (const part of [certificateWatch, configurationWatch, inForce.generation().registry, asking]) part?.close()
  }
  return { ok: true, service: { ...ports.urls, ready, close } }
}
