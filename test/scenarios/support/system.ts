import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Gate, startGate } from '../../../demo/gate.ts'
import { openManifestProxy } from './manifest-proxy.ts'
import { openTunnel } from './tunnel.ts'

/** What stands around the gate in one example. */
export interface Surroundings {
  /** The example's URLs, and where the same thing is now. */
  readonly urls: Readonly<Record<string, string>>
  /** The origins behind the manifests' services; `forwardgate` is there by itself. */
  readonly services: Readonly<Record<string, string>>
}

/** An example, running: its own files with nothing but URLs replaced. */
export interface System {
  /** Where clients find it. */
  readonly origin: string
  readonly gate: Gate
  /** The proxy's name. */
  readonly proxy: string
  /** How often a request was refused for this reason. */
  denials(reason: string): Promise<number>
  /** The log, line by line. Equal denials share a line. */
  log(): readonly Readonly<Record<string, unknown>>[]
}

/** How an example is run. */
export interface SystemOptions {
  /** A tunnel that ends TLS stands in front of the proxy. */
  readonly tunnel?: boolean
  /** Changes the configuration once it stands where it is: a shorter tolerance, a secret's place. */
  readonly change?: (configuration: string) => string
}

/**
 * Runs `examples/<name>`: the gate with its `config.yaml` (or the variables of its `forwardgate.env`) and a real proxy
 * with its `traefik.yaml`. `surround` starts issuers and services, when the public origin is known. All of it ends with
 * the test, and then no line of the log may hold a part of a token.
 */
export async function startSystem(
  t: TestContext,
  name: string,
  surround: (origin: string) => Promise<Surroundings>,
  options: SystemOptions = {},
): Promise<System> {
  const proxy = await openManifestProxy()
  t.after(() => proxy.stop())
  const tunnel = options.tunnel === true ? await openTunnel(proxy.origin) : undefined
  if (tunnel !== undefined) t.after(() => tunnel.stop())
  const origin = tunnel?.origin ?? proxy.origin
  const { urls, services } = await surround(origin)

  const lines: string[] = []
  const hear = (line: string) => lines.push(line)
  const configuration = exampleFile(name, 'config.yaml')
  const gate =
    configuration === undefined
      ? await startGate(undefined, hear, variablesOf(placed(exampleFile(name, 'forwardgate.env') ?? '', urls)))
      : await startGate(changed(placed(configuration, urls), options), hear)
  t.after(async () => {
    await gate.stop()
    assert.doesNotMatch(lines.join('\n'), /eyJ/, 'a log line holds a part of a token')
  })
  const manifests = placed(exampleFile(name, 'traefik.yaml') ?? '', {
    ...urls,
    'http://forwardgate.auth.svc.cluster.local:8080': gate.auth,
    'api.example.com': new URL(origin).hostname,
  })
  await proxy.connect(manifests, { forwardgate: gate.auth, ...services })
  return {
    origin,
    gate,
    proxy: proxy.name,
    denials: async (reason) => {
      const metrics = await (await fetch(`${gate.operations}/metrics`)).text()
      const series = metrics.split('\n').filter((line) => line.startsWith('forwardgate_decisions_total{'))
      const counts = series
        .filter((line) => line.includes(`reason="${reason}"`))
        .map((line) => Number(line.split(' ').at(-1)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    log: () => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : [])),
  }
}

/** A file of an example; undefined where it has none. */
export function exampleFile(name: string, file: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(`../../../examples/${name}/${file}`, import.meta.url)), 'utf8')
  } catch {
    return undefined
  }
}

/** The variables of a file of `NAME=value` lines. */
export function variablesOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line))
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
}

function changed(configuration: string, { change }: SystemOptions): string {
  return change?.(configuration) ?? configuration
}

/** The text without any of the example's own URLs: what remains would lead out of this machine. */
function placed(text: string, urls: Readonly<Record<string, string>>): string {
  const result = Object.entries(urls).reduce((whole, [theirs, ours]) => whole.replaceAll(theirs, ours), text)
  const [forgotten] = /^[^#\n]*example\.com.*$/m.exec(result) ?? []
  assert.equal(forgotten, undefined, 'a URL of the example is not replaced')
  return result
}
