import { dirname, resolve } from 'node:path'
import type { Terminal } from '../../cli/terminal.ts'
import type { Finding } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { type ClientKey, readClientKey } from '../replay/client-key.ts'
import type { PolicyTest } from './file.ts'

/** The keys that tests make proofs with, by the file as it is written in the test, and what is wrong with the others. */
export async function readClientKeys(
  file: string,
  tests: readonly PolicyTest[],
  terminal: Terminal,
): Promise<{ readonly keys: ReadonlyMap<string, ClientKey>; readonly findings: readonly Finding[] }> {
  const keys = new Map<string, ClientKey>()
  const findings: Finding[] = []
  for (const name of new Set(tests.flatMap(({ token }) => token?.dpopKeyFile ?? []))) {
    const input = await readInput(resolve(dirname(file), name), terminal)
    const key = input.ok ? readClientKey(input.text) : input.finding.what
    if (typeof key !== 'string') keys.set(name, key)
    else findings.push({ severity: 'error', id: 'policy-test', what: `dpopKeyFile: ${name} ${key}`, path: file })
  }
  return { keys, findings }
}
