import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { imageFlags, v8Flags } from '../../build/program.ts'
import { startGateProcess } from '../service/child.ts'
import { ask } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { RESOURCE, until } from '../support/service.ts'
import { printTable } from './table.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const FLAGS = imageFlags()

/** What code in the process might try, as a dependency that was taken over would. `FILE` is a path in a folder of the test. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  'read a file that is none of its': "require('fs').readFileSync(FILE + '-there')",
  'look into a folder': "require('fs').readdirSync('/')",
  'write a file': "require('fs').writeFileSync(FILE, 'x')",
  'append to a file': "require('fs').appendFileSync(FILE, 'x')",
  'open a file for writing': "require('fs').openSync(FILE, 'w')",
  'write through a stream': "require('fs').createWriteStream(FILE).on('error', (error) => { throw error })",
  'write by promises': "require('fs/promises').writeFile(FILE, 'x')",
  'make a folder': "require('fs').mkdirSync(FILE)",
  'make a temporary folder': "require('fs').mkdtempSync(FILE)",
  'copy a file': "require('fs').copyFileSync(process.execPath, FILE)",
  'make a link': "require('fs').symlinkSync('/etc', FILE)",
  'remove a file': "require('fs').rmSync(FILE + '-there')",
  'rename a file': "require('fs').renameSync(FILE + '-there', FILE)",
  'change its mode': "require('fs').chmodSync(FILE + '-there', 0o777)",
  'start a program': "require('child_process').spawnSync('true')",
  'start a shell': "require('child_process').execSync('true')",
  'start Node again': "require('child_process').fork('x.js')",
  'start a worker': "new (require('worker_threads').Worker)('0', { eval: true })",
  'load a native add-on': "process.dlopen({ exports: {} }, FILE + '-there')",
  'run WebAssembly with files': "new (require('wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } })",
}

/** What would have no error without the flags either, so that its twin is another one. */
const WITHOUT_TWIN = new Set([
  'start Node again',
  'load a native add-on',
  'run WebAssembly with files',
  'write by promises',
])

describe('Node’s permissions, as the image sets them', () => {
  const lines: (string | number)[][] = []
  after(() =>
    printTable(
      'What code in the process may do under the flags of the image',
      ['attempt', 'with the flags', 'without'],
      lines,
    ),
  )

  it('are there', () => {
    const [permission, ...reads] = FLAGS.filter((flag) => !v8Flags().includes(flag))
    assert.equal(permission, '--permission')
    assert.deepEqual(
      reads.map((flag) => flag.replace('--allow-fs-read=', '')),
      ['/app/*', '/etc/forwardgate*', '/run/secrets/*', '/var/run/secrets/*', '/proc/self/*'],
    )
  })

  for (const [what, code] of Object.entries(FORBIDDEN)) {
    it(`forbid to ${what}`, async (t) => {
      const withFlags = await attempt(t, FLAGS, code)
      assert.match(withFlags.error, /ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/)
      assert.ok(!withFlags.made, 'and there is nothing')
      const without = await attempt(t, [], code)
      if (!WITHOUT_TWIN.has(what)) assert.equal(without.error, '', 'its twin')
      lines.push([what, 'denied', without.error === '' ? 'done' : 'another error'])
    })
  }

  it('let the service serve, reload and end', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => issuer.stop())
    const folder = folderFor(t)
    const file = join(folder, 'config.yaml')
    await writeFile(file, configuration(issuer, 'read'))
    const gate = await startGateProcess(
      t,
      { FORWARDGATE_CONFIG: file },
      { nodeOptions: [...FLAGS, `--allow-fs-read=${folder}/*`, `--allow-fs-read=${ROOT}*`] },
    )
    const token = issuer.mint({ aud: RESOURCE, scope: 'read' })
    await until('it has keys', async () => (await ask(gate.auth, 'api', { token })).status === 200)
    assert.equal((await ask(gate.auth, 'api')).status, 401)
    await writeFile(`${file}.new`, configuration(issuer, 'write'))
    await rename(`${file}.new`, file)
    await until('it is reloaded', async () => (await ask(gate.auth, 'api', { token })).status === 403)
    gate.kill('SIGTERM')
    const { code, stderr } = await gate.ended()
    assert.deepEqual([code, stderr], [0, ''])
    lines.push(['serve, fetch keys, reload, end', 'done', 'done'])
  })
})

const configuration = (issuer: FakeIssuer, scope: string) => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, scopes: [${scope}] } }
`

async function attempt(
  t: TestContext,
  flags: readonly string[],
  code: string,
): Promise<{ error: string; made: boolean }> {
  const file = join(folderFor(t), 'made')
  await writeFile(`${file}-there`, 'x')
  const child = spawn(
    process.execPath,
    [...flags, '--no-warnings', '--eval', code.replaceAll('FILE', JSON.stringify(file))],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let error = ''
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString()
  })
  await once(child, 'close')
  return { error, made: existsSync(file) }
}
