import { command } from '../frame/command.ts'
import { readConfiguration } from '../frame/read-configuration.ts'
import { judge } from '../replay/replay.ts'
import { buildExplanation, formatExplanation } from './explanation.ts'
import { contradiction, readQuestion } from './question.ts'
import { explainReason } from './reason.ts'

/** Why a request passes or not: every step with what was expected and what was there. */
export const explain = command({
  name: 'explain',
  synopsis: [
    'explain --route NAME [--token-file FILE | --claims FILE] [options]',
    'explain --host HOST [--uri URI] [--token-file FILE | --claims FILE] [options]',
    'explain --call FILE [options]',
    'explain --reason REASON',
  ],
  about:
    'Judges one request with the code of the service, and shows every step and the exact answer. With --reason it says what a reason means and how to mend it.',
  reads: 'by itself',
  options: {
    route: {
      value: 'NAME',
      about: 'the route that the address names; without it --host and --uri find it, as for plain /verify',
    },
    'token-file': {
      value: 'FILE',
      about: 'the access token; - reads standard input. Its signature is checked and never shown',
    },
    'dpop-proof': {
      value: 'FILE',
      about:
        'the DPoP field of the same request; the token is then sent as DPoP. A proof is good for minutes: --at is its time',
    },
    claims: {
      value: 'FILE',
      about:
        'what if: JSON of claims, or of { "header": {}, "claims": {} }; no signature is checked, no issuer is called',
    },
    method: { value: 'METHOD', about: "of the client's request; default: GET, or POST with a body" },
    host: { value: 'HOST', about: "of the client's request; default: that of the resource" },
    uri: { value: 'URI', about: "path and query of the client's request; default: those of the resource" },
    header: { value: "'N: V'", about: "a header of the client's request; may be repeated", repeated: true },
    body: {
      value: 'FILE',
      about: "body of the client's request, for routes with mcp; JSON unless a header says otherwise",
    },
    call: {
      value: 'FILE',
      about: "instead of all these: the proxy's call as captured, request line, headers and body",
    },
    jwks: { value: 'FILE', about: "check signatures with this key set instead of the issuer's, without network" },
    at: { value: 'TIME', about: 'judge as if it were this time, such as 2026-01-01T00:00:00Z' },
    reason: {
      value: 'REASON',
      about: 'nothing is judged: what this reason means, as docs/reference/denials.md has it',
    },
  },
  exitCodes: { 0: 'the decision was explained', 2: 'configuration or usage error' },
  misuse: ({ values }) => contradiction(values),
  async run({ values, terminal, now: present }) {
    if (values.reason !== undefined) return explainReason(values.reason)
    const read = await readConfiguration(values.config, terminal, present)
    if (!read.ok) return { refused: read.findings, sources: read.sources }
    const { config: written, settings } = read.configuration
    const asked = await readQuestion(values, written, terminal)
    if (!asked.ok) return { refused: [asked.finding] }
    const { question } = asked
    const { exposeReason } = settings
    const judgement = await judge(question.call, question.config, { ...question, exposeReason })
    const notes = values.jwks === undefined ? [] : [`The signature was checked with the keys of ${values.jwks}.`]
    const explanation = buildExplanation({ ...question, ...judgement }, notes)
    return { json: explanation, text: ({ paint }) => formatExplanation(explanation, paint) }
  },
})
