import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../cli/run.ts'
import { ask } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { until } from '../support/service.ts'
import { type Installed, installPacked } from './packed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RESOURCE = 'https://api.example.com/mcp/kubernetes'

/** How each `npx` line of the documents ends, in the order in which they are run. */
const LINES: Readonly<Record<string, { readonly code: number; readonly says: RegExp }>> = {
  'npx forwardgate --help': { code: 0, says: /^Usage: forwardgate <command>/ },
  'npx forwardgate init --issuer … --resource … --out first': { code: 0, says: /config\.yaml/ },
  'npx forwardgate explain --route kubernetes --token-file token.jwt': { code: 0, says: /^allow/m },
  'npx forwardgate check config.yaml --manifests traefik/': { code: 0, says: /finding|note/ },
  'npx forwardgate test policy.yaml': { code: 0, says: /pass/ },
  'npx forwardgate generate traefik --as file --url kubernetes=http://127.0.0.1:3000 --gate-service 127.0.0.1': {
    code: 0,
    says: /http:\/\/127\.0\.0\.1:3000/,
  },
  'npx forwardgate generate traefik --as docker-labels': { code: 0, says: /traefik\.http\.routers/ },
  // Where the documents have their reader's URL, nothing answers here.
  'npx forwardgate doctor https://api.example.com/mcp/kubernetes': { code: 1, says: /127\.0\.0\.1/ },
}

function npxLines(): readonly string[] {
  const files = ['README.md', ...globSync(['docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT })]
  const found = files.flatMap((file) => [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?<line>npx forwardgate [^\n`#<>&]*[^\n`#<>& ])/g),
  ])
  return [...new Set(found.map((match) => match.groups?.['line'] ?? ''))]
}

describe('the npm package', () => {
  let installed: Installed
  let issuer: FakeIssuer
  before(async () => {
    installed = installPacked()
    issuer = await startFakeIssuer()
  })
  after(async () => {
    await issuer.stop()
    installed.remove()
  })
  const run = (line: string) => {
    const [program = '', ...args] = line.split(' ')
    return runProcess(args, { cwd: installed.folder, env: installed.env }, [program])
  }

  it('is one package, with what runs and nothing else', () => {
    assert.deepEqual(
      readdirSync(join(installed.folder, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['forwardgate'],
    )
    const expected =
      /^(?:bin\/forwardgate\.cjs|dist\/(?:main|gate|tools)\.cjs(?:\.map)?|dist\/LICENSES\.txt|docs\/reference\/forwardgate\.schema\.json|package\.json|(?:README|CHANGELOG)\.md|LICENSE)$/
    assert.deepEqual(
      installed.files.filter((file) => !expected.test(file)),
      [],
    )
    assert.equal(installed.files.length, 13)
  })

  it('has a manifest without what only builders need, and exports the schema', async () => {
    const text = readFileSync(join(installed.folder, 'node_modules/forwardgate/package.json'), 'utf8')
    const manifest: Record<string, unknown> = JSON.parse(text)
    for (const key of ['private', 'scripts', 'dependencies', 'devDependencies', 'overrides'])
      assert.equal(manifest[key], undefined, key)
    assert.deepEqual(manifest['engines'], { node: '>=24' })
    const load = `console.log(require('forwardgate/schema.json').title, require('forwardgate/package.json').version)`
    const { stdout, stderr } = await runProcess(['--print', load], { cwd: installed.folder }, [process.execPath])
    assert.match(stdout, /\d+\.\d+\.\d+/, stderr)
  })

  it('the documents have no npx line that is not run here', () => {
    assert.deepEqual([...npxLines()].sort(), Object.keys(LINES).sort())
  })

  for (const [line, { code, says }] of Object.entries(LINES)) {
    it(line, async () => {
      const typed = line
        .replace('--issuer …', `--issuer ${issuer.issuer}`)
        .replace('--resource …', `--resource ${RESOURCE}`)
        .replace('doctor https://api.example.com', 'doctor https://127.0.0.1:1')
      const ended = await run(typed)
      assert.equal(ended.code, code, `${typed}\n${ended.stdout}${ended.stderr}`)
      assert.match(ended.stdout + ended.stderr, says)
      if (line.includes(' init ')) await moveToWhereTheOthersLook()
    })
  }

  /** As a reader would: the first configuration becomes the one in use. */
  async function moveToWhereTheOthersLook(): Promise<void> {
    const at = (...path: string[]) => join(installed.folder, ...path)
    await mkdir(at('traefik'))
    renameSync(at('first/config.yaml'), at('config.yaml'))
    renameSync(at('first/traefik.yaml'), at('traefik/traefik.yaml'))
    renameSync(at('first/policy-test.yaml'), at('policy.yaml'))
    writeFileSync(at('token.jwt'), issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }))
  }

  it('npx forwardgate serve answers, and ends well on SIGTERM', async () => {
    const env = {
      ...installed.env,
      FORWARDGATE_LISTEN: '127.0.0.1:0',
      FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
    }
    const child = spawn(join(installed.folder, 'node_modules/.bin/forwardgate'), ['serve'], {
      cwd: installed.folder,
      env,
    })
    const ended = once(child, 'exit')
    let auth = ''
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, auth: origin }: { readonly msg?: string; readonly auth?: string } = JSON.parse(line)
      if (msg === 'listening') auth = origin ?? ''
    })
    try {
      await until('it listens', () => auth !== '')
      assert.equal((await ask(auth, 'kubernetes', { uri: '/mcp/kubernetes' })).status, 401)
      const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
      await until(
        'it has keys',
        async () => (await ask(auth, 'kubernetes', { uri: '/mcp/kubernetes', token })).status === 200,
      )
      child.kill('SIGTERM')
      assert.deepEqual(await ended, [0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })
})
