import { type Page, plain } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { command } from '../frame/command.ts'
import { exitCodeOf, type Finding, findingsJson, inOrder } from '../frame/findings.ts'
import { countFindings, formatFinding } from '../frame/findings-text.ts'
import { readInput } from '../frame/input.ts'
import { readConfiguration } from '../frame/read-configuration.ts'
import { AUTHORIZATION_SERVER_FAULTS, checkAuthorizationServer } from './authorization-server.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { ask } from './exchange.ts'
import { checkFirstAnswer, FIRST_ANSWER_FAULTS } from './first-answer.ts'
import { type IdentityNames, identityNamesFor } from './identity.ts'
import { checkMetadata, METADATA_FAULTS } from './metadata.ts'
import { type Faults, openReport, type StepReport } from './report.ts'
import { checkWithToken, WITH_TOKEN_FAULTS } from './with-token.ts'

/** Finds out, from the network of a client, why a login does not work, and which known client breaks on it. */
export const doctor = command({
  name: 'doctor',
  synopsis: ['doctor URL [--token-file FILE [--dpop-key FILE]] [--config FILE] [--register] [--format FORMAT]'],
  about:
    'Probes a running resource as a strict OAuth and MCP client would: no token, challenge, metadata, authorization server, keys; with a token also that it is accepted, that the service answers, and that a client cannot choose its own identity: every identity header of the route with --config, else the usual ones.',
  reads: 'by itself',
  operands: { min: 1, max: 1, missing: 'doctor needs the URL of the resource' },
  options: {
    'token-file': {
      value: 'FILE',
      about:
        'an access token for the resource; - reads standard input. Never shown; one request carries it in the query, to see that it is not accepted there: use one that may end in an access log',
    },
    'dpop-key': {
      value: 'FILE',
      about:
        'the private key that the token is bound to, JWK or PEM: each request then has a proof by it, with a nonce if one is required',
    },
    register: {
      about:
        'registers a client at the authorization server, as clients without a client ID do, and deletes it if the provider allows that',
    },
  },
  exitCodes: { 0: 'nothing or notes only', 1: 'errors or warnings', 2: 'usage error or unreadable input' },
  misuse({ operands: [url = ''], values }) {
    if (values['dpop-key'] !== undefined && values['token-file'] === undefined) return '--dpop-key needs --token-file'
    return /^https?:\/\//.test(url) && URL.canParse(url) ? undefined : `"${url}" is not an absolute http or https URL`
  },
  async run({ values, operands: [url = ''], terminal, now }) {
    const read = values.config === undefined ? undefined : await readConfiguration(values.config, terminal, now)
    if (read?.ok === false) return { refused: read.findings, sources: read.sources }
    const identity = identityNamesFor(url, read?.configuration.config)
    if (identity === undefined) return { misuse: `no route of ${values.config} has the resource ${url}` }
    const file = values['token-file']
    const token = file === undefined ? undefined : await readInput(file, terminal)
    if (token?.ok === false) return { refused: [token.finding] }
    const credentials = await readCredentials(token?.text, values['dpop-key'], terminal)
    if (credentials !== undefined && 'finding' in credentials) return { refused: [credentials.finding] }

    const reports = await examine(url, credentials, identity, values.register === true)
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

async function examine(
  url: string,
  credentials: Credentials | undefined,
  identity: IdentityNames,
  register: boolean,
): Promise<readonly StepReport[]> {
  const reports: StepReport[] = []
  const open = <Id extends string>(title: string, at: string, faults: Faults<Id>) => {
    const report = openReport(title, at, faults)
    reports.push(report)
    return report
  }
  const challenge = await checkFirstAnswer(open('a request without credentials', url, FIRST_ANSWER_FAULTS), url, ask)
  const metadataUrl = challenge?.resourceMetadata
  if (metadataUrl !== undefined && URL.canParse(metadataUrl)) {
    const report = open('the metadata of the resource', metadataUrl, METADATA_FAULTS)
    const issuer = await checkMetadata(report, url, metadataUrl, ask)
    if (issuer !== undefined) {
      const server = open('the authorization server', issuer, AUTHORIZATION_SERVER_FAULTS)
      await checkAuthorizationServer(server, issuer, register, ask)
    }
  }
  const answers = reports[0]?.findings.every(({ id }) => id !== 'unreachable')
  if (credentials !== undefined && answers === true)
    await checkWithToken(open('a request with the token', url, WITH_TOKEN_FAULTS), url, credentials, identity, ask)
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
