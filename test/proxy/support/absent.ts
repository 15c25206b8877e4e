import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { PROGRAMS } from './open-proxy.ts'
import type { ProxyName } from './row.ts'

/** In the order of the columns. */
export const PROXIES: readonly ProxyName[] = ['Traefik', 'Caddy', 'nginx']

/** Traefik is in no package of Debian or npm, so it may be missing: skipped, and said loudly. The others may not. */
export function absent(t: TestContext, name: ProxyName, cases: number): void {
  const sentence = `${PROGRAMS[name]} is not installed: ${cases} cases behind ${name} are not tested`
  if (name !== 'Traefik') assert.fail(sentence)
  console.log(`SKIPPED: ${sentence}`)
  t.skip(sentence)
}
