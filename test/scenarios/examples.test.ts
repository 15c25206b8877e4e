import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../cli/run.ts'
import { exampleFile, variablesOf } from './support/system.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

const secrets = mkdtempSync(join(tmpdir(), 'forwardgate-secrets-'))
for (const name of ['jwt-secret', 'introspection-secret']) writeFileSync(join(secrets, name), 'x'.repeat(32))
after(() => rmSync(secrets, { recursive: true }))

/** The examples of whole systems. */
const SYSTEMS = readdirSync(EXAMPLES).filter((name) => existsSync(`${EXAMPLES}${name}/traefik.yaml`))

for (const name of SYSTEMS) {
  test(`${name}: check finds nothing in its files`, async () => {
    const folder = `${EXAMPLES}${name}`
    const text = exampleFile(name, 'config.yaml')
    // The secrets of an example are where it runs; here they are made up.
    const config = text === undefined ? [] : [join(secrets, `${name}.yaml`)]
    for (const path of config) writeFileSync(path, text?.replaceAll('/run/secrets/forwardgate', secrets) ?? '')
    const env = variablesOf(exampleFile(name, 'forwardgate.env') ?? '')
    const checked = await run(['check', ...config, '--manifests', `${folder}/traefik.yaml`], { env })
    assert.deepEqual(checked, { code: 0, stdout: 'no findings\n', stderr: '' })
    assert.ok(exampleFile(name, 'README.md')?.includes(`test/scenarios/${name}.test.ts`), 'the README names its test')
    assert.ok(existsSync(fileURLToPath(new URL(`${name}.test.ts`, import.meta.url))))
  })
}
