import { COMMON_HELP, COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import { print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import { readConfiguration, refuseInput } from '../frame/read-configuration.ts'
import { judge, openKeys } from '../replay/replay.ts'
import { buildExplanation, formatExplanation } from './explanation.ts'
import { contradiction, readQuestion } from './question.ts'

const HELP = `Usage: forwardgate explain --route NAME [--token-file FILE | --claims FILE] [options]
       forwardgate explain --host HOST [--uri URI] [--token-file FILE | --claims FILE] [options]
       forwardgate explain --call FILE [options]

Judges one request by the very code of the service and shows every step, and the exact answer.

  --route NAME      the route that the address names; without it --host and --uri find it, as for plain /verify
  --token-file FILE the access token; - reads standard input. Its signature is checked and never shown
  --claims FILE     what if: JSON of claims, or of { "header": {}, "claims": {} }; asks nobody, checks no signature
  --method METHOD   of the client's request; GET unless given, POST with a body
  --host HOST       of the client's request; that of the resource unless given
  --uri URI         path and query of the client's request; those of the resource unless given
  --header 'N: V'   a header of the client's request; may be repeated
  --body FILE       body of the client's request, for routes with mcp; JSON unless a header says otherwise
  --call FILE       instead of all these: the proxy's call as captured, request line, headers and body
  --jwks FILE       check signatures with this key set instead of the issuer's, without network
  --at TIME         judge as if it were this time, such as 2026-01-01T00:00:00Z
${COMMON_HELP}
Exit codes: 0 the decision was explained, allow or deny; 2 the configuration or an argument is wrong.
`

const OPTIONS = {
  ...COMMON_OPTIONS,
  route: { type: 'string' },
  'token-file': { type: 'string' },
  claims: { type: 'string' },
  method: { type: 'string' },
  host: { type: 'string' },
  uri: { type: 'string' },
  header: { type: 'string', multiple: true },
  body: { type: 'string' },
  call: { type: 'string' },
  jwks: { type: 'string' },
  at: { type: 'string' },
} as const

/** Why a request passes or not: every step with what was expected and what was there. */
export const explain: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    const problem = positionals.length > 0 ? `explain takes no argument "${positionals[0]}"` : contradiction(values)
    if (problem !== undefined) return misuse(problem, HELP, terminal).exitCode

    const configuration = await readConfiguration(values.config, terminal, Date.now() / 1000)
    if (!configuration.ok) return refuseInput(terminal, format, configuration.findings)
    const { settings } = configuration
    const asked = await readQuestion(values, configuration.config, terminal)
    if (!asked.ok) return refuseInput(terminal, format, [asked.finding])
    const { call, config, now, whatIf, issuers, sourceOf } = asked.question

    const keys = await openKeys(issuers, sourceOf)
    const { exposeReason } = settings
    const { decision, answer } = await judge(call, config, keys.issuers, { now, exposeReason })
    keys.close()
    const seen = { call, config, decision, now, whatIf, readings: keys.readings, introspections: keys.introspections }
    const notes = values.jwks === undefined ? [] : [`The signature was checked with the keys of ${values.jwks}.`]
    const explanation = buildExplanation(seen, answer, notes)
    print(terminal, format, { json: explanation, text: (paint) => formatExplanation(explanation, paint) })
    return 0
  },
}
