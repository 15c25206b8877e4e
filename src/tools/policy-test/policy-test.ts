import { command } from '../frame/command.ts'
import { StandIn } from '../replay/stand-in-keys.ts'
import { readPlan } from './plan.ts'
import { formatResults, hasFailed, resultsJson } from './results.ts'
import { type PolicyTestResult, runPolicyTest } from './run.ts'

/** Proves the rules of a configuration before it is merged. */
export const test = command({
  name: 'test',
  synopsis: ['test FILE... [--config FILE]'],
  about:
    'Runs policy tests: YAML files that say which request with which claims must be allowed or refused, and why; - reads standard input. Tokens are signed with a key made for the run, so that everything is judged as in the service; the network is not used.',
  reads: 'configuration',
  operands: { min: 1, max: Number.POSITIVE_INFINITY, missing: 'name at least one policy test' },
  options: {},
  exitCodes: { 0: 'every test passed', 1: 'a test failed', 2: 'configuration, test file or usage error' },
  async run({ operands, terminal, configuration: { config, settings, warnings } }) {
    const { planned, refused, sources } = await readPlan(operands, config, terminal)
    if (refused.length > 0) return { refused, sources }

    const standIn = new StandIn()
    const results: PolicyTestResult[] = []
    for (const one of planned) results.push(await runPolicyTest(one, config, standIn, settings.exposeReason))
    // What else the loader warns of is what `check` is for.
    const notes = warnings.filter(({ id }) => id === 'file-absent')
    return {
      json: resultsJson(results, notes),
      text: (page) => formatResults(results, notes, page),
      exitCode: results.some(hasFailed) ? 1 : 0,
    }
  },
})
