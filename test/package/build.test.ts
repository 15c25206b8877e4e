import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../build/bundle.ts'
import { licensesOf } from '../../build/licenses.ts'
import { v8Flags } from '../../build/program.ts'
import { type RunOptions, runProcess } from '../cli/run.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('the build', () => {
  let folder: string
  let inputs: readonly string[]
  const dist = (name: string) => join(folder, 'dist', name)
  const run = (args: readonly string[], options: RunOptions = {}, flags: readonly string[] = []) =>
    runProcess(args, options, [process.execPath, ...flags, dist('main.cjs')])
  /** As if a file were not there: what still works needs none of it. */
  const without = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    await rename(dist(name), dist(`${name}.hidden`))
    return work().finally(() => rename(dist(`${name}.hidden`), dist(name)))
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forwardgate-build-'))
    await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'))
    inputs = (await bundle(join(folder, 'dist'))).inputs
  })
  after(() => rm(folder, { recursive: true }))

  it('is the same program as the sources', async () => {
    for (const args of [['--version'], ['--help'], ['schema'], ['explain', '--help'], ['explian']]) {
      assert.deepEqual(await run(args), await runProcess(args))
    }
  })

  it('needs neither the gate nor the tools for what probes start', () =>
    without('gate.cjs', () =>
      without('tools.cjs', async () => {
        assert.equal((await run(['--version'])).code, 0)
        assert.equal((await run(['--help'])).code, 0)
        const { code, stderr } = await run(['healthcheck'], { env: { FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:1' } })
        assert.deepEqual([code, stderr], [1, 'forwardgate: nothing answers at 127.0.0.1:1\n'])
      }),
    ))

  it('has a gate without the tools, and tools without the gate', async () => {
    await without('tools.cjs', async () => assert.equal((await run(['serve', '--help'])).code, 0))
    await without('gate.cjs', async () => assert.equal((await run(['check', '--help'])).code, 0))
  })

  it('is compiled in the image with the flags of V8 that the image has, as V8 takes it for no others', async () => {
    const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
    const compile: readonly string[] = JSON.parse(/^RUN (\[.*compile\.ts"\])$/m.exec(dockerfile)?.[1] ?? '[]')
    assert.deepEqual(compile.slice(1, -1), v8Flags())
    assert.ok(v8Flags().length > 0)
  })

  it('needs no package beside it', async () => {
    for (const name of ['main.cjs', 'gate.cjs', 'tools.cjs']) {
      const text = await readFile(dist(name), 'utf8')
      const required = [...text.matchAll(/\brequire\("(?<name>[^"]+)"\)/g)].map((match) => match.groups?.['name'] ?? '')
      const foreign = required.filter((module) => !process.getBuiltinModule(module))
      assert.deepEqual(foreign, [], name)
    }
  })

  it('shows where in the sources an error happened, and reads no map before', async () => {
    const prelude = join(folder, 'prelude.cjs')
    await writeFile(prelude, 'process.stdout.write = () => process.stderr.write(new Error("planted").stack)')
    const { stderr } = await run(['schema'], {}, ['--require', prelude])
    assert.match(stderr, /Error: planted\n(?: {4}at .*\n)* {4}at .*\(\S*src\/\S*\.ts:\d+:\d+\)/)
    for (const name of ['main.cjs', 'gate.cjs', 'tools.cjs']) await writeFile(dist(`${name}.map`), 'not a map')
    assert.match(
      (await run(['schema'], {}, ['--require', prelude])).stderr,
      /Error: planted\n(?: {4}at .*\n)* {4}at .*tools\.cjs/,
    )
  })

  it('names the licence of everything that is in it', async () => {
    const licenses = licensesOf(ROOT, inputs)
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      await readFile(join(ROOT, 'package.json'), 'utf8'),
    )
    for (const name of Object.keys(dependencies)) assert.match(licenses, new RegExp(`^${name} \\d\\S* \\(`, 'm'))
    assert.match(licenses, /^fastify \S+ \(MIT\)\n\nMIT License$/m)
    const development = inputs.filter((file) =>
      /node_modules\/(?:esbuild|typescript|kubernetes-models|fast-check)\//.test(file),
    )
    assert.deepEqual(development, [])
  })

  it('takes the sources and nothing of tests, demo or benchmarks', () => {
    const foreign = inputs.filter(
      (file) => !/^(?:src|build\/runtime|node_modules)\/|^(?:part|left out):|^build\/entry-of/.test(file),
    )
    assert.deepEqual(foreign, [])
  })
})
