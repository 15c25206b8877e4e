import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../cli/run.ts'
import { exampleFile, variablesOf } from './support/system.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

/** The examples of whole systems. */
const SYSTEMS = readdirSync(EXAMPLES).filter((name) => existsSync(`${EXAMPLES}${name}/traefik.yaml`))

for (const name of SYSTEMS) {
  test(`${name}: check finds nothing in its files`, async () => {
    const folder = `${EXAMPLES}${name}`
    const config = existsSync(`${folder}/config.yaml`) ? [`${folder}/config.yaml`] : []
    const env = variablesOf(exampleFile(name, 'forwardgate.env') ?? '')
    const checked = await run(['check', ...config, '--manifests', `${folder}/traefik.yaml`], { env })
    assert.deepEqual(checked, { code: 0, stdout: 'no findings\n', stderr: '' })
    assert.ok(exampleFile(name, 'README.md')?.includes(`test/scenarios/${name}.test.ts`), 'the README names its test')
    assert.ok(existsSync(fileURLToPath(new URL(`${name}.test.ts`, import.meta.url))))
  })
}
