import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** What `npm pack` reads; a copy of it, as packing changes files that other tests read. */
const PARTS = [
  'package.json',
  '.npmrc',
  'bin',
  'build',
  'src',
  'docs/reference',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]

/** An empty folder with the packed package installed into it. */
export interface Installed {
  readonly folder: string
  /** Paths in the tarball. */
  readonly files: readonly string[]
  /** The variables of a user whose Node is this one. */
  readonly env: Readonly<Record<string, string>>
  readonly remove: () => void
}

/** Packs a copy of the project and installs the tarball as a user does, without any registry. */
export function installPacked(): Installed {
  const place = mkdtempSync(join(tmpdir(), 'forwardgate-packed-'))
  const [copy, folder] = [join(place, 'copy'), join(place, 'empty')]
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: place,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const npm = (cwd: string, ...args: readonly string[]): string =>
    execFileSync('npm', [...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    for (const part of PARTS) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    mkdirSync(folder)
    const output = npm(copy, 'pack', '--json', '--pack-destination', place)
    const [packed]: readonly { readonly filename: string; readonly files: readonly { readonly path: string }[] }[] =
      JSON.parse(output.slice(output.search(/^\[/m)))
    if (packed === undefined) throw new Error(output)
    npm(folder, 'install', join(place, packed.filename))
    return {
      folder,
      files: packed.files.map(({ path }) => path),
      env,
      remove: () => rmSync(place, { recursive: true }),
    }
  } catch (error) {
    rmSync(place, { recursive: true, force: true })
    throw error
  }
}
