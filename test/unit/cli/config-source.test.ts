import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { chooseSource } from '../../../src/cli/config-source.ts'

const variables = { OIDC_ISSUER: 'https://id.example.com' }

/** Goes to a folder of its own for one test. */
async function enterFolder(t: TestContext, files: readonly string[] = []): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'config-source-'))
  for (const file of files) await writeFile(join(folder, file), '')
  const before = process.cwd()
  process.chdir(folder)
  t.after(async () => {
    process.chdir(before)
    await rm(folder, { recursive: true })
  })
}

describe('where the configuration comes from', () => {
  it('--config overrides FORWARDGATE_CONFIG', () => {
    const settings = { config: 'b.yaml', configVariables: variables }
    assert.deepEqual(chooseSource('a.yaml', settings), { kind: 'path', path: 'a.yaml' })
    assert.deepEqual(chooseSource(undefined, settings), { kind: 'path', path: 'b.yaml' })
  })

  it('a path that was named is never given up for the variables, even where it does not exist', async (t) => {
    await enterFolder(t, ['config.yaml'])
    const settings = { config: '/nowhere.yaml', configVariables: variables }
    assert.deepEqual(chooseSource(undefined, settings), { kind: 'path', path: '/nowhere.yaml' })
  })

  it('nothing named: ./config.yaml where it is, also beside variables', async (t) => {
    await enterFolder(t, ['config.yaml'])
    const settings = { config: undefined, configVariables: variables }
    assert.deepEqual(chooseSource(undefined, settings), { kind: 'path', path: './config.yaml' })
  })

  it('nothing at all: the variables', async (t) => {
    await enterFolder(t)
    const settings = { config: undefined, configVariables: variables }
    assert.deepEqual(chooseSource(undefined, settings), { kind: 'environment', variables })
  })
})
