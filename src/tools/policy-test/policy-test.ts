import { COMMON_HELP, COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import { print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import type { Finding } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { readConfiguration, refuseInput } from '../frame/read-configuration.ts'
import { StandIn } from '../replay/stand-in-keys.ts'
import { type PolicyTest, readPolicyTests } from './file.ts'
import { formatResults, hasFailed, resultsJson } from './results.ts'
import { type PolicyTestResult, runPolicyTest } from './run.ts'

const HELP = `Usage: forwardgate test FILE... [--config FILE]

Runs policy tests: YAML files that say which request with which claims must be allowed or refused, and why. Tokens are
signed with a key made for the run, so that everything is judged as in the service; nothing is asked over the network.

  FILE              policy tests; - reads standard input
${COMMON_HELP}
Exit codes: 0 all passed; 1 at least one failed; 2 the configuration, a test file or an argument is wrong.
`

/** Proves the rules of a configuration before it is merged. */
export const test: Command = {
  async run(args, terminal) {
    const read = readArguments(args, COMMON_OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    if (positionals.length === 0) return misuse('say which policy tests', HELP, terminal).exitCode

    const configuration = await readConfiguration(values.config, terminal, Date.now() / 1000)
    if (!configuration.ok) return refuseInput(terminal, format, configuration.findings)
    const { config, settings } = configuration

    let tests: readonly PolicyTest[] = []
    let findings: readonly Finding[] = []
    for (const file of positionals) {
      const input = await readInput(file, terminal)
      if (!input.ok) {
        findings = [...findings, input.finding]
        continue
      }
      const policy = readPolicyTests(input.file, input.text, config)
      tests = [...tests, ...policy.tests]
      findings = [...findings, ...policy.findings]
    }
    if (findings.length > 0) return refuseInput(terminal, format, findings)

    const standIn = new StandIn()
    const results: PolicyTestResult[] = []
    for (const one of tests) results.push(await runPolicyTest(one, config, standIn, settings.exposeReason))
    print(terminal, format, { json: resultsJson(results), text: (paint) => formatResults(results, paint) })
    return results.some(hasFailed) ? 1 : 0
  },
}
