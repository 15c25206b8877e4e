import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { parse } from '../src/config/parse.ts'
import { formatProblem } from '../src/config/problem.ts'
import { internalError } from '../src/decision/decide.ts'
import { DENIALS, type DenialRow } from '../src/decision/denial.ts'
import { createMetrics } from '../src/telemetry/metrics.ts'
import { PROVIDERS } from './conformance/vectors/providers.ts'
import { anchorsOf, headingsOf, lineOf, linksOf, ROOT, read, sectionOf, textFiles } from './support/documents.ts'

const FILES = textFiles()
const DOCUMENTS = FILES.filter((file) => file.endsWith('.md'))

/** What no committed file may name: paths of the machine that it was written on. */
const MACHINE = [['bash', 'jobs'].join('_'), ['', 'work', ''].join('/')]

test('every reason has one row and one heading in denials.md, equal to the table in the code', () => {
  const page = read('docs/reference/denials.md')
  const reasons = Object.keys(DENIALS)
  const headings = headingsOf(page, 2).filter((heading) => !['In short', 'The table'].includes(heading))
  assert.deepEqual(headings, reasons, 'one heading per reason, in the order of the code')

  const rows = [...page.matchAll(/^\| \[`(?<reason>\w+)`\]\(#\k<reason>\) \|.*$/gm)]
  assert.deepEqual(
    rows.map((row) => row.groups?.['reason']),
    reasons,
    'one row per reason, in the order of the code',
  )
  for (const [reason, row] of Object.entries<DenialRow>(DENIALS)) {
    const error = row.error === undefined ? 'none' : `\`${row.error}\``
    const cells = [row.class, row.status, error, yesNo(row.challenge), yesNo(row.expected), row.message].join(' | ')
    assert.ok(page.includes(`\n| [\`${reason}\`](#${reason}) | ${cells} |\n`), `the row of ${reason}: ${cells}`)

    const section = sectionOf(page, reason)
    const wire = `- **On the wire:** ${row.status}, ${
      row.error === undefined ? 'no `error`' : `\`error="${row.error}"\``
    }, ${row.challenge ? 'with a' : 'no'} challenge. Message: "${row.message}".`
    assert.ok(section.includes(`\n${wire}\n`), `${reason} says: ${wire}`)
    for (const part of ['What the client saw', 'Evidence', 'Usual cause', 'Fix']) {
      assert.match(section, new RegExp(`\\n- \\*\\*${part}:\\*\\* \\S`), `${reason} has: ${part}`)
    }
  }
})

test('every metric is in metrics.md with its type and labels, and nothing else is', async () => {
  const exposed = await exposedMetrics()
  const page = read('docs/reference/metrics.md')
  assert.deepEqual([...headingsOf(page, 2)].sort(), [...exposed.keys()].sort(), 'one heading per metric')
  for (const [name, { type, labels }] of exposed) {
    const section = sectionOf(page, name)
    const documented = /\bLabels?: (?<labels>[^.:]*)/.exec(section)?.groups?.['labels'] ?? ''
    const names = [...documented.matchAll(/`(\w+)`/g)].map((match) => match[1])
    assert.ok(section.trimStart().toLowerCase().startsWith(type), `${name} is a ${type}`)
    assert.deepEqual(names, labels, `the labels of ${name}`)
    assert.match(section, new RegExp(`\`\`\`promql\\n[^\`]*${name}`), `${name} has a query`)
  }
})

