import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CONFIG_RULES } from '../../src/tools/check/config-rules.ts'
import { TRAEFIK_RULES } from '../../src/tools/proxies/traefik/rules.ts'
import { GOOD, PLANTED, type Planted, STEPS } from './check/planted.ts'
import { run } from './run.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'forwardgate-check-'))
writeFileSync(join(folder, 'secret'), 'Basic secret')
after(() => rmSync(folder, { recursive: true }))

interface Found {
  readonly id: string
  readonly severity: string
  readonly what: string
  readonly why?: string
  readonly fix?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

async function findings(
  args: readonly string[],
): Promise<{ readonly code: number; readonly findings: readonly Found[] }> {
  const { code, stdout, stderr } = await run(['check', ...args, '--format', 'json'])
  assert.equal(stderr, '')
  const { findings: found }: { readonly findings: readonly Found[] } = JSON.parse(stdout)
  return { code, findings: found }
}

async function checkFiles(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const manifests = ['app.yaml', 'dynamic.yaml', 'traefik.yaml', 'static.yaml'].flatMap((name) => [
    '--manifests',
    join(folder, name),
  ])
  return findings([join(folder, 'config.yaml'), ...manifests])
}

function plant({ file, replace, by, at }: Planted) {
  const good: string = GOOD[file]
  assert.ok(replace === '' || good.split(replace).length === 2, `${JSON.stringify(replace)} is once in ${file}`)
  const marked = replace === '' ? good + by : good.replace(replace, () => by)
  const before = marked.split(at ?? '«')[0] ?? ''
  assert.notEqual(before, marked, 'the place is marked')
  const lines = before.split('\n')
  const place = { file: join(folder, file), line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
  return { files: { ...GOOD, [file]: marked.replace('«', '') }, place }
}

const LOADER_WARNINGS = [
  'cookie-without-origins',
  'issuer-header-missing',
  'mcp-pattern-dead',
  'mcp-without-effect',
  'route-observed',
  'scopes-not-required',
  'upstream-secret',
]

describe('check', () => {
  it('names what it does not read in a directory of configuration, as a note', async () => {
    const directory = join(folder, 'conf.d')
    mkdirSync(directory)
    const config = 'issuers: { a: https://a.example.com }\nroutes: { x: { resource: https://x.example.com } }\n'
    writeFileSync(join(directory, 'a.yaml'), config)
    writeFileSync(join(directory, 'B.YAML'), 'routes: {}\n')
    const { findings: found } = await findings([directory])
    const notes = found.filter(({ id }) => id === 'file-not-read')
    const name = JSON.stringify(join(directory, 'B.YAML'))
    assert.deepEqual(
      notes.map(({ severity, what }) => [severity, what]),
      [['note', `${name} is not read: a directory of configuration is its *.yaml, *.yml and *.json`]],
    )
  })

  it('finds nothing in good files', async () => {
    assert.deepEqual(await checkFiles(GOOD), { code: 0, findings: [] })
  })

  for (const planted of PLANTED) {
    it(`finds ${planted.id} in ${planted.file}`, async () => {
      const { files, place } = plant(planted)
      const { code, findings: found } = await checkFiles(files)
      const [hit, ...others] = found.filter(({ id }) => id === planted.id)
      assert.ok(hit !== undefined, JSON.stringify(found, null, 1))
      assert.equal(hit.severity, planted.severity ?? 'warning', hit.what)
      assert.equal(code, hit.severity === 'note' ? 0 : 1)
      assert.deepEqual({ file: hit.file, line: hit.line, column: hit.column }, place, hit.what)
      // The message of a problem of the loader, and of its warnings, has the fix in it.
      const ofLoader = ['config', 'manifest-unreadable', ...LOADER_WARNINGS]
      if (!['config', 'manifest-unreadable'].includes(hit.id)) assert.ok(hit.why)
      if (!ofLoader.includes(hit.id)) assert.ok(hit.fix)
      const rest = [...others, ...found.filter(({ id }) => id !== planted.id)].map(({ id }) => id)
      assert.deepEqual(
        rest.filter((id) => planted.also?.includes(id) !== true),
        [],
        'nothing else is found',
      )
    })
  }

  it('has a planted mistake for every rule', () => {
    const planted = new Set(PLANTED.map(({ id }) => id))
    const rules = [...CONFIG_RULES, ...TRAEFIK_RULES].map(({ id }) => id)
    assert.deepEqual(
      rules.filter((id) => !planted.has(id)),
      [],
    )
    assert.equal(new Set(rules).size, rules.length)
    assert.deepEqual(
      LOADER_WARNINGS.filter((id) => !planted.has(id)),
      [],
    )
  })

  it('finds no mistake in what is shipped', async () => {
    const manifests = (...paths: string[]) => paths.flatMap((path) => ['--manifests', join(ROOT, path)])
    // The templates of the chart are YAML only once they are rendered.
    const deployed = readdirSync(join(ROOT, 'deploy'))
      .filter((name) => name !== 'chart')
      .map((name) => `deploy/${name}`)
    const shipped = [
      ...readdirSync(join(ROOT, 'examples/config')).map((name) => [join(ROOT, 'examples/config', name)]),
      [
        join(ROOT, 'deploy/overlays/example/config.yaml'),
        ...manifests(...deployed, 'examples/traefik', 'examples/flux'),
        // Some of them are alternatives, of the same name.
        ...['--allow', 'object-conflict'],
      ],
      [join(ROOT, 'examples/compose/config'), ...manifests('examples/compose/compose.yaml')],
    ]
    for (const args of shipped) {
      const { code, findings: found } = await findings(args)
      assert.equal(code, 0, JSON.stringify(found))
      assert.deepEqual(
        found.filter(({ id }) => id !== 'scopes-supported-missing' && id !== 'file-absent'),
        [],
      )
    }
  })

  it('finds mistakes in the shipped labels of containers, too', async () => {
    const { findings: found } = await findings([
      join(ROOT, 'examples/config/minimal.yaml'),
      '--manifests',
      join(ROOT, 'examples/compose/compose.yaml'),
    ])
    assert.deepEqual(
      found.map(({ id }) => id),
      ['address-route-unknown'],
    )
  })

  it('calls a prefix that is stripped before the gate an error where only proofs get in', async () => {
    const { files } = plant({
      id: '',
      file: 'app.yaml',
      replace: STEPS,
      by: '        - name: «strip\n        - name: auth\n',
    })
    const config = files['config.yaml'].replace('scopes: [mcp:read]\n', 'scopes: [mcp:read]\n    dpop: required\n')
    const { findings: found } = await checkFiles({ ...files, 'config.yaml': config })
    assert.equal(found.find(({ id }) => id === 'path-changed-before-auth')?.severity, 'error')
  })

  it('reads standard input', async () => {
    writeFileSync(join(folder, 'config.yaml'), GOOD['config.yaml'])
    const stdin = GOOD['app.yaml'].replace('    trustForwardHeader: false\n', '')
    const { code, stdout } = await run(['check', join(folder, 'config.yaml'), '--manifests', '-'], { stdin })
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^standard input:5:3: warning: Middleware mcp\/auth: spec\.forwardAuth: trustForwardHeader is not written \[trust-forward-header-unset\]\n {2}5 \| {3}forwardAuth:\n {4}\| {3}\^\n {2}why: /,
    )
  })

  it('reads JSON in a directory of manifests, and leaves alone what is none', async () => {
    const directory = join(folder, 'json')
    mkdirSync(directory)
    writeFileSync(join(folder, 'config.yaml'), GOOD['config.yaml'])
    writeFileSync(join(directory, 'lock.json'), '{ "name": "middlewares", "name": "ingress" }')
    const spec = { forwardAuth: { address: 'nowhere' } }
    const middleware = { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware', metadata: { name: 'other' }, spec }
    writeFileSync(join(directory, 'app.json'), JSON.stringify(middleware, null, '\t'))
    const { findings: found } = await findings([join(folder, 'config.yaml'), '--manifests', directory])
    assert.deepEqual(
      found.map(({ id, file, line }) => [id, file, line]),
      [['address-invalid', join(directory, 'app.json'), 9]],
    )
  })

  it('does not call a failed pipe good', async () => {
    writeFileSync(join(folder, 'config.yaml'), GOOD['config.yaml'])
    for (const stdin of ['', '# nothing\n', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n']) {
      const { code, stdout } = await run(['check', join(folder, 'config.yaml'), '--manifests', '-'], { stdin })
      assert.equal(code, 1)
      assert.match(
        stdout,
        /warning: --manifests: the input contains no router, middleware or entry point .* \[manifests-empty\]/,
      )
    }
  })

  it('accepts what is said to be accepted, says which these are, and what is accepted in vain', async () => {
    const open =
      '---\n# forwardgate: allow protected-path-open (the pictures are public)\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: part, namespace: web }\nspec:\n  routes:\n    - match: Host(`api.example.com`) && PathPrefix(`/mcp/kubernetes/pictures/`)\n      priority: 9999\n      services: [{ name: web, port: 80 }]\n'
    const unchecked = GOOD['config.yaml'].replace(
      'scopes: [bills]',
      'scopes: [bills]\n    audience: unchecked # forwardgate: allow audience-unchecked\n    clientIds: [robot]',
    )
    writeFileSync(join(folder, 'accepted.yaml'), unchecked)
    for (const name of ['app.yaml', 'dynamic.yaml'] as const) writeFileSync(join(folder, name), GOOD[name])
    writeFileSync(join(folder, 'open.yaml'), open)
    const manifests = ['app.yaml', 'dynamic.yaml', 'open.yaml'].flatMap((name) => ['--manifests', join(folder, name)])
    const args = ['check', join(folder, 'accepted.yaml'), ...manifests]
    const { code, stdout } = await run(args)
    assert.equal(stdout, 'no findings; accepted: 1 error, 1 warning [protected-path-open, audience-unchecked]\n')
    assert.equal(code, 0)
    const json: { readonly accepted: readonly Found[] } = JSON.parse((await run([...args, '--format', 'json'])).stdout)
    assert.deepEqual(
      json.accepted.map(({ id, severity, line }) => [id, severity, line]),
      [
        ['protected-path-open', 'error', 8],
        ['audience-unchecked', 'warning', 19],
      ],
    )
    const vain = await run([...args, '--allow', 'path-prefix-wide', '--allow', 'issuer-slash'])
    assert.equal(vain.code, 1)
    assert.match(vain.stdout, /^warning: --allow: "path-prefix-wide" is accepted, and not found here \[allow-unused\]/)
    assert.match(
      vain.stdout,
      /\n1 warning; accepted: 1 error, 1 warning \[protected-path-open, audience-unchecked\]\n$/,
    )
  })

  it('notes a secret that is mounted elsewhere, and does not judge without public keys', async () => {
    const file = join(folder, 'mounted.yaml')
    const write = (issuer: string, route = '') =>
      writeFileSync(
        file,
        `issuers:\n  main: ${issuer}\nroutes: { x: { resource: https://x.example.com/a, scopes: [a], audience: [a]${route} } }\n`,
      )
    const rows = [
      ['{ issuer: https://a.example.com, secretFile: /run/nowhere/secret }', ''],
      ['{ tokensFile: /run/nowhere/tokens.yaml }', ''],
      ['{ issuer: https://a.example.com, fetch: { bearerTokenFile: /run/nowhere/token } }', ''],
      ['https://a.example.com', ', dpop: { nonceSecretFile: /run/nowhere/nonce }'],
    ] as const
    for (const [issuer, route] of rows) {
      write(issuer, route)
      const { code, findings: found } = await findings([file])
      assert.deepEqual(
        found.map(({ id, severity }) => [id, severity]),
        [['file-absent', 'note']],
        issuer,
      )
      assert.equal(code, 0)
      assert.equal((await run(['generate', 'traefik', '--config', file])).code, 0, issuer)
    }
    write('{ issuer: https://a.example.com, jwksFile: /run/nowhere/keys.json }')
    assert.deepEqual(
      (await findings([file])).findings.map(({ id }) => id),
      ['config'],
    )
  })

  it('refuses what it cannot read or understand', async () => {
    assert.equal((await run(['check', join(folder, 'none.yaml')])).code, 1)
    assert.equal((await run(['check', join(folder, 'config.yaml'), '--manifests', join(folder, 'none.yaml')])).code, 2)
    assert.match((await run(['check', 'a', 'b'])).stderr, /takes no further argument "b"/)
    assert.match((await run(['check', 'a', '--config', 'b'])).stderr, /given twice/)
    assert.match((await run(['check', '--manifest', 'b'])).stderr, /did you mean --manifests\?/)
  })
})
