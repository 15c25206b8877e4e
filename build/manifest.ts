import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(new URL('../package.json', import.meta.url))
const OURS = `${FILE}.ours`

/** What only those need who build: in the package everything is in `dist`. */
const LEFT_OUT = ['scripts', 'dependencies', 'devDependencies', 'overrides', 'allowScripts']

/** npm puts the `package.json` of the folder into a tarball, so it is another one while npm packs. */
if (process.argv[2] === 'strip') strip()
else if (existsSync(OURS)) renameSync(OURS, FILE)

function strip(): void {
  // One that an interrupted run left behind.
  if (existsSync(OURS)) renameSync(OURS, FILE)
  const text = readFileSync(FILE, 'utf8')
  const manifest: Record<string, unknown> = JSON.parse(text)
  const kept = Object.entries(manifest).filter(([key]) => !LEFT_OUT.includes(key))
  writeFileSync(OURS, text)
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`)
}
