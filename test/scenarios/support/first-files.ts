import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../cli/run.ts'
import type { SystemFiles } from './system.ts'

/** What a user types to protect a server, beside `--as file` and where the files go. */
export interface FirstFlags {
  readonly issuer: string
  readonly resource: string
  /** Where the protected server is. */
  readonly url: string
  readonly discoveryUri?: string
  /** The text of a sample token. */
  readonly token?: string
}

/** The files that `init` writes, and what the commands that it names next say to them. */
export interface FirstFiles extends SystemFiles {
  /** Ids of what `check --online` finds. */
  readonly findings: readonly string[]
}

/**
 * Runs `init` with these flags, then `check --online` and `test` as it says. Of the files that it wrote, `startSystem`
 * changes the address of forwardgate alone, `http://forwardgate:8080`: the host name of a container, and no port here.
 */
export async function firstFiles(flags: FirstFlags): Promise<FirstFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-init-'))
  try {
    const out = join(folder, 'auth')
    const [config, traefik, policy] = ['config.yaml', 'traefik.yaml', 'policy-test.yaml'].map((name) => join(out, name))
    if (config === undefined || traefik === undefined || policy === undefined) return assert.fail()
    const args = ['--issuer', flags.issuer, '--resource', flags.resource, '--url', flags.url, '--as', 'file']
    if (flags.discoveryUri !== undefined) args.push('--discovery-uri', flags.discoveryUri)
    if (flags.token !== undefined) {
      await writeFile(join(folder, 'token.jwt'), flags.token)
      args.push('--token-file', join(folder, 'token.jwt'))
    }
    const made = await run(['init', ...args, '--out', out])
    assert.equal(made.code, 0, made.stdout + made.stderr)
    const checked = await run(['check', config, '--manifests', traefik, '--online', '--format', 'json'])
    assert.equal(checked.code, 0, checked.stdout)
    const { findings }: { readonly findings: readonly { readonly id: string }[] } = JSON.parse(checked.stdout)
    const tested = await run(['test', policy, '--config', config])
    assert.equal(tested.code, 0, tested.stdout)
    const [configuration, manifests] = await Promise.all([config, traefik].map((file) => readFile(file, 'utf8')))
    return { configuration, variables: '', manifests: manifests ?? '', findings: findings.map(({ id }) => id) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
