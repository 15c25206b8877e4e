import { dirname, resolve } from 'node:path'
import type { Terminal } from '../../cli/terminal.ts'
import type { Config } from '../../config/model.ts'
import type { Finding } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { type ClientKey, readClientKey } from '../replay/client-key.ts'
import { type PolicyTest, readPolicyTests } from './file.ts'

/** A test, and the key of the client that it names. */
export interface Planned {
  readonly test: PolicyTest
  readonly clientKey: ClientKey | undefined
}

/** What is to be run of some files, or everything that is wrong with them. */
export interface Plan {
  readonly planned: readonly Planned[]
  readonly refused: readonly Finding[]
  /** The text of each file by its name. */
  readonly sources: ReadonlyMap<string, string>
}

/** Reads policy tests and the key files that they name. */
export async function readPlan(files: readonly string[], config: Config, terminal: Terminal): Promise<Plan> {
  const planned: Planned[] = []
  const refused: Finding[] = []
  const sources = new Map<string, string>()
  for (const file of files) {
    const input = await readInput(file, terminal)
    if (!input.ok) {
      refused.push(input.finding)
      continue
    }
    sources.set(input.file, input.text)
    const { tests, findings } = readPolicyTests(input.file, input.text, config)
    const clients = await readClientKeys(file, tests, terminal)
    planned.push(...tests.map((test) => ({ test, clientKey: clients.keys.get(test.token?.dpopKeyFile ?? '') })))
    refused.push(...findings, ...clients.findings)
  }
  return { planned, refused, sources }
}

/** The keys that tests make proofs with, by their file as the test has it, and what is wrong with the others. */
async function readClientKeys(file: string, tests: readonly PolicyTest[], terminal: Terminal) {
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
