import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from '../../src/config/parse.ts'
import { PROXIES } from '../../src/tools/generate/targets.ts'

const CONFIG = 'examples/config/minimal.yaml'

/** What `generate` prints for the smallest configuration and a service `mcp-kubernetes`. */
export function recipeFor(proxy: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../${CONFIG}`, import.meta.url)), 'utf8')
  const parsed = parse([{ file: CONFIG, text }], { now: 0, readFile: () => ({ error: 'no file is read here' }) })
  const target = PROXIES.get(proxy)?.forms.values().next().value
  if (!parsed.ok || target === undefined) throw new Error(`${CONFIG} or ${proxy} is not what it was`)
  const deployment = {
    ...{ namespace: 'default', service: 'mcp-kubernetes', port: 8080, entryPoint: undefined, wellKnown: true },
    gateway: { namespace: 'default', name: 'gateway', listener: undefined },
    gate: { service: 'forwardgate', namespace: 'auth', port: 8080 },
  }
  return target.write(parsed.config.routes, deployment).text
}
