import { type Page, plain } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { command } from '../frame/command.ts'
import { exitCodeOf, type Finding, findingsJson, inOrder } from '../frame/findings.ts'
import { countFindings, formatFinding } from '../frame/findings-text.ts'
import { readInput } from '../frame/input.ts'
import { checkAuthorizationServer } from './authorization-server.ts'
import { createAsk } from './exchange.ts'
import { checkFirstAnswer } from './first-answer.ts'
import { checkMetadata } from './metadata.ts'
import type { StepReport } from './report.ts'
import { checkWithToken } from './with-token.ts'

/** Finds out, from the network of a client, why a login does not work, and which known client breaks on it. */
export const doctor = command({
  name: 'doctor',
  synopsis: ['doctor URL [--token-file FILE] [--format FORMAT]'],
  about:
    'Probes a running resource as a strict OAuth and MCP client would: no token, challenge, metadata, authorization server, keys; with a token also that it is accepted and that a client cannot choose its own X-Auth-Subject.',
  reads: 'nothing',
  operands: { min: 1, max: 1, missing: 'doctor needs the URL of the resource' },
  options: {
    'token-file': {
      value: 'FILE',
      about:
        'an access token for the resource; - reads standard input. Never shown; one request carries it in the query, to see that it is not accepted there: use one that may end in an access log',
    },
  },
  exitCodes: { 0: 'nothing or notes only', 1: 'errors or warnings', 2: 'usage error or unreadable input' },
  misuse: ({ operands: [url = ''] }) =>
    /^https?:\/\//.test(url) && URL.canParse(url) ? undefined : `"${url}" is not an absolute http or https URL`,
  async run({ values, operands: [url = ''], terminal }) {
    const file = values['token-file']
    const token = file === undefined ? undefined : await readInput(file, terminal)
    if (token?.ok === false) return { refused: [token.finding] }

    const reports = await examine(url, token?.text.trim().replace(/^Bearer /i, ''))
    const findings = reports.flatMap((report) => report.findings.filter((finding) => !isOk(finding)))
    const steps = reports.map((report) => ({
      title: report.title,
      good: report.findings.filter(isOk).map(({ what }) => what),
    }))
    return {
      json: { steps, findings: findingsJson(findings) },
      text: (page) => `${reports.map((report) => formatReport(report, page)).join('\n')}\n${countFindings(findings)}\n`,
      exitCode: exitCodeOf(findings),
    }
  },
})

async function examine(url: string, token: string | undefined): Promise<readonly StepReport[]> {
  const ask = createAsk(fetch)
  const [first, challenge] = await checkFirstAnswer(url, ask)
  const reports = [first]
  const metadataUrl = challenge?.resourceMetadata
  if (metadataUrl !== undefined && URL.canParse(metadataUrl)) {
    const [metadata, issuer] = await checkMetadata(url, metadataUrl, ask)
    reports.push(metadata)
    if (issuer !== undefined) reports.push(await checkAuthorizationServer(issuer, ask))
  }
  if (token !== undefined) reports.push(await checkWithToken(url, token, ask))
  return reports
}

function formatReport({ title, findings }: StepReport, page: Page): string {
  const { paint, width } = page
  const good = findings
    .filter(isOk)
    .map(({ what }) => `${wrap(`  ${paint('good', 'ok')}  ${plain(what)}`, width, 6)}\n`)
  const bad = inOrder(findings.filter((finding) => !isOk(finding))).map((finding) => formatFinding(finding, page))
  return [`${paint('strong', title)}\n`, ...good, ...bad].join('')
}

function isOk({ severity }: Finding): boolean {
  return severity === 'ok'
}
