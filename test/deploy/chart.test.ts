import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse as parseYaml } from 'yaml'
import { CHART, chartFiles, literal } from '../../deploy/chart/make.ts'
import { COMPONENTS, ROWS } from '../../deploy/chart/rows.ts'
import { parse } from '../../src/config/parse.ts'
import { unavailable } from '../support/missing-part.ts'
import { render } from './chart-renderer.ts'
import { isRecord, type Manifest, manifestProblems, readManifests } from './manifest-schemas.ts'
import { alerts } from './prometheus-rules.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILES = chartFiles()
const DEFAULTS: unknown = parseYaml(FILES['values.yaml'] ?? '')
const EVERYTHING = {
  config: { issuers: { main: 'https://id.example.com' } },
  dashboard: { enabled: true },
  ...Object.fromEntries(COMPONENTS.map(({ value }) => [value, { enabled: true }])),
}
/** Texts of annotations, among them JSON with an expression of Prometheus in it. */
const BRACES = ['{"a":"{{ $x }}"}', '{"a":{"b":"{{ $x }}"}}', '}}"}', '{{{', '}}}', '{{- $x -}}', '{{ "x" }}']
const found = (program: string, ...args: string[]) => spawnSync(program, args).status === 0
const needsHelm = found('helm', 'version')
  ? {}
  : { skip: unavailable('helm is not here: the renderer of the suite alone renders the chart') }
const needsKubectl = found('kubectl', 'version', '--client')
  ? {}
  : { skip: unavailable('kubectl is not here: the chart is not compared with the kustomize base') }

