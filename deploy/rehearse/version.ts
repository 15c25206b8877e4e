import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How files name the version: an image, a tag, a reference of Git, a tarball, an argument of the Dockerfile. */
const NAMED = /(?:forwardgate[:-]|newTag: |\btag: |[?]ref=v|ARG VERSION=)(?<version>\d+\.\d+\.\d+)\b/g

/** Where a file of the repository names another version than `package.json`; the version, and how many places agree. */
export function versionPlaces(root: string): {
  readonly version: string
  readonly agree: number
  readonly differ: readonly string[]
} {
  const { version }: { readonly version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tracked = execFileSync('git', ['ls-files', 'Dockerfile', 'README.md', 'deploy', 'docs', 'examples'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = tracked.split('\n').filter((file) => /\.(?:ya?ml|md)$|Dockerfile$/.test(file))
  const places = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(NAMED)].map((match) => ({
      file,
      named: match.groups?.['version'],
    })),
  )
  const differ = places.filter(({ named }) => named !== version).map(({ file, named }) => `${file} says ${named}`)
  return { version, agree: places.length - differ.length, differ }
}
