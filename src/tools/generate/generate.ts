import { COMMON_HELP, COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import { print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { readConfiguration, refuseInput } from '../frame/read-configuration.ts'
import { dockerLabels, dynamicFile } from '../proxies/traefik/write-dynamic.ts'
import { httpRoutes, ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import { type Plan, planRoutes } from './plan.ts'
import { type Document, toYaml } from './yaml-text.ts'

const HELP = `Usage: forwardgate generate traefik [--as FORM] [--route NAME] [options]

Prints the Traefik side of the configuration: for each route the auth middleware (CORS in front of it where the route
has origins) and its router, and the open router for the metadata.

  --as FORM            ingressroute (unless given), httproute, docker-labels or file
  --route NAME         this route only
  --namespace NAME     of the protected services; default
  --service NAME       the protected service; named as its route unless given
  --port PORT          of the protected service; 8080
  --entry-point NAME   websecure, or web for http resources
  --gateway NAME       the Gateway of httproute; traefik
  --gate-namespace NAME  where forwardgate is; auth
  --gate-service NAME  its service; forwardgate
  --gate-port PORT     its auth port; 8080
${COMMON_HELP}
Exit codes: 0 well, 2 the configuration or an argument is wrong.
`

const OPTIONS = {
  ...COMMON_OPTIONS,
  as: { type: 'string' },
  route: { type: 'string' },
  namespace: { type: 'string' },
  service: { type: 'string' },
  port: { type: 'string' },
  'entry-point': { type: 'string' },
  gateway: { type: 'string' },
  'gate-namespace': { type: 'string' },
  'gate-service': { type: 'string' },
  'gate-port': { type: 'string' },
} as const

const FORMS: ReadonlyMap<string, (plan: Plan) => readonly Document[]> = new Map([
  ['ingressroute', ingressRoutes],
  ['httproute', httpRoutes],
  ['docker-labels', dockerLabels],
  ['file', dynamicFile],
])

/** Prints what the proxy must be told, from the configuration, so that the two never differ. */
export const generate: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    const [proxy = '', ...more] = positionals
    if (proxy !== 'traefik') {
      const unknown = proxy === '' ? '' : `; there is no ${quote(proxy)}${didYouMean(proxy, ['traefik'])}`
      return misuse(`say for which proxy: traefik${unknown}`, HELP, terminal).exitCode
    }
    if (more.length > 0) return misuse(`generate takes one proxy, not ${more.join(' ')} too`, HELP, terminal).exitCode
    const form = FORMS.get(values.as ?? 'ingressroute')
    const forms = [...FORMS.keys()]
    const problem =
      form === undefined
        ? `--as: ${quote(values.as)} is no form${didYouMean(values.as ?? '', forms) || `; write ${forms.join(', ')}`}`
        : badValue(values)
    if (form === undefined || problem !== undefined) return misuse(problem ?? '', HELP, terminal).exitCode

    const configuration = await readConfiguration(values.config, terminal, Date.now() / 1000)
    if (!configuration.ok) return refuseInput(terminal, format, configuration.findings)
    const { routes } = configuration.config
    const chosen = values.route === undefined ? routes : routes.filter(({ name }) => name === values.route)
    if (chosen.length === 0) {
      const hint = didYouMean(
        values.route ?? '',
        routes.map(({ name }) => name),
      )
      return misuse(`--route: ${quote(values.route)} is not in routes${hint}`, HELP, terminal).exitCode
    }
    const documents = form(
      planRoutes(chosen, {
        namespace: values.namespace ?? 'default',
        service: values.service,
        port: Number(values.port ?? 8080),
        entryPoint: values['entry-point'],
        gateway: values.gateway ?? 'traefik',
        gate: {
          service: values['gate-service'] ?? 'forwardgate',
          namespace: values['gate-namespace'] ?? 'auth',
          port: Number(values['gate-port'] ?? 8080),
        },
      }),
    )
    print(terminal, format, { json: documents.map(({ content }) => content), text: () => toYaml(documents) })
    return 0
  },
}

/** A label of RFC 1123, as namespaces and services are named. */
const KUBERNETES_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

type Values = { readonly [Name in keyof typeof OPTIONS]?: string | undefined }

function badValue(values: Values): string | undefined {
  for (const name of ['port', 'gate-port'] as const) {
    const text = values[name]
    if (text !== undefined && !(/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535))
      return `--${name}: ${quote(text)} is no port`
  }
  const kubernetes = values.as === undefined || values.as === 'ingressroute' || values.as === 'httproute'
  for (const name of ['namespace', 'service', 'entry-point', 'gateway', 'gate-namespace', 'gate-service'] as const) {
    const text = values[name]
    if (text === undefined) continue
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text)) return `--${name}: ${quote(text)} is no name`
    if (kubernetes && name !== 'entry-point' && !KUBERNETES_NAME.test(text))
      return `--${name}: ${quote(text)} is no Kubernetes name; write lower-case letters, digits and hyphens`
  }
  return undefined
}
