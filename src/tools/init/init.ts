import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { plain } from '../../cli/output.ts'
import type { KeySource } from '../../config/model-issuer.ts'
import { parse } from '../../config/parse.ts'
import { quote } from '../../config/problem.ts'
import { systemClock } from '../../issuers/clock.ts'
import { askIssuer } from '../check/online-rules.ts'
import { command, type Result } from '../frame/command.ts'
import { type Finding, findingOf } from '../frame/findings.ts'
import { readInput } from '../frame/input.ts'
import { isKubernetesName, readBackends } from '../generate/backend.ts'
import { PROXIES } from '../generate/targets.ts'
import { firstConfig, firstPolicyTest, routeName } from './first-files.ts'
import { readSampleToken } from './sample-token.ts'

/** Makes the first files for a protected route. */
export const init = command({
  name: 'init',
  synopsis: [
    'init --issuer URL --resource URL [--discovery-uri URL] [--token-file FILE] [--proxy PROXY] [--as FORM] [--url URL] [--out DIR]',
  ],
  about:
    'From nothing to a protected route: fetches the discovery document and the keys of the issuer and prints a commented configuration, the proxy’s side of it and a first policy test.',
  reads: 'nothing',
  options: {
    issuer: { value: 'URL', about: 'the authorization server, as the iss claim of its tokens has it' },
    'discovery-uri': {
      value: 'URL',
      about: 'its discovery document, if it is not below the issuer, as with a service name in the cluster',
    },
    resource: { value: 'URL', about: 'the URL that users will type into a client' },
    'token-file': {
      value: 'FILE',
      about:
        'a sample access token; - reads standard input. Audience, client, scopes and groups are taken from it without checking its signature; it is never shown',
    },
    proxy: { value: 'PROXY', about: `${[...PROXIES.keys()].join(', ')}; default: traefik` },
    as: { value: 'FORM', about: 'of traefik: ingressroute (the default), httproute, docker-labels or file' },
    url: { value: 'URL', about: 'where the protected service is; default: http://ROUTE:8080' },
    namespace: { value: 'NAME', about: 'of the protected service; default: default' },
    out: {
      value: 'DIR',
      about:
        'writes config.yaml, the file of the proxy and policy-test.yaml into a new directory; existing files are never overwritten',
    },
  },
  exitCodes: {
    0: 'success',
    1: 'the issuer or the token cannot be used',
    2: 'usage error or unreadable input',
  },
  misuse({ values }) {
    const { issuer, resource, namespace = 'default', proxy = 'traefik', as: form } = values
    if (issuer === undefined || resource === undefined) return 'init needs --issuer and --resource'
    if (!/^https?:/.test(resource) || !URL.canParse(resource))
      return `--resource: ${quote(resource)} is not an http or https URL`
    const uri = values['discovery-uri']
    if (uri !== undefined && !(/^https?:/.test(uri) && URL.canParse(uri)))
      return `--discovery-uri: ${quote(uri)} is not an http or https URL`
    if (!isKubernetesName(namespace)) return `--namespace: ${quote(namespace)} is not a valid Kubernetes name`
    const forms = PROXIES.get(proxy)?.forms
    if (forms === undefined) return `--proxy: ${quote(proxy)} is not one of ${[...PROXIES.keys()].join(', ')}`
    if (form === undefined || forms.has(form)) return undefined
    return forms.size === 1
      ? `--as is not for ${proxy}`
      : `--as: ${quote(form)} is not a form; write ${[...forms.keys()].join(', ')}`
  },
  async run({ values, terminal, now }) {
    const { issuer = '', resource = '', namespace = 'default', out, url } = values
    const discoveryUri = values['discovery-uri']
    const route = routeName(resource)
    const backends = readBackends(url === undefined ? [] : [`${route}=${url}`])
    if (typeof backends === 'string') return { misuse: backends }
    const deps = { fetch, clock: systemClock, signal: new AbortController().signal }
    const keys: KeySource =
      discoveryUri === undefined ? { kind: 'discovery' } : { kind: 'discoveryUri', uri: discoveryUri }
    const asked = { name: 'main', issuer, keys, maxStale: 0 }
    const { document, findings } = await askIssuer(
      asked,
      { path: discoveryUri === undefined ? '--issuer' : '--discovery-uri' },
      deps,
    )
    const unusable = findings.filter(({ severity }) => severity !== 'note')
    if (unusable.length > 0) return { findings: unusable.map((finding) => ({ ...finding, severity: 'error' })) }
    const token = values['token-file'] === undefined ? undefined : await readInput(values['token-file'], terminal)
    if (token?.ok === false) return { refused: [token.finding] }
    const sampled = token === undefined ? undefined : readSampleToken(token.text, issuer)
    if (sampled?.ok === false) return { findings: [sampled.finding] }

    const offered = scopesOf(document?.['scopes_supported'])
    const { target, gateway } = targetOf(values.proxy, values.as)
    const first = { issuer, discoveryUri, resource, route, sample: sampled?.sample, offered, manifest: target.file }
    const text = firstConfig(first)
    const parsed = parse([{ file: 'config.yaml', text }], {
      now,
      readFile: () => ({ error: 'no file is read here' }),
    })
    if (!parsed.ok) {
      return { findings: parsed.problems.map((problem) => findingOf({ ...problem, position: undefined }, 'error')) }
    }
    const deployment = { ...DEPLOYMENT, namespace, backends, gateway }
    const files = {
      'config.yaml': text,
      [target.file]: target.write(parsed.config.routes, deployment).text,
      'policy-test.yaml': firstPolicyTest(first),
    }
    return out === undefined ? shown(files) : written(out, files, resource)
  },
})

