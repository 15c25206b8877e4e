import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatProblem } from '../../../src/config/problem.ts'
import type { Watch } from '../../../src/config/reading/watch-files.ts'
import { type Loaded, load, type Source } from '../../../src/config/source.ts'
import { watch } from '../../../src/config/watch.ts'
import { folderFor } from '../../support/folder.ts'
import { NOW } from './fixtures.ts'

const text = (scope: string) =>
  `issuers: { a: https://a.example.com }\nroutes: { x: { resource: https://x.example.com, scopes: [${scope}] } }\n`

/** What was reported: the route's scope, or the first problem. */
function summary({ parsed }: Loaded): string {
  if (parsed.ok) return parsed.config.routes[0]?.accept[0]?.scopes.join() ?? 'no route'
  return parsed.problems.map(formatProblem)[0] ?? ''
}

interface Watched {
  readonly folder: string
  readonly file: string
  readonly reported: string[]
  readonly notices: string[]
  readonly watch: Watch
  /** Waits until so much was reported, and a little longer for what should not come. */
  settle(count: number): Promise<void>
}

async function start(t: TestContext, interval: number, prepare: (folder: string) => void): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-'))
  const file = join(folder, 'config.yaml')
  prepare(folder)
  const source: Source = { kind: 'path', path: file }
  const reported: string[] = []
  const notices: string[] = []
  const loaded = await load(source, NOW)
  const before = process.platform === 'linux' ? watchedDirectories() : 0
  const watched = watch(source, {
    loaded,
    now: () => NOW,
    interval,
    onChange: (loaded) => reported.push(summary(loaded)),
    onNotice: (notice) => notices.push(notice),
  })
  t.after(() => {
    watched.close()
    rmSync(folder, { recursive: true, force: true })
  })
  // An event before that would not be seen.
  await (process.platform === 'linux' ? untilTrue(() => watchedDirectories() > before) : sleep(100))
  const settle = async (count: number) => {
    await reaches(reported, count)
    await sleep(150)
  }
  return { folder, file, reported, notices, watch: watched, settle }
}

/** How many directories this process has events of. */
function watchedDirectories(): number {
  let watches = 0
  for (const name of readdirSync('/proc/self/fdinfo')) {
    try {
      watches += readFileSync(join('/proc/self/fdinfo', name), 'utf8').split('inotify wd:').length - 1
    } catch {
      // Closed by now, as the descriptor of that very folder.
    }
  }
  return watches
}

/** Waits until a list has so many entries. */
const reaches = (list: readonly string[], count: number) => untilTrue(() => list.length >= count)

/** Waits until it holds, half a minute at most. */
async function untilTrue(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1500 && !holds(); i++) await sleep(20)
}

const plainFile = (folder: string) => writeFileSync(join(folder, 'config.yaml'), text('s0'))

/** Steps 5 to 11 of kubelet's AtomicWriter: a new directory, a link to it, one rename, the old one removed. */
function mountConfigMap(folder: string, generation: number, files: Readonly<Record<string, string>>): void {
  const name = `..generation_${generation}`
  mkdirSync(join(folder, name))
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content)
  let old: string | undefined
  try {
    old = readlinkSync(join(folder, '..data'))
  } catch {
    for (const file of Object.keys(files)) symlinkSync(join('..data', file), join(folder, file))
  }
  symlinkSync(name, join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  if (old !== undefined) rmSync(join(folder, old), { recursive: true })
}

