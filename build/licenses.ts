import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package that is part of the program. */
interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly text: string
}

/** The licences of all packages that a bundle took files from, as one text. A package that names none is an error. */
export function licensesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  const packages = [...folders].map((folder) => readPackage(join(root, folder)))
  const sections = packages
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
  return [HEAD, ...new Set(sections)].join(`\n${'-'.repeat(80)}\n\n`)
}

const HEAD = `forwardgate is under the Apache License 2.0. Its files hold code of the packages below, under the licences below.
`

function readPackage(folder: string): Bundled {
  const { name, version, license }: { name: string; version: string; license?: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  if (license === undefined) throw new Error(`${folder}/package.json names no license`)
  return { name, version, license, text: textOf(folder) }
}

function textOf(folder: string): string {
  const files = readdirSync(folder).filter((entry) => /^(?:licen[cs]e|copying|notice)(?:[.-]\w+)*$/i.test(entry))
  if (files.length === 0) return 'The package names this licence and brings no text of it.'
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
}
