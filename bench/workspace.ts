import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfigurationSize, configuration } from './configuration.ts'
import { type CallOptions, verifyCall, writeRequests } from './requests.ts'
import type { Effort } from './rounds.ts'
import { bundleRivals, type Rival, type Server, type ServerOptions, startRival } from './servers.ts'
import { type Algorithm, AUDIENCE, ISSUER, type Keys, makeKeys, SCOPE } from './tokens.ts'

/** What every group of measurements works with. */
export interface Workspace {
  readonly folder: string
  readonly effort: Effort
  readonly quick: boolean
  readonly keys: Keys
  /** The core of the server, and the core of the load; undefined where there are not two. */
  readonly cores: { readonly server: number; readonly load: number } | undefined
  /** Starts one of bench/rivals, bundled; `env`: beside what all of them read. */
  readonly startRival: (rival: Rival, options: ServerOptions) => Promise<Server>
  /** Writes a configuration for forwardgate, and returns its path. */
  readonly writeConfiguration: (size: ConfigurationSize) => Promise<string>
  /** Writes a file of the benchmark's folder, and returns its path. */
  readonly write: (name: string, text: string) => Promise<string>
  /** Writes requests with these tokens, one each. */
  readonly writeCalls: (name: string, tokens: readonly (string | undefined)[], call?: CallOptions) => Promise<string>
  readonly mintMany: (algorithm: Algorithm, count: number) => Promise<readonly string[]>
  readonly remove: () => Promise<void>
}

/** Makes keys and a folder for one run. */
export async function openWorkspace({ quick }: { readonly quick: boolean }): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-bench-'))
  const keys = makeKeys()
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const jwks = await write('jwks.json', JSON.stringify(keys.jwks))
  const rivalEnv = { BENCH_JWKS: jwks, BENCH_ISSUER: ISSUER, BENCH_AUDIENCE: AUDIENCE, BENCH_SCOPE: SCOPE }
  bundleRivals(folder)
  return {
    folder,
    effort: { rounds: quick ? 2 : 6, seconds: 1 },
    quick,
    keys,
    cores: availableParallelism() >= 2 ? { server: 1, load: 0 } : undefined,
    startRival: (rival, { core, env }) => startRival(rival, { core, folder, env: { ...rivalEnv, ...env } }),
    write,
    writeConfiguration: (size) => write(`config-${size.routes}-${size.issuers}.yaml`, configuration(jwks, size)),
    writeCalls: (name, tokens, call) =>
      writeRequests(
        join(folder, `${name}.requests`),
        tokens.map((token) => verifyCall({ ...call, token })),
      ),
    mintMany: (algorithm, count) => Promise.all(Array.from({ length: count }, () => keys.mint(algorithm))),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
