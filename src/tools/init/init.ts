import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { misuse, readArguments } from '../../cli/arguments.ts'
import { plain, print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import { parse } from '../../config/parse.ts'
import { quote } from '../../config/problem.ts'
import { fetchJson } from '../../issuers/bounded-fetch.ts'
import { systemClock } from '../../issuers/clock.ts'
import { askIssuer } from '../check/online-rules.ts'
import { type Finding, findingOf, printFindings } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { refuseInput } from '../frame/read-configuration.ts'
import { planRoutes } from '../generate/plan.ts'
import { toYaml } from '../generate/yaml-text.ts'
import { ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import { firstConfig, firstPolicyTest, routeName } from './first-files.ts'
import { readSampleToken } from './sample-token.ts'

const HELP = `Usage: forwardgate init --issuer URL --resource URL [--token-file FILE] [--out DIR]

From nothing to a protected route: asks the issuer for its discovery document and prints a commented configuration, the
Traefik manifests and a first policy test.

  --issuer URL      the authorization server, as the iss claim of its tokens has it
  --resource URL    the URL that users will type into a client
  --token-file FILE a sample access token; - reads standard input. Audience, client, scopes and groups are taken from it
                    without checking its signature; it is never shown
  --namespace NAME  of the protected service; default
  --out DIR         writes config.yaml, traefik.yaml and policy-test.yaml into a new directory; nothing is overwritten
  --format FORMAT   text (as it is) or json
  --help            this text

Exit codes: 0 well, 1 the issuer or the token is not as it must be, 2 wrong usage or unreadable input.
`

const OPTIONS = {
  issuer: { type: 'string' },
  resource: { type: 'string' },
  'token-file': { type: 'string' },
  namespace: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
} as const

/** Makes the first files for a protected route. */
export const init: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    const { issuer, resource, namespace = 'default', out } = values
    if (positionals.length > 0)
      return misuse(`init takes no argument ${quote(positionals[0])}`, HELP, terminal).exitCode
    if (issuer === undefined || resource === undefined)
      return misuse('init needs --issuer and --resource', HELP, terminal).exitCode
    if (!/^https?:/.test(resource) || !URL.canParse(resource))
      return misuse(`--resource: ${quote(resource)} is no URL`, HELP, terminal).exitCode
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
      return misuse(`--namespace: ${quote(namespace)} is no name`, HELP, terminal).exitCode

    const ports = { fetch, clock: systemClock, signal: new AbortController().signal }
    const answer = await askIssuer(issuer, undefined, { path: '--issuer' }, (url) => fetchJson(url, ports))
    if (!answer.ok) return fail([{ ...answer.finding, severity: 'error' }])
    const token = values['token-file'] === undefined ? undefined : await readInput(values['token-file'], terminal)
    if (token !== undefined && !token.ok) return refuseInput(terminal, format, [token.finding])
    const sampled = token === undefined ? undefined : readSampleToken(token.text, issuer)
    if (sampled !== undefined && !sampled.ok) return fail([sampled.finding])

    const scopes: unknown = answer.document['scopes_supported']
    const offered = Array.isArray(scopes)
      ? scopes.filter((scope) => typeof scope === 'string').filter((scope) => /^[\w:./-]+$/.test(scope))
      : []
    const start = { issuer, resource, route: routeName(resource), sample: sampled?.sample, offered }
    const config = firstConfig(start)
    const parsed = parse([{ file: 'config.yaml', text: config }], {
      now: Date.now() / 1000,
      readFile: () => ({ error: 'no file is read here' }),
    })
    if (!parsed.ok)
      return fail(parsed.problems.map((problem) => findingOf({ ...problem, position: undefined }, 'error')))
    const gate = { service: 'forwardgate', namespace: 'auth', port: 8080 }
    const plan = planRoutes(parsed.config.routes, {
      namespace,
      service: undefined,
      port: 8080,
      entryPoint: undefined,
      gateway: 'traefik',
      gate,
    })
    const files = {
      'config.yaml': config,
      'traefik.yaml': toYaml(ingressRoutes(plan)),
      'policy-test.yaml': firstPolicyTest(start),
    }

    if (out === undefined) {
      print(terminal, format, {
        json: { files },
        text: () =>
          Object.entries(files)
            .map(([name, text]) => `# ---- ${name}\n${text}`)
            .join('\n'),
      })
      return 0
    }
    const problem = await writeNew(out, files)
    if (problem !== undefined) return refuseInput(terminal, format, [problem])
    const names = Object.keys(files).map((name) => join(out, name))
    const next = `forwardgate check ${names[0]} --manifests ${names[1]}`
    print(terminal, format, {
      json: { written: names },
      text: () => plainLines([...names.map((name) => `written: ${name}`), `next: ${next}`]),
    })
    return 0

    function fail(findings: readonly Finding[]): 1 {
      printFindings(terminal, format, findings)
      return 1
    }
  },
}

/** Into a directory that is made here, so that nothing can be overwritten. */
async function writeNew(directory: string, files: Readonly<Record<string, string>>): Promise<Finding | undefined> {
  try {
    await mkdir(dirname(directory), { recursive: true })
    await mkdir(directory)
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { flag: 'wx' })
    return undefined
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const what = exists
      ? 'is there already; name a new directory'
      : `cannot be written: ${error instanceof Error ? error.message : String(error)}`
    return { severity: 'error', id: 'output', what, path: directory }
  }
}

function plainLines(lines: readonly string[]): string {
  return lines.map((line) => `${plain(line)}\n`).join('')
}