type Files = Readonly<Record<string, string>>

function targetOf(proxy = 'traefik', form: string | undefined) {
  const targets = PROXIES.get(proxy)
  const target = targets?.forms.get(form ?? '') ?? targets?.forms.values().next().value
  if (targets === undefined || target === undefined) throw new Error(`nothing is written for ${proxy}`)
  return { target, gateway: targets.gateway }
}

/** The guesses that `generate` makes if no option says otherwise. */
const DEPLOYMENT = {
  service: undefined,
  port: 8080,
  entryPoint: undefined,
  wellKnown: true,
  gate: { service: 'forwardgate', namespace: 'auth', port: 8080 },
} as const

/** Scopes that can be written on one line. */
function scopesOf(supported: unknown): readonly string[] {
  const scopes: readonly unknown[] = Array.isArray(supported) ? supported : []
  return scopes.filter((scope) => typeof scope === 'string').filter((scope) => /^[\w:./-]+$/.test(scope))
}

function shown(files: Files): Result {
  const texts = Object.entries(files).map(([name, text]) => `# ---- ${name}\n${text}`)
  return { json: { files }, text: () => texts.join('\n') }
}

async function written(directory: string, files: Files, resource: string): Promise<Result> {
  const problem = await writeNew(directory, files)
  if (problem !== undefined) return { refused: [problem] }
  const [config = '', manifests = '', tests = ''] = Object.keys(files).map((name) => join(directory, name))
  const next = [
    `next: forwardgate check ${config} --manifests ${manifests}`,
    `then: forwardgate test ${tests} --config ${config}`,
    `then: forwardgate serve --config ${config}    (auth port 8080 is for the proxy; 9090 has the status page, /metrics and /readyz)`,
    `then: forwardgate doctor ${resource}`,
  ]
  const lines = [...[config, manifests, tests].map((name) => `written: ${name}`), ...next]
  return { json: { written: [config, manifests, tests] }, text: () => lines.map((line) => `${plain(line)}\n`).join('') }
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
      ? 'already exists; name a new directory'
      : `cannot be written: ${error instanceof Error ? error.message : String(error)}`
    return { severity: 'error', id: 'output', what, path: directory }
  }
}
