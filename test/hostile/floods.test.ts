import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { imageFlagsReadingAll } from '../../build/program.ts'
import { folderFor } from '../support/folder.ts'
import { RESOURCE } from '../support/service.ts'
import { FULL } from './effort.ts'
import { type Gate, startGate } from './faults/gate.ts'
import { limitMemory, type MemoryLimit } from './faults/surroundings.ts'
import { type Attack, launch, type Progress } from './floods/attack.ts'
import { startNeighbour } from './floods/neighbour.ts'
import { printTable } from './table.ts'

const MIB = 1024 * 1024
const LIMIT = 192 * MIB
/** Milliseconds for one flood of a commit; a full run takes what it takes. */
const LONGEST = FULL ? 900_000 : 10_000
const FAST_ISSUER = 'https://fast.example.com'
const SECRET = 'a secret of this test, longer than thirty-two bytes'
const KEPT_LINES = 50

interface Flood {
  readonly name: string
  readonly kind: Attack['kind']
  readonly count: number
  /** The statuses that there may be. */
  readonly answers: readonly string[]
  /** What else must hold; says what was seen. */
  readonly holds: (seen: Seen) => string | Promise<string>
}

interface Seen {
  readonly gate: Gate
  readonly progress: Progress
  readonly seconds: number
  readonly seriesBefore: number
  readonly series: number
  readonly fetches: number
  /** Resident memory in MiB by how many were sent. */
  readonly memory: readonly (readonly [sent: number, mib: number])[]
}

const FLOODS: readonly Flood[] = [
  {
    name: 'random tokens',
    kind: 'random',
    count: FULL ? 1_000_000 : 20_000,
    answers: ['401'],
    holds: noFetch,
  },
  {
    name: 'one bad token, again and again',
    kind: 'repeated',
    count: FULL ? 1_000_000 : 20_000,
    answers: ['401'],
    holds: noFetch,
  },
  {
    name: 'unknown kids',
    kind: 'kids',
    count: FULL ? 200_000 : 10_000,
    // Until a fetch that began later has ended, a key of this kid may exist.
    answers: ['401', '503'],
    holds({ fetches, seconds }) {
      const allowed = 1 + Math.floor(seconds / 10)
      assert.ok(fetches >= 1 && fetches <= allowed, `${fetches} fetches in ${seconds} s`)
      return `${fetches} fetch of keys, ${allowed} allowed`
    },
  },
  { name: 'tokens of 40 KB', kind: 'huge', count: FULL ? 50_000 : 3000, answers: ['401'], holds: noFetch },
  {
    name: 'connections that say nothing',
    kind: 'silence',
    count: 10_000,
    answers: [],
    holds({ progress }) {
      assert.ok(progress.sent >= (FULL ? 9_900 : 2_000), `only ${progress.sent} are open`)
      return `${progress.sent} open together`
    },
  },
  {
    name: 'different valid tokens',
    kind: 'valid',
    count: FULL ? 1_000_000 : 50_000,
    answers: ['200'],
    async holds({ gate, memory }) {
      // Before, the cache fills.
      const shown = grown(memory, FULL ? 100_000 : 20_000, 40)
      const entries = (await gate.metric('token_cache_entries')) ?? assert.fail('no metric')
      assert.ok(entries <= 10_000)
      return `${shown}; ${entries} cached`
    },
  },
  {
    name: 'proofs by new keys, by huge RSA keys, and old ones',
    kind: 'proofs',
    count: FULL ? 400_000 : 4_000,
    answers: ['200', '401'],
    holds({ progress, memory }) {
      const quarter = progress.sent / 4
      assert.equal(progress.statuses[200], quarter, 'all that is good passes, and nothing else')
      return `${quarter} new keys pass; ${grown(memory, FULL ? 100_000 : 2_000, 60)}`
    },
  },
  {
    name: 'invented hosts and routes',
    kind: 'names',
    count: FULL ? 100_000 : 20_000,
    answers: ['403'],
    holds({ series, seriesBefore }) {
      assert.equal(series, seriesBefore, 'an invented name has a series')
      return `${seriesBefore} series before, ${series} after`
    },
  },
]

/** How memory grew since caches were full, which must be less than so many MiB; more if the flood was too slow to fill them. */
function grown(memory: Seen['memory'], settledAt: number, mayGrow: number): string {
  const last = memory.at(-1) ?? assert.fail('nothing was measured')
  const settled = memory.find(([sent]) => sent >= Math.min(settledAt, last[0] / 2)) ?? last
  const allowed = settled[0] < settledAt ? 120 : mayGrow
  assert.ok(last[1] - settled[1] < allowed, `memory grows: ${JSON.stringify([settled, last])}`)
  return `RSS ${settled[1]} MiB at ${settled[0]}, ${last[1]} at ${last[0]}`
}

