import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { run, runProcess } from './run.ts'

const ENTRY = fileURLToPath(new URL('../../bin/forwardgate.cjs', import.meta.url))
/** Makes any Node look like one that cannot run TypeScript. */
const OLD = "--import=data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.0.0'})"

test('the entry for npx is the same program', async () => {
  const [entry, main] = await Promise.all([runProcess(['--help'], {}, [process.execPath, ENTRY]), run(['--help'])])
  assert.deepEqual(entry, main)
})

test('under an old Node the entry runs under the one of the clone, with its input and exit code', async () => {
  const args = ['explain', '--config', 'examples/config/minimal.yaml', '--call', '-']
  const { code, stdout } = await runProcess(args, { stdin: 'GET /verify/nobody HTTP/1.1\n' }, [
    process.execPath,
    OLD,
    ENTRY,
  ])
  assert.equal(code, 0)
  assert.match(stdout, /^deny: route_unknown/m)
  const bad = await runProcess(['explian'], {}, [process.execPath, OLD, ENTRY])
  assert.equal(bad.code, 2)
  assert.match(bad.stderr, /did you mean "explain"/)
})

test('without any fitting Node it says what is needed', async (t) => {
  const folder = folderFor(t)
  await copyFile(ENTRY, join(folder, 'forwardgate.cjs'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const { code, stdout, stderr } = await runProcess(['--help'], {}, [
    process.execPath,
    OLD,
    join(folder, 'forwardgate.cjs'),
  ])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /Node 24 or later is needed, and this is 20\.0\.0/)
  // Not "npm install forwardgate …": the registry would answer with another package of this name.
  assert.doesNotMatch(stderr, /npm install forwardgate/)
})
