import { didYouMean } from './config/nearest-name.ts'
import type { CertificateFiles } from './config/reading/certificate.ts'
import { CONFIG_VARIABLES, type ConfigVariables } from './config/reading/environment.ts'
import { durationSeconds } from './config/time.ts'
import type { LogLevel } from './telemetry/logger.ts'

/** Process settings, from the environment. Everything about routes is in the configuration file. */
export interface Settings {
  /** Path of the configuration file or directory; undefined when nothing names one. */
  readonly config: string | undefined
  readonly listen: ListenAddress
  readonly operationsListen: ListenAddress
  /** With them, the auth port speaks TLS. */
  readonly tls: CertificateFiles | undefined
  /** Whether only the proxy can reach the auth port: it has a client certificate, or shares our loopback. */
  readonly privateAuthPort: boolean
  readonly logLevel: LogLevel
  readonly tokenCacheEntries: number
  readonly decisionLog: 'denied' | 'all'
  readonly exposeReason: boolean
  /** Whether the operations port shows the state of the process, including refusals and what their tokens said. */
  readonly statusPage: boolean
  /** Milliseconds for which a process without any keys is not ready; Infinity: until they come. */
  readonly readyWithoutKeys: number
  /** Milliseconds for which the listener stays open after SIGTERM. */
  readonly shutdownDelay: number
  /** The variables of environment-only mode that are set. */
  readonly configVariables: ConfigVariables
}

interface ListenAddress {
  /** undefined: every address, IPv6 and IPv4. */
  readonly host: string | undefined
  readonly port: number
}

export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] }

/** One variable: what it is when it is not set, what it must be, and its value. */
interface Variable<T> {
  readonly name: string
  readonly default: string
  readonly meaning: string
  /** Completes the problem `… is not`. */
  readonly expected: string
  /** undefined: the text is not what is expected. */
  readonly parse: (text: string) => T | undefined
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

const MINUTE_MS = 60_000

/** The variables that have a default. It is written here only: the reference page and the service read it from here. */
const WITH_DEFAULT = {
  listen: {
    name: 'FORWARDGATE_LISTEN',
    default: ':8080',
    meaning: 'Address of the auth port: `host:port`, or `:port` for every address.',
    expected: 'host:port or :port',
    parse: parseListenAddress,
  },
  operationsListen: {
    name: 'FORWARDGATE_OPERATIONS_LISTEN',
    default: ':9090',
    meaning: 'Address of the status page, `/metrics`, `/livez` and `/readyz`. Never expose it.',
    expected: 'host:port or :port',
    parse: parseListenAddress,
  },
  logLevel: {
    name: 'FORWARDGATE_LOG_LEVEL',
    default: 'info',
    meaning: '`debug`, `info`, `warn`, `error` or `silent`.',
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    parse: oneOf(LOG_LEVELS),
  },
  decisionLog: {
    name: 'FORWARDGATE_DECISION_LOG',
    default: 'denied',
    meaning: '`denied`: one line for each request that was refused. `all`: allowed ones too.',
    expected: 'denied or all',
    parse: oneOf(['denied', 'all']),
  },
  exposeReason: {
    name: 'FORWARDGATE_EXPOSE_REASON',
    default: 'true',
    meaning: '`false` leaves the reason out of the header `X-Forwardgate-Reason` and of the body.',
    expected: 'true or false',
    parse: parseBoolean,
  },
  statusPage: {
    name: 'FORWARDGATE_STATUS_PAGE',
    default: 'true',
    meaning:
      '`false` removes `/` and `/status.json` from the operations port: they show the subjects, clients and paths of refused requests to every client that can reach it.',
    expected: 'true or false',
    parse: parseBoolean,
  },
  tokenCacheEntries: {
    name: 'FORWARDGATE_TOKEN_CACHE_ENTRIES',
    default: '10000',
    meaning: 'Verified tokens that are cached, per process.',
    expected: 'a whole number from 1 to 10000000',
    parse: parseCount,
  },
  readyWithoutKeys: {
    name: 'FORWARDGATE_READY_WITHOUT_KEYS',
    default: '15m',
    meaning:
      'How long a process that starts without keys stays unready: an integer and `ms`, `s`, `m` or `h`; `never`: until it has fetched some. Make it longer than the progress deadline of a Deployment. If only some issuers have keys, it waits a minute for the others, or this long if that is shorter.',
    expected: 'a duration such as 30s or 15m, at most 24h, or never',
    parse: (text) => (text === 'never' ? Number.POSITIVE_INFINITY : parseDuration(text, 24 * 60 * MINUTE_MS)),
  },
  shutdownDelay: {
    name: 'FORWARDGATE_SHUTDOWN_DELAY',
    default: '250ms',
    meaning:
      'How long new requests are still answered after SIGTERM, until the proxies have noticed: an integer and `ms`, `s` or `m`. Use 5s in a cluster.',
    expected: 'a duration such as 250ms or 5s, at most 10m',
    parse: (text) => parseDuration(text, 10 * MINUTE_MS),
  },
} as const satisfies { readonly [Key in keyof Settings]?: Variable<Settings[Key]> }

/** The configuration that is read if nothing names one and the `OIDC_` variables are not set. */
export const DEFAULT_CONFIG_PATH = './config.yaml'

/** Every variable, for the reference page. */
export const VARIABLES: readonly Pick<Variable<unknown>, 'name' | 'default' | 'meaning'>[] = [
  {
    name: 'FORWARDGATE_CONFIG',
    default: DEFAULT_CONFIG_PATH,
    meaning: `The configuration: a YAML file, or a directory of them. If it is not set and \`${DEFAULT_CONFIG_PATH}\` does not exist, the \`OIDC_\` variables describe one route.`,
  },
  ...Object.values(WITH_DEFAULT),
  {
    name: 'FORWARDGATE_TLS_CERT',
    default: '',
    meaning:
      'Path of a certificate with its chain, in PEM. With it and `FORWARDGATE_TLS_KEY` the auth port speaks TLS: HTTP/2 and HTTP/1.1. Read again when it changes.',
  },
  { name: 'FORWARDGATE_TLS_KEY', default: '', meaning: 'Path of the private key of that certificate, in PEM.' },
  {
    name: 'FORWARDGATE_TLS_CLIENT_CA',
    default: '',
    meaning:
      'Path of certificate authorities, in PEM. With it, only clients with a certificate from them can use the auth port.',
  },
  ...CONFIG_VARIABLES,
]

/** Which variable names which file. */
export const TLS_VARIABLES = {
  cert: 'FORWARDGATE_TLS_CERT',
  key: 'FORWARDGATE_TLS_KEY',
  clientCa: 'FORWARDGATE_TLS_CLIENT_CA',
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** Kubernetes sets these in every pod of a namespace that has a Service named forwardgate. */
const SERVICE_LINK = /^FORWARDGATE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_|$)/

/** Reads the environment and reports all problems together. Empty variables count as not set. */
export function readSettings(environment: Environment): ReadSettings {
  const problems: string[] = []
  const read = <T>({ name, default: otherwise, expected, parse }: Variable<T>): T => {
    const text = environment[name] || otherwise
    const value = parse(text)
    if (value === undefined) problems.push(`${name}: "${text}" is not ${expected}`)
    // Never used after a problem.
    return value as T
  }
  const rows = Object.entries(WITH_DEFAULT).map(([key, row]) => [key, read<unknown>(row)])
  const withDefaults: Pick<Settings, keyof typeof WITH_DEFAULT> = Object.fromEntries(rows)
  const tls = readTlsFiles(environment, problems)
  const settings: Settings = {
    ...withDefaults,
    config: environment['FORWARDGATE_CONFIG'] || undefined,
    tls,
    privateAuthPort: tls?.clientCa !== undefined || /^(?:127\.|::1$|localhost$)/.test(withDefaults.listen?.host ?? ''),
    configVariables: Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, environment[name] || undefined])),
  }
  const names = VARIABLES.map((variable) => variable.name)
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('FORWARDGATE_') || SERVICE_LINK.test(name) || names.includes(name)) continue
    problems.push(`${name}: unknown variable${didYouMean(name, names)}`)
  }
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems }
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'] as const

