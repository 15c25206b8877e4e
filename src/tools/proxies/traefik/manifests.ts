import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Terminal } from '../../../cli/terminal.ts'
import type { Finding } from '../../frame/findings.ts'
import { type Refused, readInput, refuseInput } from '../../frame/input.ts'
import type { Sources } from '../../frame/source-lines.ts'
import { OTHER_FILE } from '../fronts/read-fronts.ts'
import type { Landscape } from './landscape.ts'
import { landscapeOf } from './read-landscape.ts'

/** What the manifests say, and what could not be read in them. */
export type ReadManifests =
  | {
      readonly ok: true
      readonly landscape: Landscape
      readonly findings: readonly Finding[]
      /** The texts of which lines may be shown. */
      readonly sources: Sources
    }
  | Refused

/** Reads files, directories with everything below, and standard input for `-`. */
export async function readManifests(paths: readonly string[], terminal: Terminal): Promise<ReadManifests> {
  const texts: { file: string; text: string }[] = []
  let size = 0
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const input = await readInput(file, terminal)
      if (!input.ok) return input
      size += input.text.length
      if (size > MAX_TEXT) return refuseInput(path, TOO_LARGE)
      texts.push(input)
    }
  }
  const { landscape, findings, unreadable } = landscapeOf(texts)
  const { middlewares, routers, entryPoints, fronts } = landscape
  const isEmpty = middlewares.length + routers.length + entryPoints.length + fronts.length === 0
  return {
    ok: true,
    landscape,
    findings: paths.length > 0 && isEmpty ? [...findings, NOTHING_ABOUT_ROUTING] : findings,
    sources: sourcesOf(texts, unreadable),
  }
}

/** Without what cannot be parsed: a rendered stream has Secrets in it, and a fault of one would show its lines. */
function sourcesOf(texts: readonly { file: string; text: string }[], unreadable: readonly Finding[]): Sources {
  const faulty = new Set(unreadable.map(({ position }) => position?.file))
  return new Map(texts.flatMap(({ file, text }) => (faulty.has(file) ? [] : [[file, text] as const])))
}

/** Characters of all manifests together, those included that are about something else. */
const MAX_TEXT = 32 * 1024 * 1024

const TOO_LARGE = 'holds more than 32 MiB of YAML together with what was read before; check it in parts'

/** A pipe whose first command failed is empty, and an empty input must not read as a success. */
const NOTHING_ABOUT_ROUTING: Finding = {
  severity: 'warning',
  id: 'manifests-empty',
  what: 'the input contains no router, middleware or entry point of Traefik, and nothing of another proxy that asks forwardgate',
  path: '--manifests',
  why: 'nothing was compared with the configuration',
  fix: 'look at the path, or at the command that should have written the manifests',
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === '-') return [path]
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isDirectory) return [path]
  const found = await readdir(path, { withFileTypes: true })
  const below = await Promise.all(
    found
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        if (entry.isDirectory()) return filesOf(join(path, entry.name))
        return /\.(?:ya?ml|json)$/.test(entry.name) || OTHER_FILE.test(entry.name) ? [join(path, entry.name)] : []
      }),
  )
  return below.flat()
}
