import { misuse, readArguments } from '../../cli/arguments.ts'
import { type Paint, plain, print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import { countFindings, exitCodeOf, type Finding, findingsJson, formatFinding } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { refuseInput } from '../frame/read-configuration.ts'
import { checkAuthorizationServer } from './authorization-server.ts'
import { createAsk } from './exchange.ts'
import { checkFirstAnswer } from './first-answer.ts'
import { checkMetadata } from './metadata.ts'
import type { StepReport } from './report.ts'
import { checkWithToken } from './with-token.ts'

const HELP = `Usage: forwardgate doctor URL [--token-file FILE] [--format FORMAT]

Plays a strict MCP and OAuth client against a protected resource that is running: no token, challenge, metadata, login
server, keys; with a token also that it opens the door and that nobody can make up an identity.

  --token-file FILE an access token for the resource; - reads standard input. Never shown; one request carries it in
                    the query, to see that it is not accepted there: use one that may end in an access log
  --config FILE     accepted for symmetry; nothing of it is needed
  --format FORMAT   text (as it is) or json
  --help            this text

Exit codes: 0 nothing found but notes, 1 errors or warnings, 2 an argument is wrong.
`

const OPTIONS = { 'token-file': { type: 'string' }, config: { type: 'string' }, format: { type: 'string' } } as const

/** Finds out, from where a client stands, why a login does not work, and which known client breaks on it. */
export const doctor: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const [url, ...more] = read.positionals
    if (url === undefined) return misuse('doctor needs the URL of the resource', HELP, terminal).exitCode
    if (more.length > 0) return misuse(`doctor takes one URL, not "${more[0]}" besides`, HELP, terminal).exitCode
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      return misuse(`"${url}" is not an absolute http or https URL`, HELP, terminal).exitCode
    }
    const tokenFile = read.values['token-file']
    const token = tokenFile === undefined ? undefined : await readInput(tokenFile, terminal)
    if (token !== undefined && !token.ok) return refuseInput(terminal, read.format, [token.finding])

    const reports = await examine(url, token?.text.trim().replace(/^Bearer /i, ''))
    const findings = reports.flatMap((report) => report.findings.filter((finding) => !isOk(finding)))
    print(terminal, read.format, {
      json: {
        steps: reports.map(({ title, findings: all }) => ({ title, good: all.filter(isOk).map(({ what }) => what) })),
        findings: findingsJson(findings),
      },
      text: (paint) => formatReports(reports, paint),
    })
    return exitCodeOf(findings)
  },
}

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

function formatReports(reports: readonly StepReport[], paint: Paint): string {
  const steps = reports.map(({ title, findings }) => {
    const lines = findings.filter(isOk).map(({ what }) => `  ${paint('good', 'ok')}  ${plain(what)}\n`)
    return `${paint('strong', title)}\n${lines.join('')}${findings
      .filter((finding) => !isOk(finding))
      .map((finding) => formatFinding(finding, paint))
      .join('')}`
  })
  const all = reports.flatMap((report) => report.findings)
  return `${steps.join('\n')}\n${countFindings(all)}\n`
}

function isOk({ severity }: Finding): boolean {
  return severity === 'ok'
}
