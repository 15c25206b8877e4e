import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { plain } from '../../cli/output.ts'
import type { Config } from '../../config/model.ts'
import { parse } from '../../config/parse.ts'
import { quote } from '../../config/problem.ts'
import { fetchJson } from '../../issuers/bounded-fetch.ts'
import { systemClock } from '../../issuers/clock.ts'
import { askIssuer } from '../check/online-rules.ts'
import { command, type Result } from '../frame/command.ts'
import { type Finding, findingOf } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { isKubernetesName } from '../frame/kubernetes-name.ts'
import { planRoutes } from '../generate/plan.ts'
import { toYaml } from '../generate/yaml-text.ts'
import { ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import { type FirstRoute, firstConfig, firstPolicyTest, routeName } from './first-files.ts'
import { readSampleToken } from './sample-token.ts'

/** Makes the first files for a protected route. */
export const init = command({
  name: 'init',
  synopsis: ['init --issuer URL --resource URL [--token-file FILE] [--out DIR]'],
  about:
    'From nothing to a protected route: fetches the discovery document of the issuer and prints a commented configuration, the Traefik manifests and a first policy test.',
  reads: 'nothing',
  options: {
    issuer: { value: 'URL', about: 'the authorization server, as the iss claim of its tokens has it' },
    resource: { value: 'URL', about: 'the URL that users will type into a client' },
    'token-file': {
      value: 'FILE',
      about:
        'a sample access token; - reads standard input. Audience, client, scopes and groups are taken from it without checking its signature; it is never shown',
    },
    namespace: { value: 'NAME', about: 'of the protected service; default: default' },
    out: {
      value: 'DIR',
      about:
        'writes config.yaml, traefik.yaml and policy-test.yaml into a new directory; existing files are never overwritten',
    },
  },
  exitCodes: {
    0: 'success',
    1: 'the issuer or the token cannot be used',
    2: 'usage error or unreadable input',
  },
  misuse({ values: { issuer, resource, namespace = 'default' } }) {
    if (issuer === undefined || resource === undefined) return 'init needs --issuer and --resource'
    if (!/^https?:/.test(resource) || !URL.canParse(resource))
      return `--resource: ${quote(resource)} is not an http or https URL`
    if (!isKubernetesName(namespace)) return `--namespace: ${quote(namespace)} is not a valid Kubernetes name`
    return undefined
  },
  async run({ values, terminal, now }) {
    const { issuer = '', resource = '', namespace = 'default', out } = values
    const deps = { fetch, clock: systemClock, signal: new AbortController().signal }
    const answer = await askIssuer(issuer, undefined, { path: '--issuer' }, (url) => fetchJson(url, deps))
    if (!answer.ok) return { findings: [{ ...answer.finding, severity: 'error' }] }
    const token = values['token-file'] === undefined ? undefined : await readInput(values['token-file'], terminal)
    if (token?.ok === false) return { refused: [token.finding] }
    const sampled = token === undefined ? undefined : readSampleToken(token.text, issuer)
    if (sampled?.ok === false) return { findings: [sampled.finding] }

    const offered = scopesOf(answer.document['scopes_supported'])
    const first = { issuer, resource, route: routeName(resource), sample: sampled?.sample, offered }
    const text = firstConfig(first)
    const parsed = parse([{ file: 'config.yaml', text }], {
      now,
      readFile: () => ({ error: 'no file is read here' }),
    })
    if (!parsed.ok) {
      return { findings: parsed.problems.map((problem) => findingOf({ ...problem, position: undefined }, 'error')) }
    }
    const files = filesFor(first, text, parsed.config, namespace)
    return out === undefined ? shown(files) : written(out, files)
  },
})

type Files = Readonly<Record<string, string>>

function filesFor(first: FirstRoute, text: string, config: Config, namespace: string): Files {
  const plan = planRoutes(config.routes, {
    namespace,
    service: undefined,
    port: 8080,
    entryPoint: undefined,
    gateway: { namespace: 'traefik', name: 'traefik-gateway', listener: undefined },
    gate: { service: 'forwardgate', namespace: 'auth', port: 8080 },
  })
  return {
    'config.yaml': text,
    'traefik.yaml': toYaml(ingressRoutes(plan)),
    'policy-test.yaml': firstPolicyTest(first),
  }
}

/** Scopes that can be written on one line. */
function scopesOf(supported: unknown): readonly string[] {
  const scopes: readonly unknown[] = Array.isArray(supported) ? supported : []
  return scopes.filter((scope) => typeof scope === 'string').filter((scope) => /^[\w:./-]+$/.test(scope))
}

function shown(files: Files): Result {
  const texts = Object.entries(files).map(([name, text]) => `# ---- ${name}\n${text}`)
  return { json: { files }, text: () => texts.join('\n') }
}

async function written(directory: string, files: Files): Promise<Result> {
  const problem = await writeNew(directory, files)
  if (problem !== undefined) return { refused: [problem] }
  const names = Object.keys(files).map((name) => join(directory, name))
  const next = `next: forwardgate check ${names[0]} --manifests ${names[1]}`
  const lines = [...names.map((name) => `written: ${name}`), next]
  return { json: { written: names }, text: () => lines.map((line) => `${plain(line)}\n`).join('') }
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
