import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { licensesOf } from './licenses.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')

rmSync(DIST, { recursive: true, force: true })
const { inputs } = await bundle(DIST)
writeFileSync(join(DIST, 'LICENSES.txt'), licensesOf(ROOT, inputs))
for (const file of readdirSync(DIST).sort()) console.log(`dist/${file}  ${statSync(join(DIST, file)).size} bytes`)
