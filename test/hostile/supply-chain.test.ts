import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { printTable } from './table.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What npm writes about one installed package. */
interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Manifest {
  readonly version: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const lock: { readonly lockfileVersion: number; readonly packages: Readonly<Record<string, Locked>> } =
  readJson('package-lock.json')
const own: Manifest = readJson('package.json')
const installed = Object.entries(lock.packages).filter(([place]) => place !== '')
const production = installed.filter(([, { dev }]) => dev !== true)

describe('the lockfile', () => {
  test('has a strong hash of every package, so that npm ci refuses other bytes whoever serves them', () => {
    assert.equal(lock.lockfileVersion, 3)
    assert.ok(installed.length > 100, `${installed.length} packages`)
    assert.deepEqual(installed.filter(([, { integrity }]) => !isStrongHash(integrity)).map(placeOf), [])
  })

  test('names one registry or none, by https', () => {
    const origins = new Set(installed.flatMap(([, { resolved }]) => (resolved === undefined ? [] : originOf(resolved))))
    assert.ok(origins.size <= 1, `packages come from ${[...origins].join(' and ')}`)
    for (const origin of origins) assert.match(origin, /^https:\/\//)
  })

  test('has nothing from a repository, a folder or an address: only versions of a registry', () => {
    const ranges = installed.flatMap(([place, { dependencies = {} }]) => rangesOf(place, dependencies))
    const asked = [...rangesOf('package.json', own.dependencies), ...rangesOf('package.json', own.devDependencies)]
    assert.deepEqual(
      [...asked, ...ranges].filter((line) => !/: (?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?[\w.^~<>=|*\s+-]*$/.test(line)),
      [],
    )
    assert.deepEqual(installed.filter(([, { link }]) => link === true).map(placeOf), [])
  })

  test('says what package.json says', () => {
    const { dependencies, devDependencies } = lock.packages[''] as Manifest
    assert.deepEqual(
      { dependencies, devDependencies },
      { dependencies: own.dependencies, devDependencies: own.devDependencies },
    )
  })
})

describe('what runs in production', () => {
  test('runs nothing when it is installed: no install script, no native add-on', () => {
    assert.deepEqual(production.filter(hasInstallScript).map(placeOf), [])
    assert.deepEqual(production.flatMap(armedBy), [])
  })

  test('is what is installed, at the versions of the lockfile', () => {
    const wrong = production.filter(([place, { version }]) => {
      const manifest = join(place, 'package.json')
      return !existsSync(join(ROOT, manifest)) || readJson<Manifest>(manifest).version !== version
    })
    assert.deepEqual(wrong.map(placeOf), [])
    const direct = Object.keys(own.dependencies ?? {})
    printTable(
      'Supply chain',
      ['what', 'count'],
      [
        ['packages in the lockfile, each with a SHA-512', installed.length],
        ['of them in production', production.length],
        ['of them named by package.json', direct.length],
        ['with an install script in production', production.filter(hasInstallScript).length],
        ['with something else that is run or built at installation', production.flatMap(armedBy).length],
      ],
    )
  })
})

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

function hasInstallScript([, locked]: readonly [string, Locked]): boolean {
  return locked.hasInstallScript === true
}

/** What the installed package itself has to be run or built, whatever the lockfile says. */
function armedBy([place]: readonly [string, Locked]): readonly string[] {
  const { scripts = {} } = readJson<Manifest>(join(place, 'package.json'))
  const found = ['preinstall', 'install', 'postinstall'].filter((name) => scripts[name] !== undefined)
  const files = readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
  const addOns = files.filter((file) => file.endsWith('.node') || file.endsWith('binding.gyp'))
  return [...found, ...addOns].map((what) => `${place}: ${what}`)
}

function placeOf([place]: readonly [string, Locked]): string {
  return place
}

function isStrongHash(integrity: string | undefined): boolean {
  return integrity !== undefined && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)
}

function originOf(resolved: string): string {
  return URL.canParse(resolved) ? new URL(resolved).origin : resolved
}

function rangesOf(place: string, ranges: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(ranges).map(([name, range]) => `${place} needs ${name}: ${range}`)
}
