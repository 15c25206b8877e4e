import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { run } from '../cli/run.ts'
import { folderFor } from '../support/folder.ts'
import { unavailable } from '../support/missing-part.ts'
import { readManifests } from './manifest-schemas.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const needsKubectl =
  spawnSync('kubectl', ['version', '--client']).status === 0
    ? {}
    : { skip: unavailable('kubectl is not here: the quick start is not played') }

type Cluster = ReadonlyMap<string, object>

describe('the quick start', needsKubectl, () => {
  const folder = folderFor({ after })
  const page = readFileSync(join(ROOT, 'docs/deploy/quick-start-authentik.md'), 'utf8')

  it('is in order after each step, and after the next reconciliation, however often it is played', async () => {
    const config = join(folder, 'config.yaml')
    const overlay = copyOverlay()
    let cluster: Cluster = new Map()
    for (const _ of ['first', 'again']) {
      cluster = applied(cluster, overlay)
      cluster = applied(cluster, await generated(config))
      await assertInOrder(config, cluster)
      cluster = applied(cluster, overlay)
      await assertInOrder(config, cluster)
    }
    const owners = [...cluster.values()].filter((object) => JSON.stringify(object).includes('oauth-protected-resource'))
    assert.equal(owners.length, 1, 'one object leads to the metadata')
  })

  /** Steps 2 and 3, as YAML. */
  function copyOverlay(): string {
    const [, name = assert.fail('step 3 names no overlay')] = /Copy `(deploy\/overlays\/[\w-]+)`/.exec(page) ?? []
    cpSync(join(ROOT, name), folder, { recursive: true })
    const [, config = assert.fail('step 2 has no configuration')] =
      /```yaml\n(# config\.yaml\n[^`]*)```/.exec(page) ?? []
    writeFileSync(join(folder, 'config.yaml'), config)
    edit('kustomization.yaml', '../../base', relative(folder, join(ROOT, 'deploy/base')))
    edit('well-known-route.yaml', 'api.example.com', 'mcp.example.com')
    return execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' })
  }

  function edit(file: string, from: string, to: string): void {
    const text = readFileSync(join(folder, file), 'utf8')
    writeFileSync(join(folder, file), text.replaceAll(from, to))
  }

  /** Step 4. */
  async function generated(config: string): Promise<string> {
    const [, command = assert.fail('step 4 has no generate')] = /^forwardgate (generate .*) >/m.exec(page) ?? []
    const { code, stdout, stderr } = await run([...command.split(' '), '--config', config])
    assert.equal(code, 0, stderr)
    return stdout
  }

  async function assertInOrder(config: string, cluster: Cluster): Promise<void> {
    const file = join(folder, 'cluster.yaml')
    writeFileSync(file, [...cluster.values()].map((object) => stringify(object)).join('---\n'))
    const { code, stdout } = await run(['check', config, '--manifests', file, '--format', 'json'])
    const { findings } = JSON.parse(stdout)
    assert.equal(code, 0, stdout)
    assert.deepEqual(findings, [])
  }
})

/** What a cluster has after these manifests have been applied: the last one to write an object wins. */
function applied(cluster: Cluster, text: string): Cluster {
  const objects = readManifests(text, 'quick start').map(({ kind, object }) => {
    const { namespace, name } = Object(object['metadata'])
    return [`${kind} ${namespace}/${name}`, object] as const
  })
  return new Map([...cluster, ...objects])
}