// Each way of changing is seen by polling alone and by file system events alone.
for (const [how, interval] of [
  ['by polling', 60],
  ['by events', 3_600_000],
] as const) {
  test(`a write in place is seen ${how}`, async (t) => {
    const { file, reported, settle } = await start(t, interval, plainFile)
    writeFileSync(file, text('s1'))
    await settle(1)
    assert.deepEqual(reported, ['s1'])
  })

  test(`a file that is being written is not taken half done, seen ${how}: half a route asks for less`, async (t) => {
    const { file, reported, settle } = await start(t, interval, plainFile)
    const whole =
      'issuers: { a: https://a.example.com }\nroutes:\n  x:\n    resource: https://x.example.com\n    scopes: [s1]\n'
    const lines = whole.split(/(?<=\n)/)
    for (const count of [4, 5]) {
      writeFileSync(file, lines.slice(0, count).join(''))
      await sleep(70)
    }
    await settle(1)
    assert.deepEqual(reported, ['s1'])
  })

  test(`a rename over the file is seen ${how}`, async (t) => {
    const { folder, file, reported, settle } = await start(t, interval, plainFile)
    for (const scope of ['s1', 's2']) {
      writeFileSync(join(folder, 'config.tmp'), text(scope))
      renameSync(join(folder, 'config.tmp'), file)
      await settle(scope === 's1' ? 1 : 2)
    }
    assert.deepEqual(reported, ['s1', 's2'])
  })

  test(`a ConfigMap update is seen ${how}, one without a difference is not`, async (t) => {
    const { folder, reported, settle } = await start(t, interval, (path) =>
      mountConfigMap(path, 0, { 'config.yaml': text('s0') }),
    )
    mountConfigMap(folder, 1, { 'config.yaml': text('s0') })
    await settle(0)
    mountConfigMap(folder, 2, { 'config.yaml': text('s1') })
    await settle(1)
    mountConfigMap(folder, 3, { 'config.yaml': text('s2') })
    await settle(2)
    assert.deepEqual(reported, ['s1', 's2'])
  })

  test(`a file that vanishes is reported once and seen when it comes back ${how}`, async (t) => {
    const { file, reported, settle } = await start(t, interval, plainFile)
    unlinkSync(file)
    await settle(1)
    await settle(1)
    assert.match(reported[0] ?? '', /there is no such file/)
    writeFileSync(file, text('s0'))
    await settle(2)
    assert.deepEqual(reported.slice(1), ['s0'])
  })

  test(`a named file is watched too ${how}`, async (t) => {
    const keys = folderFor(t)
    const secret = join(keys, 'secret')
    writeFileSync(secret, 's'.repeat(32))
    const config = `issuers: { a: { issuer: a, secretFile: ${secret} } }\nroutes: { x: { resource: https://x.example.com } }\n`
    const { reported, settle } = await start(t, interval, (folder) =>
      writeFileSync(join(folder, 'config.yaml'), config),
    )
    writeFileSync(secret, 't'.repeat(32))
    await settle(1)
    writeFileSync(secret, 'short')
    await settle(2)
    assert.equal(reported.length, 2)
    assert.match(reported[1] ?? '', /holds 5 bytes/)
  })
}

/** What a writer leaves that stalls, or runs out of disk, at a line end: a whole configuration that asks for less. */
const LINES = [
  'issuers: { a: https://a.example.com }',
  'routes:',
  '  x:',
  '    resource: https://x.example.com',
  '    scopes: [s0]',
  'revocations: { sub: [mallory] }',
]
const beginning = (lines: number) =>
  LINES.slice(0, lines)
    .map((line) => `${line}\n`)
    .join('')