describe('the Helm chart', () => {
  it('is what is made of deploy/base: npm run chart', () => {
    const there = readdirSync(CHART, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(CHART.length + 1))
    assert.deepEqual(there.sort(), Object.keys(FILES).sort())
    for (const [name, text] of Object.entries(FILES)) assert.equal(readFileSync(join(CHART, name), 'utf8'), text, name)
  })

  it('is by default the kustomize base, object by object', needsKubectl, () => {
    same(rendered(), kustomized('deploy/base'))
  })

  it('has every component of the example, object by object', needsKubectl, () => {
    const example = kustomized('deploy/overlays/example').filter(({ kind }) => kind !== 'Namespace')
    const inNamespace = rendered(EVERYTHING).map((manifest) => withoutNamespace(manifest))
    const config = ({ object }: Manifest) => !nameOf(object).startsWith('forwardgate-config')
    const nameless = (manifest: Manifest): Manifest =>
      JSON.parse(JSON.stringify(manifest).replaceAll(/forwardgate-config-\w{10}/g, 'forwardgate-config'))
    same(inNamespace.filter(config), example.map(withoutNamespace).map(nameless).filter(config))
  })

  it('puts the configuration into the ConfigMap that the pods mount', () => {
    const maps = rendered({ config: EVERYTHING.config, configMap: 'mine' }).filter(({ kind }) => kind === 'ConfigMap')
    const [{ object } = assert.fail('there is none')] = maps
    assert.equal(nameOf(object), 'mine')
    assert.ok(isRecord(object['data']))
    assert.deepEqual(parseYaml(String(object['data']['config.yaml'])), EVERYTHING.config)
    assert.equal(rendered({ configMap: 'mine' }).filter(({ kind }) => kind === 'ConfigMap').length, 0)
  })

  for (const row of ROWS) {
    it(`has ${row.value} where the base has it`, () => {
      const [top = '', member] = row.value.split('.')
      const planted = planting(row.value, row.kind)
      const set = member === undefined ? { [top]: planted } : { [top]: { enabled: true, [member]: planted } }
      const file = row.file.slice(row.file.lastIndexOf('/') + 1)
      const [{ object } = assert.fail()] = readManifests(renderFile(`templates/${file}`, merge(DEFAULTS, set)), file)
      const place = row.path.reduce<unknown>(
        (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
        object,
      )
      if (row.kind === 'more') assert.deepEqual(Array.isArray(place) && place.at(-1), { name: 'planted' })
      else assert.deepEqual(place, planted)
    })
  }

  it('leads alerts to a runbook only if its address is set', () => {
    const urls = (runbookUrl: string) =>
      JSON.stringify(rendered({ prometheusRule: { enabled: true, runbookUrl } })).match(/"runbook_url":"[^"]+"/g)
    assert.equal(urls(''), null)
    const set = urls('https://docs.example.com/monitoring.md')
    assert.deepEqual(
      set,
      alerts().map(({ name }) => `"runbook_url":"https://docs.example.com/monitoring.md#${name.toLowerCase()}"`),
    )
  })

  it('leaves out what is switched off', () => {
    const off = Object.fromEntries(COMPONENTS.map(({ value }) => [value, { enabled: false }]))
    assert.deepEqual(
      rendered(off)
        .map(({ kind }) => kind)
        .sort(),
      ['Deployment', 'Service', 'ServiceAccount'],
    )
  })

  it('is known to the schemas, with everything that it has', async () => {
    const more = {
      extraEnv: [{ name: 'A', value: 'b' }],
      priorityClassName: 'x',
      tolerations: [{ operator: 'Exists' }],
    }
    assert.deepEqual(await manifestProblems(rendered({ ...EVERYTHING, ...more })), [])
  })

  it('has a schema that knows every value, and no other', () => {
    const schema = JSON.parse(FILES['values.schema.json'] ?? '')
    assert.ok(isRecord(DEFAULTS))
    assert.deepEqual(
      Object.keys(schema.properties)
        .filter((name) => name !== 'global')
        .sort(),
      Object.keys(DEFAULTS).sort(),
    )
    assert.equal(schema.additionalProperties, false)
    for (const [name, { properties, additionalProperties }] of Object.entries<Record<string, object>>(
      schema.properties,
    )) {
      if (properties === undefined) continue
      assert.equal(additionalProperties, false, name)
      assert.deepEqual(Object.keys(properties).sort(), Object.keys(Object(DEFAULTS[name])).sort(), name)
    }
  })

  it('is what the Flux example asks it for, and takes its configuration', async () => {
    const text = readFileSync(join(ROOT, 'examples/flux/helmrelease.yaml'), 'utf8')
    const release = readManifests(text, 'flux').find(({ kind }) => kind === 'HelmRelease')
    const spec = release?.object['spec']
    const values = isRecord(spec) && isRecord(spec['values']) ? spec['values'] : assert.fail()
    assert.deepEqual(
      Object.keys(values).filter((name) => !(name in Object(DEFAULTS))),
      [],
    )
    const config = JSON.stringify(values['config'])
    const parsed = parse([{ file: 'config.yaml', text: config }], { now: 0, readFile: () => ({ error: 'none here' }) })
    assert.ok(parsed.ok, JSON.stringify(parsed))
    assert.deepEqual(await manifestProblems(rendered(values)), [])
  })

  it('leaves braces in the text of a manifest as they are', () => {
    for (const text of BRACES) assert.equal(render(literal(text), { files: {}, values: {} }), `${text}\n`)
  })

  it('leaves braces as they are in Helm too', needsHelm, () => {
    const template = BRACES.map((text, index) => `k${index}: '${literal(text)}'\n`).join('')
    const chart = {
      'Chart.yaml': '{ apiVersion: v2, name: braces, version: 1.0.0 }',
      'templates/braces.yaml': template,
    }
    assert.deepEqual(Object.values(parseYaml(helmTemplate(chart))), BRACES)
  })

  for (const [name, values] of [
    ['its defaults', {}],
    ['everything', EVERYTHING],
  ] as const) {
    it(`is to Helm what it is to the suite, with ${name}`, needsHelm, () => {
      same(helm(values), rendered(values))
    })
  }

  it('Helm refuses a misspelt value and a wrong type, and finds nothing to improve', needsHelm, () => {
    assert.throws(() => helm({ replica: 3 }), /replica/)
    assert.throws(() => helm({ networkPolicy: { enable: true } }), /enable/)
    assert.throws(() => helm({ replicas: 'two' }), /replicas/)
    execFileSync('helm', ['lint', '--strict', CHART], { stdio: 'pipe' })
  })
})

/** A value of the same type that is not a default. */
function planting(value: string, kind: string): unknown {
  if (kind === 'more') return [{ name: 'planted' }]
  const [top = '', member] = value.split('.')
  const found = isRecord(DEFAULTS) ? DEFAULTS[top] : undefined
  const own = member === undefined ? found : isRecord(found) ? found[member] : undefined
  if (Array.isArray(own)) return ['planted']
  return typeof own === 'number' ? own + 7 : isRecord(own) ? { ...own, planted: 'x' } : 'planted'
}

function rendered(values: object = {}): readonly Manifest[] {
  const merged = merge(DEFAULTS, values)
  return Object.keys(FILES)
    .filter((name) => name.startsWith('templates/'))
    .flatMap((name) => readManifests(renderFile(name, merged), name))
}

function renderFile(name: string, values: unknown): string {
  return render(FILES[name] ?? assert.fail(name), { files: FILES, values })
}

function helm(values: object): readonly Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-chart-'))
  try {
    writeFileSync(join(folder, 'values.json'), JSON.stringify(values))
    const args = ['template', 'forwardgate', CHART, '--kube-version', '1.34.0', '--values', join(folder, 'values.json')]
    return readManifests(execFileSync('helm', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 }), 'helm')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function helmTemplate(chart: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-braces-'))
  try {
    mkdirSync(join(folder, 'templates'))
    for (const [name, text] of Object.entries(chart)) writeFileSync(join(folder, name), text)
    return execFileSync('helm', ['template', 'braces', folder], { encoding: 'utf8', stdio: 'pipe' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function kustomized(folder: string): readonly Manifest[] {
  const text = execFileSync('kubectl', ['kustomize', folder], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })
  return readManifests(text, folder)
}

/** Helm's way: maps are merged, all else is replaced. */
function merge(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over
  const keys = new Set([...Object.keys(under), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, key in over ? merge(under[key], over[key]) : under[key]]))
}

function same(actual: readonly Manifest[], expected: readonly Manifest[]): void {
  const byName = (manifests: readonly Manifest[]) =>
    new Map(manifests.map(({ kind, object }) => [`${kind} ${nameOf(object)}`, object]))
  const [left, right] = [byName(actual), byName(expected)]
  assert.ok(left.size > 2)
  assert.deepEqual([...left.keys()].sort(), [...right.keys()].sort())
  for (const [name, object] of left) assert.deepEqual(object, right.get(name), name)
}

function nameOf(object: Readonly<Record<string, unknown>>): string {
  return isRecord(object['metadata']) ? String(object['metadata']['name']) : ''
}

function withoutNamespace(manifest: Manifest): Manifest {
  const copy: Manifest = structuredClone(manifest)
  if (isRecord(copy.object['metadata'])) Reflect.deleteProperty(copy.object['metadata'], 'namespace')
  return copy
}
