import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { PROGRAM } from '../../build/program.ts'
import { folderFor } from '../support/folder.ts'
import { run } from './run.ts'

const FOLDER = new URL('../../docs/how-to/', import.meta.url)

/** What a page promises: a file that belongs to the configuration above it, and the command that proves it. */
interface Proof {
  readonly at: string
  readonly kind: 'policy' | 'traefik'
  readonly configuration: string
  readonly text: string
}

const PROOFS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md'))
  .flatMap(proofsOf)

/** Pages that answer a task by a configuration: each must prove that it does. */
const PROVED = [
  'coming-from',
  'local-development',
  'public-paths',
  'refresh-tokens',
  'rest',
  'several-hosts',
  'streams',
  'websockets',
  'workloads',
]

test('each page about a task has policy tests', () => {
  const pages = new Set(PROOFS.filter(({ kind }) => kind === 'policy').map(({ at }) => at.replace(/\.md:.*/, '')))
  assert.deepEqual(
    PROVED.filter((page) => !pages.has(page)),
    [],
  )
})

for (const { at, kind, configuration, text } of PROOFS) {
  test(`${at}: ${kind === 'policy' ? 'every policy test passes' : 'check finds nothing that is not accepted'}`, async (t) => {
    const folder = folderFor(t)
    const [config, proof] = [join(folder, 'config.yaml'), join(folder, `${kind}.yaml`)]
    await writeFile(config, configuration)
    await writeFile(proof, text)
    const { code, stdout, stderr } =
      kind === 'policy'
        ? await run(['test', proof, '--config', config])
        : await run(['check', config, '--manifests', proof])
    assert.equal(code, 0, stdout + stderr)
  })
}

test('local-development.md: a static token, typed literally', async (t) => {
  const folder = folderFor(t)
  const page = readFileSync(new URL('local-development.md', FOLDER), 'utf8')
  const script = /^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
  const named = `forwardgate() { '${process.execPath}' '${PROGRAM}' "$@"; }; node() { '${process.execPath}' "$@"; }`
  const { stdout } = await promisify(execFile)('sh', ['-ec', `${named}\n${script}`], { cwd: folder })
  assert.match(stdout, /^allow: token$/m)
})

/** Fences that begin with `# policy.yaml` or `# traefik.yaml`, each with the last configuration above it. */
function proofsOf(file: string): readonly Proof[] {
  const page = readFileSync(new URL(file, FOLDER), 'utf8')
  const proofs: Proof[] = []
  let configuration = ''
  for (const match of page.matchAll(/^```yaml( forwardgate)?\n([\s\S]*?)^```$/gm)) {
    const text = match[2] ?? ''
    if (match[1] !== undefined) configuration = text
    const kind = /^# (policy|traefik)\.yaml$/m.exec(text.split('\n')[0] ?? '')?.[1]
    const line = page.slice(0, match.index).split('\n').length
    if (kind === 'policy' || kind === 'traefik') proofs.push({ at: `${file}:${line}`, kind, configuration, text })
  }
  return proofs
}