test('every provider of the table has a vector that passes or says why not, and every vector is named', () => {
  const page = read('docs/how-to/your-provider.md')
  const rows = [...page.matchAll(/^\| \[(?<provider>[^\]]+)\]\(#[^)]+\) \|.*\| `(?<id>provider-[\w-]+)` \|$/gm)]
  const linked = [...page.matchAll(/^\| \[[^\]]+\]\(#/gm)]
  assert.ok(rows.length >= 15)
  assert.equal(rows.length, linked.length, 'every row names its vector')
  const vectors = new Map(PROVIDERS.map((vector) => [vector.id, vector]))
  const named = new Set<string>()
  for (const { groups } of rows) {
    const section = sectionOf(page, groups?.['provider'] ?? '')
    const line = /^- \*\*Proved by:\*\* (?<ids>.*)\.$/m.exec(section)?.groups?.['ids'] ?? ''
    const ids = [...line.matchAll(/`([\w-]+)`/g)].map((match) => match[1] ?? '')
    assert.ok(ids.includes(groups?.['id'] ?? ''), `${groups?.['provider']}: its section names ${groups?.['id']}`)
    for (const id of ids) {
      assert.ok(vectors.has(id), `${id} is a vector`)
      named.add(id)
    }
    assert.ok(
      ids.some((id) => vectors.get(id)?.expect.status !== 200),
      `${groups?.['provider']}: a trap`,
    )
    const usable = section.includes('```yaml forwardgate')
    assert.equal(vectors.get(groups?.['id'] ?? '')?.expect.status === 200, usable, groups?.['provider'])
  }
  assert.deepEqual(
    [...vectors.keys()].filter((id) => !named.has(id)),
    [],
    'vectors that the page does not name',
  )
})

test('every relative link in a document leads to a file and a heading', () => {
  const broken = DOCUMENTS.flatMap((file) =>
    linksOf(read(file)).flatMap((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : relative(ROOT, resolve(ROOT, dirname(file), path))
      if (!existsSync(join(ROOT, target))) return [`${file}: ${link} (no such file)`]
      if (anchor === undefined || !target.endsWith('.md')) return []
      return anchorsOf(read(target)).has(anchor) ? [] : [`${file}: ${link} (no such heading)`]
    }),
  )
  assert.deepEqual(broken, [])
})

test('every forwardgate configuration in a document is accepted by the loader', () => {
  const blocks = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/^```yaml(?: forwardgate\n|\n(?=# config\.yaml$))(?<text>[\s\S]*?)^```$/gm)].map(
      (match) => ({
        file: `${file}:${lineOf(match.input, match.index)}`,
        text: match.groups?.['text'] ?? '',
      }),
    ),
  )
  assert.ok(blocks.length >= 15, `only ${blocks.length} blocks were found`)
  for (const block of blocks) {
    const parsed = parse([block], { now: Date.now() / 1000, readFile: () => ({ error: 'examples name no files' }) })
    assert.deepEqual(parsed.ok ? [] : parsed.problems.map(formatProblem), [], block.text)
  }
})

test('the fence of a configuration is written in one way only', () => {
  const odd = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/^ *```.*forwardgate.*$/gm)]
      .filter(([fence]) => fence !== '```yaml forwardgate')
      .map(([fence]) => `${file}: ${fence}`),
  )
  assert.deepEqual(odd, [])
})

test('no committed file names a path of the machine that it was written on', () => {
  const named = FILES.flatMap((file) => MACHINE.filter((path) => read(file).includes(path)).map((path) => [file, path]))
  assert.deepEqual(named, [])
})

test('the anchors are those that GitHub makes', () => {
  const page =
    '# One: `/verify` & more\n## a_b\n## Two, three\n## a_b\n```sh\n# no heading\n```\n### [Four](x.md) *five*'
  assert.deepEqual([...anchorsOf(page)], ['one-verify--more', 'a_b', 'two-three', 'a_b-1', 'four-five'])
})

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

interface Metric {
  readonly type: string
  readonly labels: readonly string[]
}

/** What /metrics shows after every event happened once; the client library's own metrics are left out. */
async function exposedMetrics(): Promise<ReadonlyMap<string, Metric>> {
  const metrics = createMetrics({
    version: '0.0.0',
    routes: () => [{ name: 'api', mode: 'observe' }],
    issuers: () => [{ name: 'main', keys: 1, ageSeconds: 1, validForSeconds: 1, registration: 'offered' }],
    now: () => 0,
    tokenCacheEntries: () => 0,
    lostLogLines: () => 0,
    certificateExpiresAt: () => 0,
  })
  const denial = { reason: 'mcp_request_invalid', step: 'mcp', problem: '' } as const
  metrics.decision({ ...internalError(), mcp: { calls: [], needs: [], open: false, denial } }, 0.001)
  metrics.unparsable()
  metrics.freshTokenDenial('api', 'audience_mismatch')
  metrics.suppressedLogLine('unverified')
  metrics.tokenCacheLookup('hit')
  metrics.issuerRefresh('main', 'success')
  metrics.introspection('main', 'active')
  metrics.uncheckedClaim('main', 'status')
  metrics.registration('main', 'refused')
  metrics.configReload('success', 0)
  metrics.metadataRequest('api')
  const text = await metrics.expose()
  const found = new Map<string, Metric>()
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    if (/^(?:nodejs|process)_/.test(name)) continue
    const sample = new RegExp(`^${name}(?:_bucket|_total)?(?:\\{(?<labels>.*)\\})? `, 'm').exec(text)
    const labels = [...(sample?.groups?.['labels'] ?? '').matchAll(/(\w+)="/g)].map((match) => match[1] ?? '')
    found.set(name, { type, labels: labels.filter((label) => label !== 'le') })
  }
  return found
}
