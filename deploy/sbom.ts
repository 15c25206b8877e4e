import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What npm writes of a package, as far as it is looked at here. */
interface Component {
  readonly 'bom-ref': string
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

interface Bill {
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}

/**
 * Writes the bill of materials of what runs in production (CycloneDX 1.5) to the file that is named, from the lockfile.
 * Not by `npm sbom --omit=dev`: that leaves out every package that a development dependency needs as well.
 */
const bill: Bill & { metadata: { component: { 'bom-ref': string; name: string } } } = JSON.parse(
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
)
const components = bill.components.filter(
  ({ properties = [] }) =>
    !properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true'),
)
const root = bill.metadata.component
// npm takes the name of the folder.
root.name = 'forwardgate'
const kept = new Set([root['bom-ref'], ...components.map((component) => component['bom-ref'])])
const dependencies = bill.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((target) => kept.has(target)) }))
const file = process.argv[2] ?? 'sbom.cdx.json'
writeFileSync(file, `${JSON.stringify({ ...bill, components, dependencies }, undefined, 2)}\n`)
console.log(`${file}: ${components.length} packages`)