/** The variables that name a proxy for outgoing requests that Node ignores unless NODE_USE_ENV_PROXY=1. */
export function ignoredProxyVariables(environment: Environment): readonly string[] {
  const heeded =
    environment['NODE_USE_ENV_PROXY'] === '1' ||
    /(?:^|\s)--use-env-proxy(?:\s|$)/.test(environment['NODE_OPTIONS'] ?? '')
  return heeded ? [] : PROXY_VARIABLES.filter((name) => Boolean(environment[name]))
}

/** The operations port of the service in this container, by host and port. */
export function operationsAuthority({ operationsListen: { host, port } }: Pick<Settings, 'operationsListen'>): string {
  const everyAddress = host === undefined || host === '0.0.0.0' || host === '::'
  return `${everyAddress ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}

function readTlsFiles(environment: Environment, problems: string[]): CertificateFiles | undefined {
  const [cert, key, clientCa] = Object.values(TLS_VARIABLES).map((name) => environment[name] || undefined)
  if (cert !== undefined && key !== undefined) return { cert, key, clientCa }
  if (cert !== undefined) problems.push(`${TLS_VARIABLES.key}: is not set, but ${TLS_VARIABLES.cert} is; set both`)
  if (key !== undefined) problems.push(`${TLS_VARIABLES.cert}: is not set, but ${TLS_VARIABLES.key} is; set both`)
  if (cert === undefined && key === undefined && clientCa !== undefined) {
    problems.push(`${TLS_VARIABLES.clientCa}: needs ${TLS_VARIABLES.cert} and ${TLS_VARIABLES.key}`)
  }
  return undefined
}

function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]*):(?<port>[0-9]{1,5})$/.exec(text)
  const port = Number(match?.groups?.['port'])
  if (match === null || port > 65_535) return undefined
  const host = (match.groups?.['host'] ?? '').replace(/^\[|\]$/g, '')
  return { host: host === '' ? undefined : host, port }
}

function parseBoolean(text: string): boolean | undefined {
  return oneOf(['true', 'false'])(text) === undefined ? undefined : text === 'true'
}

function parseCount(text: string): number | undefined {
  return /^[1-9][0-9]{0,7}$/.test(text) && Number(text) <= 10_000_000 ? Number(text) : undefined
}

/** Milliseconds, at most `longest`. */
function parseDuration(text: string, longest: number): number | undefined {
  if (!/^[0-9]{1,8}(?:ms|s|m|h)$/.test(text)) return undefined
  const milliseconds = Math.round(durationSeconds(text) * 1000)
  return milliseconds <= longest ? milliseconds : undefined
}

function oneOf<const T extends string>(values: readonly T[]): (text: string) => T | undefined {
  return (text) => values.find((value) => value === text)
}
