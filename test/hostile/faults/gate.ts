import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { PROGRAM } from '../../../build/program.ts'
import { freePort } from '../../deploy/child-service.ts'
import { type GateProcess, type Surroundings, startGateProcess, type Variables } from '../../service/child.ts'
import { ask, type Forwarded, type Verdict } from '../../support/ask.ts'
import { type FakeIssuer, type FakeIssuerOptions, startFakeIssuer } from '../../support/fake-issuer.ts'
import { folderFor } from '../../support/folder.ts'
import { oneRoute, RESOURCE, seriesValue, until } from '../../support/service.ts'

/** The service as a process of its own that has the keys of its issuer. */
export interface Gate {
  readonly pid: number
  readonly auth: string
  readonly operations: string
  readonly issuer: FakeIssuer
  /** The configuration file. */
  readonly config: string
  ask(route: string | undefined, forwarded?: Forwarded): Promise<Verdict>
  /** A token that is good for the route `api`. */
  token(): string
  /** The value of one series, ours by the name without its prefix; undefined where there is none. */
  metric(series: string): Promise<number | undefined>
}

export interface GateOptions extends Surroundings {
  readonly yaml?: (issuer: FakeIssuer) => string
  readonly issuerOptions?: FakeIssuerOptions
  readonly variables?: Variables
}

/** Starts one for a test; ended with it. */
export async function startGate(
  t: TestContext,
  options: GateOptions = {},
): Promise<Gate & { readonly process: GateProcess }> {
  const { issuer, config } = await prepare(t, options)
  const process = await startGateProcess(t, { FORWARDGATE_CONFIG: config, ...options.variables }, options)
  return { ...(await withKeys(process, issuer, config)), process }
}

/** One whose log goes elsewhere, so that it cannot say where it listens; it logs every request. */
export async function startMuteGate(t: TestContext, within: readonly string[]): Promise<Gate> {
  const { issuer, config } = await prepare(t, {})
  const [auth, operations] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const [command = '', ...rest] = [...within, process.execPath, PROGRAM, 'serve']
  const child: ChildProcess = spawn(command, rest, {
    env: {
      PATH: process.env['PATH'],
      FORWARDGATE_CONFIG: config,
      FORWARDGATE_LISTEN: auth,
      FORWARDGATE_OPERATIONS_LISTEN: operations,
      FORWARDGATE_DECISION_LOG: 'all',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
    const [code] = await ended
    clearTimeout(late)
    if (code !== 0) throw new Error(`it ended with ${code}: a log without a reader must not hold it`)
  })
  return withKeys({ pid: child.pid ?? 0, auth: `http://${auth}`, operations: `http://${operations}` }, issuer, config)
}

async function prepare(t: TestContext, options: GateOptions) {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'], ...options.issuerOptions })
  t.after(() => issuer.stop())
  const config = join(folderFor(t), 'config.yaml')
  await writeFile(config, (options.yaml ?? oneRoute)(issuer))
  return { issuer, config }
}

async function withKeys(
  { pid, auth, operations }: { readonly pid: number; readonly auth: string; readonly operations: string },
  issuer: FakeIssuer,
  config: string,
): Promise<Gate> {
  const token = () => issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
  const gate: Gate = {
    pid,
    auth,
    operations,
    issuer,
    config,
    ask: (route, forwarded = {}) => ask(auth, route, forwarded),
    token,
    metric: async (series) => readMetric(await (await fetch(`${operations}/metrics`)).text(), series),
  }
  const hasKeys = () =>
    gate.ask('api', { token: token() }).then(
      ({ status }) => status === 200,
      () => false,
    )
  await until('it has keys', hasKeys, 20_000)
  return gate
}

/** A series of ours, or one of Node's by its whole name. */
export function readMetric(exposition: string, series: string): number | undefined {
  const line = exposition.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? seriesValue(exposition, series) : Number(line.slice(line.lastIndexOf(' ')))
}
