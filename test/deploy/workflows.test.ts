import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT }).sort()

test('every action is pinned by digest, with its version beside it', () => {
  const lines = WORKFLOWS.flatMap((file) => [...read(file).matchAll(/^ *(?:- )?uses: (?<action>\S+)(?<rest>.*)$/gm)])
  const foreign = lines.flatMap(({ groups = {} }) => (groups['action']?.startsWith('./') ? [] : [groups]))
  assert.ok(foreign.length > 10)
  const loose = foreign.filter(
    ({ action = '', rest = '' }) => !/@[0-9a-f]{40}$/.test(action) || !/^ # v\d+\.\d+\.\d+$/.test(rest),
  )
  assert.deepEqual(loose, [])
})

test('no workflow may do anything that a job does not ask for, and no job runs without end', () => {
  for (const file of WORKFLOWS) {
    const { permissions, jobs }: { permissions: unknown; jobs: Record<string, Record<string, unknown>> } = parse(
      read(file),
    )
    assert.deepEqual(permissions, {}, file)
    for (const [name, job] of Object.entries(jobs)) {
      assert.ok(job['permissions'] !== undefined, `${file}: ${name}`)
      if (job['uses'] === undefined) assert.equal(typeof job['timeout-minutes'], 'number', `${file}: ${name}`)
    }
  }
})

test('CI runs every part of .ci/run, and no other', () => {
  const script = read('.ci/run')
  const parts = /\$\{@:-(?<parts>[a-z ]+)\}/.exec(script)?.groups?.['parts']?.split(' ') ?? []
  for (const part of parts) assert.match(script, new RegExp(`^${part}\\(\\) \\{`, 'm'))
  const { jobs } = parse(read('.github/workflows/ci.yml'))
  assert.deepEqual([...jobs.check.strategy.matrix.part].sort(), parts.sort())
  const suites = Object.keys(JSON.parse(read('package.json')).scripts).filter((name) => /^test(?::|$)/.test(name))
  for (const suite of suites) assert.match(script, new RegExp(suite === 'test' ? 'npm test\\b' : `npm run ${suite}\\b`))
})