function noFetch({ fetches }: Seen): string {
  assert.equal(fetches, 0, 'it made the service ask the issuer')
  return 'no fetch of keys'
}

// One after the other: each is measured.
describe('floods', () => {
  const rows: (string | number)[][] = []
  let within = ''
  for (const flood of FLOODS) {
    it(flood.name, { timeout: LONGEST * 2 + 60_000 }, async (t) => {
      const limit = limitMemory(t, LIMIT)
      within = limit === undefined ? 'no control group could be made' : `in a control group of ${LIMIT / MIB} MiB`
      const gate = await startFloodedGate(t, limit?.within)
      rows.push(await meet(gate, flood, limit))
    })
  }
  after(() => {
    printTable('Floods, with good traffic beside them', COLUMNS, rows, [
      `${rows.length} of ${FLOODS.length} floods met, ${within}. Latencies are those of this machine while all of it is busy.`,
      '"of 192": the most that was charged to the group; the code of Node, some 55 MiB of the RSS, is charged to the process that read it first.',
    ])
  })
})

const COLUMNS = [
  'flood',
  'sent',
  'per s',
  'answers',
  'good traffic',
  'p50 ms',
  'p99 ms',
  'peak RSS MiB',
  'of 192',
  'shown',
]

async function startFloodedGate(t: TestContext, within: readonly string[] = []): Promise<Gate> {
  const secretFile = join(folderFor(t), 'secret')
  await writeFile(secretFile, SECRET)
  return startGate(t, {
    within,
    nodeOptions: imageFlagsReadingAll(),
    longest: LONGEST * 2 + 60_000,
    yaml: (issuer) => `
issuers: { main: ${issuer.issuer}, fast: { issuer: '${FAST_ISSUER}', secretFile: ${secretFile}, algorithms: [HS256] } }
defaults: { issuers: [main], audience: [${RESOURCE}], scopes: [mcp:read] }
routes: { api: { resource: ${RESOURCE} }, fast: { resource: https://api.example.com/fast, issuers: [fast], dpop: { replay: refuse } } }
`,
  })
}

async function meet(
  gate: Gate,
  { name, kind, count, answers, holds }: Flood,
  limit: MemoryLimit | undefined,
): Promise<(string | number)[]> {
  // What every service has seen once; from here on nothing may be added.
  for (const route of ['no-such-route', undefined]) await gate.ask(route, { host: 'nowhere.example.com' })
  const token = gate.token()
  for (const _ of ['miss', 'hit']) await gate.ask('api', { token })
  const seriesBefore = await seriesOf(gate)
  const before = gate.issuer.keyHits()
  const memory: (readonly [number, number])[] = []
  const neighbour = startNeighbour(gate.auth, gate.token)
  const begin = performance.now()
  const attack: Attack = {
    kind,
    origin: gate.auth,
    count,
    longest: LONGEST,
    issuer: gate.issuer.issuer,
    kid: gate.issuer.keys[0]?.kid ?? '',
    fastIssuer: FAST_ISSUER,
    secret: SECRET,
  }
  const progress = await launch(attack, ({ sent }) => {
    void residentMemory(gate, 'VmRSS').then((mib) => memory.push([sent, mib]))
  }).catch(async (error: unknown) => {
    // Else it would go on for ever.
    await neighbour.stop()
    throw error
  })
  const seconds = (performance.now() - begin) / 1000
  const fared = await neighbour.stop()
  assert.deepEqual(fared.wrong.slice(0, KEPT_LINES), [], 'good traffic was refused')
  for (const status of Object.keys(progress.statuses)) assert.ok(answers.includes(status), `${status} was answered`)
  const peak = await residentMemory(gate, 'VmHWM')
  const used = limit === undefined ? undefined : Math.round(limit.peak() / MIB)
  if (used !== undefined) assert.ok(used * MIB < LIMIT, `${used} MiB`)
  const fetches = gate.issuer.keyHits() - before
  const series = await seriesOf(gate)
  const shown = await holds({ gate, progress, seconds, seriesBefore, series, fetches, memory })
  const statuses = Object.entries(progress.statuses).map(([status, times]) => `${status} × ${times}`)
  return [
    name,
    progress.sent,
    Math.round(progress.sent / seconds),
    statuses.join(', '),
    `${fared.asked - fared.wrong.length} of ${fared.asked}`,
    fared.p50.toFixed(1),
    fared.p99.toFixed(1),
    peak,
    used ?? 'unknown',
    shown,
  ]
}

/** Whether lines were left out of the log, for the first time perhaps, depends on how fast the flood is. */
async function seriesOf(gate: Gate): Promise<number> {
  const exposition = await (await fetch(`${gate.operations}/metrics`)).text()
  return exposition.split('\n').filter((line) => /^forwardgate_(?!log_lines_suppressed_total)/.test(line)).length
}

/** In MiB, rounded. */
async function residentMemory(gate: Gate, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${gate.pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024)
}
