// npm run bench [-- --quick] [-- --only <group>] [-- --against <another checkout>]
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { v8Flags } from '../build/program.ts'
import { measureAgainst } from './groups/against.ts'
import { measureBound } from './groups/bound.ts'
import { measureContext } from './groups/context.ts'
import { measureEnvoy } from './groups/envoy.ts'
import { measureMemory } from './groups/memory.ts'
import { measureCaddy, measureTraefik } from './groups/proxied.ts'
import { measureSeen } from './groups/seen.ts'
import { measureSize } from './groups/size.ts'
import { measureStart } from './groups/start.ts'
import { measureSteps } from './groups/steps.ts'
import { measureTjd } from './groups/tjd.ts'
import { measureUnseen } from './groups/unseen.ts'
import { describeMachine } from './machine.ts'
import { renderSection, type Section } from './report.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

const GROUPS: Readonly<Record<string, (workspace: Workspace) => Promise<Section>>> = {
  seen: measureSeen,
  unseen: measureUnseen,
  bound: measureBound,
  size: measureSize,
  start: measureStart,
  memory: measureMemory,
  traefik: measureTraefik,
  caddy: measureCaddy,
  envoy: measureEnvoy,
  steps: measureSteps,
  context: measureContext,
  tjd: measureTjd,
}
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const RESULTS = fileURLToPath(new URL('./results.md', import.meta.url))

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, against: { type: 'string' } },
})
const chosen = values.only?.split(',') ?? Object.keys(GROUPS)
const unknown = chosen.filter((name) => GROUPS[name] === undefined)
if (unknown.length > 0) {
  console.error(`bench: there is no group ${unknown.join(', ')}; the groups are ${Object.keys(GROUPS).join(', ')}`)
  process.exit(2)
}

/** What the image holds, compiled with its flags, is made anew: nothing older is measured. */
function buildAsImage(): void {
  const run = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'pipe' })
  run('build/main.ts')
  run(...v8Flags(), 'build/compile.ts')
}

/** One group that cannot be measured here must not cost the others, nor pass unseen. */
function leftOut(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!message.includes('is not installed')) process.exitCode = 1
  return `## LEFT OUT: ${name}\n\n${message}`
}

buildAsImage()
const sections: string[] = [`# Results\n\n${describeMachine()}`]
const workspace = await openWorkspace({ quick: values.quick })
try {
  const { against } = values
  if (against !== undefined) console.log(`\n${renderSection(await measureAgainst(workspace, against))}`)
  for (const name of against === undefined ? chosen : []) {
    const text = await GROUPS[name]?.(workspace).then(renderSection, (error: unknown) => leftOut(name, error))
    if (text === undefined) continue
    console.log(`\n${text}`)
    sections.push(text)
  }
} finally {
  await workspace.remove()
}
// A part, or a quick look, is no result to keep.
if (values.only === undefined && values.against === undefined && !values.quick)
  await writeFile(RESULTS, `${sections.join('\n\n')}\n`)