test('a file cut short at a line end is not taken while its writer pauses: its last rules would vanish', async (t) => {
  const { file, reported, notices, settle } = await start(t, 60, (folder) =>
    writeFileSync(join(folder, 'config.yaml'), beginning(6)),
  )
  for (const lines of [0, 4, 5]) {
    writeFileSync(file, beginning(lines))
    await sleep(500)
  }
  writeFileSync(file, `${beginning(6)}# done\n`)
  await settle(1)
  assert.deepEqual(reported, ['s0'], 'only what was written in the end')
  assert.match(notices[0] ?? '', /config\.yaml" is now only the beginning of the one in force/)
})

test('a file that stays cut short is taken after all, with a warning: its end may have been removed', async (t) => {
  const { file, reported, notices, settle } = await start(t, 60, (folder) =>
    writeFileSync(join(folder, 'config.yaml'), beginning(6)),
  )
  writeFileSync(file, beginning(4))
  await settle(1)
  assert.deepEqual(reported, [''])
  assert.equal(notices.length, 1)
})

test('a file that grows from a broken beginning is compared with what is in force, not with what was refused', async (t) => {
  const { file, reported, settle } = await start(t, 60, (folder) =>
    writeFileSync(join(folder, 'config.yaml'), beginning(6)),
  )
  writeFileSync(file, 'issuers: [')
  await settle(1)
  writeFileSync(file, beginning(5))
  await sleep(800)
  writeFileSync(file, `${beginning(6)}# done\n`)
  await settle(2)
  assert.deepEqual(reported.slice(1), ['s0'])
  assert.equal(reported.length, 2)
})

for (const [key, whole] of [
  ['secretFile', `${'s'.repeat(32)}the rest`],
  ['jwksFile', `{"keys":[${JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }))}]}\n  `],
  [
    'tokensFile',
    `- { sha256: ${'a1'.repeat(32)}, sub: a, aud: b, exp: 2027-01-01 }\n- { sha256: ${'b1'.repeat(32)}, sub: a, aud: b, exp: 2027-01-01 }\n`,
  ],
] as const) {
  test(`a ${key} that is cut short waits too`, async (t) => {
    const issuer = key === 'tokensFile' ? '' : 'issuer: a, '
    const config = `issuers: { a: { ${issuer}${key}: named } }\nroutes: { x: { resource: https://x.example.com } }\n`
    const { folder, reported, notices, settle } = await start(t, 60, (path) => {
      writeFileSync(join(path, 'config.yaml'), config)
      writeFileSync(join(path, 'named'), whole)
    })
    writeFileSync(
      join(folder, 'named'),
      key === 'tokensFile' ? whole.slice(0, whole.indexOf('\n') + 1) : whole.slice(0, -2),
    )
    await reaches(notices, 1)
    await sleep(200)
    assert.deepEqual(reported, [])
    assert.match(notices[0] ?? '', /named" is now only the beginning/)
    await settle(1)
    assert.equal(reported.length, 1)
  })
}

test('bad content is reported once, and good content after it', async (t) => {
  const { file, reported, settle } = await start(t, 60, plainFile)
  writeFileSync(file, 'issuers: [')
  await settle(1)
  await settle(1)
  writeFileSync(file, text('s1'))
  await settle(2)
  assert.equal(reported.length, 2)
  assert.match(reported[0] ?? '', /this is not valid YAML/)
  assert.equal(reported[1], 's1')
})

test('a burst ends on its last content, each content reported at most once', async (t) => {
  const { folder, reported, settle } = await start(t, 60, (path) =>
    mountConfigMap(path, 0, { 'config.yaml': text('s0') }),
  )
  for (let i = 1; i <= 20; i++) {
    mountConfigMap(folder, i, { 'config.yaml': text(`s${i}`) })
    if (i % 5 === 0) await sleep(20)
  }
  await untilTrue(() => reported.at(-1) === 's20')
  await settle(reported.length)
  assert.equal(reported.at(-1), 's20')
  assert.equal(new Set(reported).size, reported.length)
  assert.ok(!reported.some((line) => line.includes('no such file')), reported.join())
})

test('check looks immediately', async (t) => {
  const { file, reported, watch: watched } = await start(t, 3_600_000, plainFile)
  writeFileSync(file, text('s1'))
  await watched.check()
  assert.deepEqual(reported, ['s1'])
})

test('nothing is reported after close', async (t) => {
  const { file, reported, watch: watched, settle } = await start(t, 30, plainFile)
  writeFileSync(file, text('s1'))
  const looking = watched.check()
  watched.close()
  await looking
  writeFileSync(file, text('s2'))
  await settle(0)
  assert.deepEqual(reported, [])
})

test('a file mounted with subPath is noticed once', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = folderFor(t)
  plainFile(folder)
  // As behind a bind mount, the file lives on without a name.
  const descriptor = openSync(join(folder, 'config.yaml'), 'r')
  t.after(() => closeSync(descriptor))
  unlinkSync(join(folder, 'config.yaml'))
  const path = `/proc/self/fd/${descriptor}`
  const source: Source = { kind: 'path', path }
  const notices: string[] = []
  const watched = watch(source, {
    loaded: await load(source, NOW),
    now: () => NOW,
    interval: 20,
    onChange: () => assert.fail('nothing changed'),
    onNotice: (notice) => notices.push(notice),
  })
  t.after(() => watched.close())
  await reaches(notices, 1)
  await sleep(100)
  assert.deepEqual(notices, [
    `${path} was mounted with subPath; hot reload is impossible, mount the whole directory instead`,
  ])
})
