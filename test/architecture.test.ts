import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { type SyntaxNode, sitesOf } from './hostile/mutation/syntax.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const SRC = join(ROOT, 'src')

/** The parts of the house and what each may import in addition to itself. `config` and `decision` know nothing that does I/O. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli', 'tools'],
  // The gate: one process that answers. It never imports `tools`.
  cli: ['service.ts', 'settings.ts', 'version.ts', 'config', 'telemetry'],
  'service.ts': [
    'certificate.ts',
    'generation.ts',
    'in-force.ts',
    'observer.ts',
    'readiness.ts',
    'reload.ts',
    'settings.ts',
    'status-report.ts',
    'config',
    'http',
    'issuers',
    'status',
    'telemetry',
  ],
  'observer.ts': ['in-force.ts', 'settings.ts', 'config', 'decision', 'documents', 'issuers', 'status', 'telemetry'],
  'status-report.ts': ['in-force.ts', 'config', 'documents', 'status', 'telemetry'],
  'in-force.ts': ['generation.ts', 'config'],
  'readiness.ts': ['generation.ts', 'config', 'documents', 'issuers'],
  'reload.ts': ['generation.ts', 'in-force.ts', 'config', 'issuers'],
  'certificate.ts': ['settings.ts', 'config'],
  'generation.ts': ['config', 'decision', 'documents', 'issuers'],
  'settings.ts': ['config', 'telemetry'],
  'version.ts': [],
  http: ['http/dialects', 'config', 'decision', 'documents', 'status'],
  // How each kind of proxy describes a request. Pure; `decision` knows none of them.
  'http/dialects': ['decision'],
  issuers: ['config', 'decision', 'documents', 'keys'],
  // How the process fares: what happened lately, and the page that shows it. Pure but for what it remembers.
  status: ['config', 'decision', 'telemetry'],
  telemetry: ['config', 'decision', 'documents'],
  documents: ['config', 'decision'],
  decision: ['config', 'keys'],
  config: ['keys'],
  keys: [],
  // The tools: commands for people at their desk.
  tools: [
    'cli',
    'settings.ts',
    'version.ts',
    'config',
    'decision',
    'documents',
    'http/dialects',
    'issuers',
    'keys',
    'status',
  ],
}

/** Packages and Node modules that only these parts may import: I/O stays out of `decision`, prom-client in one file. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  fastify: ['http'],
  pino: ['telemetry/logger.ts'],
  'prom-client': ['telemetry/exposition.ts'],
  'lru-cache': ['issuers/introspector.ts', 'issuers/proofs.ts', 'issuers/token-cache.ts', 'issuers/unknown-kids.ts'],
  jose: ['decision/token/signature.ts'],
  yaml: ['config', 'tools/generate/yaml-text.ts'],
  zod: ['config'],
}

/** What a pure part may import from Node: constants and computation. */
const PURE_NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  decision: ['node:http', 'node:crypto'],
  status: ['node:crypto'],
  'http/dialects': [],
  keys: ['node:crypto'],
}

/** Rooms that are ours to read, beside `src` and the tests. */
const WORKSHOPS = ['lab', 'demo', 'bench', 'build'] as const

/**
 * What the workshops may take from `src` directly. All else reaches the product as a user does: by starting it. The bench
 * measures its steps one by one; the pages are made of the data that they describe.
 */
const MAY_REACH: Readonly<Record<string, readonly string[]>> = {
  'lab/envoy.ts': ['decision/fields-read.ts', 'tools/proxies/envoy/bootstrap.ts'],
  'bench/groups/steps.ts': ['config', 'decision', 'http/dialects', 'issuers', 'telemetry', 'generation.ts'],
  'build/docs/configuration-page.ts': ['config', 'settings.ts'],
  'build/docs/pages.ts': ['tools/schema/print-schema.ts'],
  'build/docs/recipes.ts': ['config', 'tools/generate'],
}

const MAX_FILE_LINES = 250
/** The composition root fits on two screens. */
const MAX_SERVICE_LINES = 110
const MAX_FUNCTION_LINES = 80
/** A file that calls into more others than this puts parts together. There are few of those, and no more than now. */
const MANY_IMPORTS = 6
const MAX_FILES_WITH_MANY_IMPORTS = 15

