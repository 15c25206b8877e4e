import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { folderFor } from '../support/folder.ts'
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
  test('has a strong hash of every package, so that npm ci refuses other bytes, wherever they come from', () => {
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

describe('the bill of materials', () => {
  test('npm run sbom writes every production package with its version and its hash, and no other', async (t) => {
    const folder = folderFor(t)
    const file = join(folder, 'sbom.json')
    await promisify(execFile)(process.execPath, [join(ROOT, 'deploy/sbom.ts'), file], { cwd: folder })
    const bill: Bill = JSON.parse(readFileSync(file, 'utf8'))
    assert.deepEqual([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.5'])
    const named = production.map(
      ([place, { version }]) => `${place.slice(place.lastIndexOf('node_modules/') + 13)}@${version}`,
    )
    assert.deepEqual(
      bill.components.map((part) => `${part.name}@${part.version}`).toSorted(),
      [...new Set(named)].toSorted(),
    )
    const bare = bill.components.filter(
      ({ hashes, licenses }) => hashes?.[0]?.alg !== 'SHA-512' || licenses === undefined,
    )
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
    )
    assert.equal(own.scripts?.['sbom'], 'node deploy/sbom.ts')
  })
})

describe('the image', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const release = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')

  test('runs no install script, and nothing of the development dependencies', () => {
    assert.match(dockerfile, /npm ci --ignore-scripts$/m)
    assert.match(dockerfile, /p\.devDependencies=\{esbuild:p\.devDependencies\.esbuild\}/)
  })

  test('holds the built program, and no package, source or builder', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    assert.deepEqual(
      [...last.matchAll(/^COPY (.*)$/gm)].map(([, what]) => what),
      ['package.json LICENSE /app/', '--from=compiled /app/bin/ /app/bin/', '--from=compiled /app/dist/ /app/dist/'],
    )
    assert.doesNotMatch(last, /^(?:RUN|ADD) /m)
  })

  test('is built on bases with a tag, which a release replaces by what their digests are', () => {
    const bases = [...dockerfile.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, base]) => base)
    assert.deepEqual(bases, ['${' + 'BUILD_IMAGE}', '${' + 'RUNTIME_IMAGE}', '${' + 'RUNTIME_IMAGE}'])
    for (const name of ['BUILD_IMAGE', 'RUNTIME_IMAGE']) {
      const [, base = ''] = new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile) ?? []
      assert.match(base, /^[^:@]+:(?!latest$)[\w.-]+(?:@sha256:[0-9a-f]{64})?$/, name)
      assert.ok(release.includes(`${name}=\${{ steps.base.outputs.${name} }}`), `${name} of a release is by digest`)
    }
    assert.match(release, /echo "\$name=\$tag@\$digest"/)
  })
})

interface Bill {
  readonly bomFormat: string
  readonly specVersion: string
  readonly components: readonly {
    readonly name: string
    readonly version: string
    readonly hashes?: readonly { readonly alg: string }[]
    readonly licenses?: unknown
  }[]
}

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
