import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../../src/service.ts'
import { ask, type Forwarded, type Verdict } from './ask.ts'
import { type FakeIssuer, type FakeIssuerOptions, startFakeIssuer } from './fake-issuer.ts'
import { createLogger, readSettings, startService } from './service-code.ts'

/** One line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>

export interface TestServiceOptions {
  /** The configuration; default one route `api` for `https://api.example.com/mcp` with the scope `mcp:read`. */
  readonly yaml?: (issuer: FakeIssuer) => string
  /** An issuer that is there already; else one is started and stopped with the service. */
  readonly issuer?: FakeIssuer
  readonly issuerOptions?: FakeIssuerOptions
  /** FORWARDGATE_… variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** A configuration that is there already, file or directory, in place of `yaml`. */
  readonly path?: string
  /** False does not wait for the first keys. */
  readonly waitForKeys?: boolean
}

/** The real service on loopback ports of its own. */
export interface TestService {
  readonly service: Service
  readonly auth: string
  readonly operations: string
  readonly issuer: FakeIssuer
  /** The configuration file; the folder around it belongs to the test. */
  readonly path: string
  readonly folder: string
  /** Asks as Traefik does; `route` undefined asks plain `/verify`. */
  ask(route: string | undefined, forwarded?: Forwarded): Promise<Verdict>
  /** Every line that the service logged so far. */
  lines(): readonly LogLine[]
  /** The lines of decisions. */
  decisions(): readonly LogLine[]
  /** The value of one series as `/metrics` shows it, such as `decisions_total{route="api"}`; undefined where there is none. */
  metric(series: string): Promise<number | undefined>
  metrics(): Promise<string>
  close(): Promise<void>
}

/** The audience of tokens for the default configuration. */
export const RESOURCE = 'https://api.example.com/mcp'

/** Default configuration: one issuer, one route. */
export const oneRoute = (issuer: FakeIssuer): string => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, scopes: [mcp:read] } }
`

/** Starts the service for one test and ends it with the test; no line of its log may then hold any part of a token. */
export async function startTestService(t: TestContext, options: TestServiceOptions = {}): Promise<TestService> {
  const issuer = options.issuer ?? (await startFakeIssuer({ algorithms: ['ES256'], ...options.issuerOptions }))
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-test-'))
  const path = options.path ?? join(folder, 'config.yaml')
  if (options.path === undefined) await writeFile(path, (options.yaml ?? oneRoute)(issuer))
  const written: string[] = []
  const tokens = new Set<string>()
  const service = await start(path, options, (line) => written.push(line))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= service.close()
    return closed
  }
  t.after(async () => {
    await close()
    if (options.issuer === undefined) await issuer.stop()
    await rm(folder, { recursive: true, force: true })
    assertNoToken(written, tokens)
  })
  if (options.waitForKeys !== false) await service.ready
  const lines = () => written.map((line): LogLine => JSON.parse(line))
  const metrics = async () => (await fetch(`${service.operations}/metrics`)).text()
  return {
    service,
    auth: service.auth,
    operations: service.operations,
    issuer,
    path,
    folder,
    ask(route, forwarded = {}) {
      if (forwarded.token !== undefined) tokens.add(forwarded.token)
      return ask(service.auth, route, forwarded)
    },
    lines,
    decisions: () => lines().filter(({ msg }) => msg === 'decision'),
    metrics,
    metric: async (series) => seriesValue(await metrics(), series),
    close,
  }
}

/** Looks again and again until it is true; fails with a sentence after a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience = 60_000): Promise<void> {
  const giveUp = Date.now() + patience
  while (!(await holds())) {
    if (Date.now() > giveUp) assert.fail(`waited ${patience / 1000} s in vain until ${what}`)
    await sleep(20)
  }
}

async function start(path: string, options: TestServiceOptions, onLine: (line: string) => void): Promise<Service> {
  const read = readSettings({
    FORWARDGATE_LISTEN: '127.0.0.1:0',
    FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
    FORWARDGATE_SHUTDOWN_DELAY: '0ms',
    ...options.env,
  })
  if (!read.ok) return assert.fail(read.problems.join('\n'))
  const { settings } = read
  const started = await startService({
    settings,
    source: { kind: 'path', path },
    log: createLogger(settings.logLevel, { write: onLine }),
    logOutput: new TestLogOutput(),
    version: '0.0.0-test',
    pollInterval: 100,
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  return started.ok ? started.service : assert.fail(started.problems.join('\n'))
}

/** The value of one series of ours in what `/metrics` said; undefined where there is none. */
export function seriesValue(exposition: string, series: string): number | undefined {
  const line = exposition.split('\n').find((candidate) => candidate.startsWith(`forwardgate_${series} `))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
}

/** `eyJ` is how every base64url JSON object begins, so every header and payload of a JWT. */
function assertNoToken(lines: readonly string[], tokens: ReadonlySet<string>): void {
  const parts = [...tokens].flatMap((token) => token.split('.')).filter((part) => part.length >= 12)
  for (const line of lines) {
    assert.doesNotMatch(line, /eyJ/, 'a log line holds a part of a token')
    for (const part of parts) assert.ok(!line.includes(part), `a log line holds a part of a token: ${line}`)
  }
}

/** As the real one, its methods work on their object alone. */
class TestLogOutput {
  #lost = 0
  lost(): number {
    return this.#lost
  }
  crowded(): boolean {
    return this.#lost > 0
  }
}