interface SourceFile {
  /** Relative to src. */
  readonly path: string
  readonly text: string
}

function sourceFiles(folder = SRC): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}

/** The files of `src` and of the workshops, relative to the project. */
const FILES: readonly SourceFile[] = ['src', ...WORKSHOPS].flatMap((room) =>
  sourceFiles(join(ROOT, room)).map(({ path, text }) => ({ path: join(room, path), text })),
)

function breaches(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => importsOf(file).flatMap((target) => breachOf(file, target)))
}

/** The specifiers in a file's imports, types included. */
function importsOf({ text }: SourceFile): readonly string[] {
  const specifiers = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'(?<specifier>[^']+)'/g)
  return [...specifiers].map((match) => match.groups?.['specifier'] ?? '')
}

function breachOf({ path }: SourceFile, specifier: string): readonly string[] {
  const part = partOf(path)
  const breach = [`${path} imports ${specifier}`]
  if (specifier.startsWith('.')) {
    const target = partOf(relative(SRC, resolve(SRC, dirname(path), specifier)))
    return target === part || MAY_IMPORT[part]?.includes(target) === true ? [] : breach
  }
  if (specifier.startsWith('node:')) {
    const pure = PURE_NODE_MODULES[part]
    return pure === undefined || pure.includes(specifier) ? [] : breach
  }
  const allowed = ONLY_IN[specifier]
  return allowed?.some((place) => path === place || part === place) === true ? [] : breach
}

/** A room within a room has rules of its own if the table names it. */
function partOf(path: string): string {
  const [first = '', second] = path.split('/')
  return `${first}/${second}` in MAY_IMPORT ? `${first}/${second}` : first
}

test('every import follows the table', () => {
  assert.deepEqual(breaches(sourceFiles()), [])
})

test('every part of the house is in the table, and the table has no other', () => {
  const parts = new Set(sourceFiles().map((file) => partOf(file.path)))
  assert.deepEqual([...parts].sort(), Object.keys(MAY_IMPORT).sort())
})

const PLANTED: readonly SourceFile[] = [
  { path: 'decision/planted.ts', text: "import { readFileSync } from 'node:fs'" },
  { path: 'decision/planted.ts', text: "import { fastify } from 'fastify'" },
  { path: 'decision/planted.ts', text: "import type { KeySet } from '../issuers/key-set.ts'" },
  { path: 'http/planted.ts', text: "import { KeySet } from '../issuers/key-set.ts'" },
  { path: 'issuers/planted.ts', text: "import { buildAuthServer } from '../http/auth-server.ts'" },
  { path: 'config/planted.ts', text: "export { decide } from '../decision/decide.ts'" },
  { path: 'telemetry/planted.ts', text: "const logger = await import('../service.ts')" },
  { path: 'http/planted.ts', text: "import { Counter } from 'prom-client'" },
  { path: 'cli/planted.ts', text: "import { readManifests } from '../tools/proxies/traefik/manifests.ts'" },
  { path: 'decision/planted.ts', text: "import { buildMetadataIndex } from '../documents/protected-resource.ts'" },
  { path: 'decision/planted.ts', text: "import { readForwardAuth } from '../http/dialects/forward-auth.ts'" },
  { path: 'http/dialects/planted.ts', text: "import { readBody } from '../wire/body.ts'" },
  { path: 'http/dialects/planted.ts', text: "import { METHODS } from 'node:http'" },
  { path: 'tools/planted.ts', text: "import { createVerifyEndpoint } from '../http/verify.ts'" },
  { path: 'tools/planted.ts', text: "import leftPad from 'left-pad'" },
]

for (const file of PLANTED) {
  test(`a planted breach is found: ${file.path}: ${file.text}`, () => {
    assert.equal(breaches([file]).length, 1)
  })
}

test('the environment is read by the entry and the settings only', () => {
  const readers = sourceFiles().filter(({ text }) => /\bprocess\.env\b/.test(text))
  assert.deepEqual(
    readers.map((file) => file.path),
    [],
    'main.ts hands over `process`; no other file names it',
  )
})

