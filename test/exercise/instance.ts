import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { PROGRAM } from '../../build/program.ts'
import { freePort, until } from '../deploy/child-service.ts'
import { ask } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { RESOURCE } from '../support/service.ts'
import type { Fault } from './faults.ts'

/** What one request of the traffic is; undefined: none. */
export type Asking = ((at: number) => { readonly route?: string; readonly token?: string }) | undefined

/** Between two requests: two a second. */
const PAUSE_MS = 500

/** One process of the service with an issuer and traffic of its own, for one fault. */
export class Instance {
  readonly fault: Fault
  readonly issuer: FakeIssuer
  readonly operations: string
  readonly config: string
  readonly #folder: string
  readonly #auth: string
  #child: ChildProcess | undefined
  #asking: Asking
  #timer: NodeJS.Timeout | undefined

  private constructor(fault: Fault, issuer: FakeIssuer, folder: string, ports: readonly [number, number]) {
    this.fault = fault
    this.issuer = issuer
    this.#folder = folder
    this.#auth = `127.0.0.1:${ports[0]}`
    this.operations = `127.0.0.1:${ports[1]}`
    const main = { issuer: issuer.issuer, ...fault.issuer }
    this.config = stringify({ issuers: { main }, routes: { api: { resource: RESOURCE, scopes: ['mcp:read'] } } })
    // A new token now and then, as after a login.
    this.#asking = (at) => ({ token: issuer.mint({ aud: RESOURCE, scope: 'mcp:read', jti: `${Math.floor(at / 16)}` }) })
  }

  /** Starts it, with good traffic. */
  static async start(fault: Fault, folder: string): Promise<Instance> {
    mkdirSync(folder)
    const issuer = await startFakeIssuer({ algorithms: ['ES256'], cacheControl: 'max-age=60' })
    const instance = new Instance(fault, issuer, folder, [await freePort(), await freePort()])
    instance.configure(instance.config)
    if (fault.env?.['FORWARDGATE_TLS_CERT'] !== undefined) {
      makePair(folder, 'tls', 1)
      makePair(folder, 'expired', -1)
      instance.#asking = undefined
    }
    await instance.restart({})
    instance.#traffic(0)
    return instance
  }

  file(name: string): string {
    return join(this.#folder, name)
  }

  configure(text: string): void {
    writeFileSync(this.file('next'), text)
    renameSync(this.file('next'), this.file('config.yaml'))
  }

  asks(asking: Asking): void {
    this.#asking = asking
  }

  /** As a pod that is replaced. */
  async restart(env: Readonly<Record<string, string>>): Promise<void> {
    await this.#end()
    this.#child = spawn(process.execPath, [PROGRAM, 'serve', '--config', 'config.yaml'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...{ PATH: process.env['PATH'], FORWARDGATE_LISTEN: this.#auth },
        ...{ FORWARDGATE_OPERATIONS_LISTEN: this.operations, FORWARDGATE_SHUTDOWN_DELAY: '0ms' },
        ...{ ...this.fault.env, ...env },
      },
    })
    this.#child.stdout?.resume()
    const ready = async () => (await fetch(`http://${this.operations}/readyz`)).ok
    await until(ready, () => `${this.fault.name}: not ready`)
  }

  /** As when the reader of the log dies. */
  closeLog(): void {
    this.#child?.stdout?.destroy()
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#end()
    await this.issuer.stop()
  }

  async #end(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }

  #traffic(at: number): void {
    this.#timer = setTimeout(() => this.#traffic(at + 1), PAUSE_MS)
    const request = this.#asking?.(at)
    if (request === undefined) return
    const { route = 'api', ...rest } = request
    ask(`http://${this.#auth}`, route, { uri: '/mcp', ...rest }).catch(() => {})
  }
}

function makePair(folder: string, name: string, days: number): void {
  const at = (end: string) => join(folder, `${name}.${end}`)
  const options = ['-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost']
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  openssl('req', '-newkey', 'ec', ...options, '-keyout', at('key'), '-out', at('csr'))
  openssl('x509', '-req', '-in', at('csr'), '-signkey', at('key'), '-days', `${days}`, '-out', at('pem'))
}
