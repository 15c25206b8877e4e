import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Gate, startGate } from '../../../lab/gate.ts'
import { run } from '../../cli/run.ts'
import { until } from '../../support/service.ts'
import { openManifestProxy } from './manifest-proxy.ts'
import { openTunnel } from './tunnel.ts'

/** What is around the gate in one example. */
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
  /** Writes another configuration and waits until it is in force. */
  reconfigure(configuration: string): Promise<void>
  /** The log, line by line. Equal denials share a line. */
  log(): readonly Readonly<Record<string, unknown>>[]
}

/** How an example is run. */
export interface SystemOptions {
  /** A tunnel that ends TLS is in front of the proxy. */
  readonly tunnel?: boolean
}

/** What a system is made from. */
export interface SystemFiles {
  /** Undefined where variables describe the route. */
  readonly configuration: string | undefined
  readonly variables: string
  readonly manifests: string
}

/** Files that are made when the public origin is known, and what is around the gate runs. */
export type SystemMaker = (origin: string) => Promise<SystemFiles>

/**
 * Runs these files: the gate with the configuration or the variables, and a real proxy with the manifests. `surround`
 * starts issuers and services, when the public origin is known. All of it ends with the test, and then no line of the
 * log may hold a part of a token.
 */
export async function startSystem(
  t: TestContext,
  files: SystemFiles | SystemMaker,
  surround: (origin: string) => Promise<Surroundings>,
  options: SystemOptions = {},
): Promise<System> {
  const proxy = await openManifestProxy()
  t.after(() => proxy.stop())
  const tunnel = options.tunnel === true ? await openTunnel(proxy.origin) : undefined
  if (tunnel !== undefined) t.after(() => tunnel.stop())
  const origin = tunnel?.origin ?? proxy.origin
  const { urls, services } = await surround(origin)
  const { configuration, variables, manifests } = typeof files === 'function' ? await files(origin) : files

  const lines: string[] = []
  const hear = (line: string) => lines.push(line)
  const gate =
    configuration === undefined
      ? await startGate(undefined, hear, variablesOf(placed(variables, urls)))
      : await startGate(placed(configuration, urls), hear)
  t.after(async () => {
    await gate.stop()
    assert.doesNotMatch(lines.join('\n'), /eyJ/, 'a log line holds a part of a token')
  })
  const addresses = {
    'http://forwardgate.auth.svc.cluster.local:8080': gate.auth,
    'http://forwardgate:8080': gate.auth,
    'api.example.com': new URL(origin).hostname,
  }
  await proxy.connect(placed(manifests, { ...urls, ...addresses }), { forwardgate: gate.auth, ...services })
  const metric = async (start: string, part: string) => {
    const lines = (await (await fetch(`${gate.operations}/metrics`)).text()).split('\n')
    const counts = lines.filter((line) => line.startsWith(start) && line.includes(part))
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }
  return {
    origin,
    gate,
    proxy: proxy.name,
    denials: (reason) => metric('forwardgate_decisions_total{', `reason="${reason}"`),
    reconfigure: async (text) => {
      const reloads = () => metric('forwardgate_config_reloads_total{', 'outcome="success"')
      const before = await reloads()
      await writeFile(gate.configFile, placed(text, urls))
      await until('the configuration is reloaded', async () => (await reloads()) > before)
    },
    log: () => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : [])),
  }
}

/** The files of `examples/<name>`. */
export function example(name: string): SystemFiles {
  return {
    configuration: exampleFile(name, 'config.yaml'),
    variables: exampleFile(name, 'forwardgate.env') ?? '',
    manifests: exampleFile(name, 'traefik.yaml') ?? '',
  }
}

/**
 * A configuration with the manifests that `forwardgate generate` makes for it; every service is called as its route.
 * `urls` replaces what generate cannot find here, such as secrets.
 */
export async function generated(
  configuration: string,
  urls: Readonly<Record<string, string>> = {},
): Promise<SystemFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-scenario-'))
  await writeFile(join(folder, 'config.yaml'), replaced(configuration, urls))
  const { code, stdout, stderr } = await run(['generate', 'traefik', '--config', join(folder, 'config.yaml')])
  await rm(folder, { recursive: true })
  assert.equal(code, 0, stderr)
  return { configuration, variables: '', manifests: stdout }
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

/** The text without any of the example's own URLs: what remains would lead out of this machine. */
function placed(text: string, urls: Readonly<Record<string, string>>): string {
  const result = replaced(text, urls)
  const [forgotten] = /^[^#\n]*example\.com.*$/m.exec(result) ?? []
  assert.equal(forgotten, undefined, 'a URL of the example is not replaced')
  return result
}

function replaced(text: string, urls: Readonly<Record<string, string>>): string {
  return Object.entries(urls).reduce((whole, [theirs, ours]) => whole.replaceAll(theirs, ours), text)
}