test('no file has more than one idea', () => {
  const long = FILES.map(({ path, text }) => `${path}: ${text.trimEnd().split('\n').length}`)
  assert.deepEqual(
    long.filter((line) => Number(line.split(': ')[1]) > MAX_FILE_LINES),
    [],
    `at most ${MAX_FILE_LINES} lines`,
  )
  const service = readFileSync(join(SRC, 'service.ts'), 'utf8').trimEnd().split('\n').length
  assert.ok(service <= MAX_SERVICE_LINES, `src/service.ts has ${service} lines, more than ${MAX_SERVICE_LINES}`)
})

test('no function is longer than a screen or two', () => {
  assert.deepEqual(FILES.flatMap(longFunctions), [], `at most ${MAX_FUNCTION_LINES} lines`)
})

function longFunctions({ path, text }: SourceFile): readonly string[] {
  const linesOf = ({ start, end }: SyntaxNode) => text.slice(start, end).split('\n').length
  return sitesOf(path, text)
    .filter(({ node }) => /Function/.test(node.type) && linesOf(node) > MAX_FUNCTION_LINES)
    .map(({ node, within }) => `${path}: ${within.join(' > ')} has ${linesOf(node)}`)
}

test('few files put many parts together', () => {
  const many = sourceFiles().filter((file) => calledFiles(file) > MANY_IMPORTS)
  assert.ok(many.length <= MAX_FILES_WITH_MANY_IMPORTS, many.map(({ path }) => path).join('\n'))
})

/** How many files of ours a file imports for more than types, which are gone when it runs. */
function calledFiles({ path, text }: SourceFile): number {
  const { staticImports } = parseSync(path, text).module
  const called = staticImports.filter(({ entries }) => entries.some(({ isType }) => !isType))
  return called.filter(({ moduleRequest }) => moduleRequest.value.startsWith('.')).length
}

test('no import leads back to where it came from, not even one for types', () => {
  assert.deepEqual(circles(FILES), [])
  const planted = [
    { path: 'src/a.ts', text: "import type { B } from './b.ts'" },
    { path: 'src/b.ts', text: "import { a } from './a.ts'" },
  ]
  assert.deepEqual(circles(planted), ['src/a.ts > src/b.ts > src/a.ts'])
})

function circles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const from = trail.indexOf(path)
    if (from >= 0) found.push([...trail.slice(from), path].join(' > '))
    if (from >= 0 || done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

/** The files that a file imports, relative to the project. */
function targetsOf(file: SourceFile): readonly string[] {
  const relatives = importsOf(file).filter((specifier) => specifier.startsWith('.'))
  return [...new Set(relatives.map((specifier) => normalize(join(dirname(file.path), specifier))))]
}

test('lab, demo, bench and build reach the product as its users do, with the exceptions in the table', () => {
  const used = new Set<string>()
  const reached = FILES.filter(({ path }) => !path.startsWith('src/')).flatMap((file) =>
    targetsOf(file)
      .filter((target) => target.startsWith('src/'))
      .filter((target) => {
        const row = (MAY_REACH[file.path] ?? []).find((place) => `${target}/`.startsWith(`src/${place}/`))
        if (row !== undefined) used.add(`${file.path} ${row}`)
        return row === undefined
      })
      .map((target) => `${file.path} imports ${target}`),
  )
  assert.deepEqual(reached, [])
  const rows = Object.entries(MAY_REACH).flatMap(([path, places]) => places.map((place) => `${path} ${place}`))
  assert.deepEqual(
    rows.filter((row) => !used.has(row)),
    [],
    'exceptions that nothing uses',
  )
})

test('ARCHITECTURE.md names files that are there', () => {
  const ends = FILES.flatMap(({ path }) => [path, dirname(path)].map((end) => `/${end.replace(/\.ts$/, '')}`))
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const named = [...text.matchAll(/`(?<name>(?:[a-z]+\/)*[a-z0-9]+(?:[-/][a-z0-9]+)+)`/g)].map(
    (match) => match.groups?.['name'],
  )
  assert.ok(named.length > 20)
  assert.deepEqual(
    named.filter((name) => !ends.some((end) => end.endsWith(`/${name}`))),
    [],
  )
})

test('a reader finds no utils, helpers or barrels', () => {
  const vague = sourceFiles().filter(({ path }) => /(?:^|\/)(?:utils?|helpers?|common|misc|index)\.ts$/.test(path))
  assert.deepEqual(
    vague.map((file) => file.path),
    [],
  )
})
