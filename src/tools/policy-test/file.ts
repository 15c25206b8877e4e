import type { Config } from '../../config/model.ts'
import { notIn } from '../../config/nearest-name.ts'
import type { Position } from '../../config/problem.ts'
import { readYaml } from '../../config/reading/yaml-document.ts'
import type { AllowReason, Decision } from '../../decision/decide.ts'
import { DENIALS } from '../../decision/denial.ts'
import { type Finding, findingOf } from '../frame/findings.ts'
import { parseInstant } from '../frame/time-text.ts'
import { type ClientRequest, parseHeader } from '../replay/proxy-call.ts'
import { StrictMap } from './strict-map.ts'

/** One row of a policy: a request with these claims must be answered like this. */
export interface PolicyTest {
  readonly name: string
  readonly position: Position
  readonly request: Pick<ClientRequest, 'routeName' | 'method' | 'headers' | 'body'> & {
    readonly host: string | undefined
    readonly uri: string | undefined
  }
  /** undefined: the request has no token. `issuer`: a name of the configuration. */
  readonly token:
    | {
        readonly issuer: string | undefined
        readonly header: Readonly<Record<string, unknown>>
        readonly claims: Readonly<Record<string, unknown>>
        /** The private key that the token is bound to and that makes the proof, as written; undefined: a bearer token. */
        readonly dpopKeyFile: string | undefined
      }
    | undefined
  /** Seconds since the epoch; undefined: now. */
  readonly at: number | undefined
  readonly expect: Expectation
}

/** What must come out; what is undefined is not looked at. */
export interface Expectation {
  readonly outcome: string | undefined
  readonly reason: string | undefined
  readonly status: number | undefined
  /** null: the answer must not have the header. */
  readonly headers: readonly (readonly [name: string, value: string | null])[]
}

const OUTCOMES = ['allow', 'deny', 'error', 'would_deny'] as const satisfies readonly Decision['outcome'][]
const ALLOW_REASONS = ['token', 'anonymous', 'preflight'] as const satisfies readonly AllowReason[]
const REASONS: readonly string[] = [...ALLOW_REASONS, ...Object.keys(DENIALS)]

const TEST_KEYS = ['name', 'request', 'anonymous', 'issuer', 'header', 'claims', 'dpopKeyFile', 'at', 'expect']
const REQUEST_KEYS = ['route', 'host', 'method', 'uri', 'headers', 'body']
const EXPECT_KEYS = ['outcome', 'reason', 'status', 'headers']

/** The tests of one file, or everything that is wrong with it. Names of routes and issuers must be those of `config`. */
export function readPolicyTests(
  file: string,
  text: string,
  config: Config,
): { readonly tests: readonly PolicyTest[]; readonly findings: readonly Finding[] } {
  const document = readYaml(file, text)
  if (document.problems.length > 0) {
    return { tests: [], findings: document.problems.map((problem) => findingOf(problem, 'error', 'policy-test')) }
  }
  const findings: Finding[] = []
  const tests = new StrictMap(document, findings, [], document.value, ['tests'])
    .list('tests', TEST_KEYS)
    .map((entry) => readTest(entry, config))
  return { tests, findings: findings.toSorted(byPlace) }
}

function byPlace({ position: a }: Finding, { position: b }: Finding): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}

function readTest(entry: StrictMap, config: Config): PolicyTest {
  const name = entry.required('name')
  const expect = readExpectation(entry)
  return {
    name,
    position: entry.position(),
    request: readRequest(entry, config, expect),
    token: readToken(entry, config),
    at: readTime(entry),
    expect,
  }
}

function readRequest(entry: StrictMap, config: Config, expect: Expectation): PolicyTest['request'] {
  if (!entry.has('request')) entry.refuse(['request'], 'is missing; write at least a route or a host')
  const request = entry.map('request', REQUEST_KEYS)
  const route = request.text('route')
  const host = request.text('host')
  if (entry.has('request') && !request.has('route') && !request.has('host')) {
    request.refuse([], 'has neither route nor host; write one')
  }
  const routes = config.routes.map((one) => one.name)
  if (route !== undefined && !routes.includes(route) && expect.reason !== 'route_unknown') {
    request.refuse(['route'], notIn('routes', route, routes))
  }
  return {
    routeName: route,
    host,
    method: request.text('method') ?? (request.has('body') ? 'POST' : 'GET'),
    uri: request.text('uri'),
    headers: readHeaders(request),
    body: readBody(request),
  }
}

/** Text is sent as it is; a map or a list as JSON. */
function readBody(request: StrictMap): string | undefined {
  if (!request.has('body')) return undefined
  const body = request.members['body']
  if (typeof body === 'string') return body
  if (typeof body === 'object' && body !== null) return JSON.stringify(body)
  return request.refuse(['body'], 'must be a map, a list of maps, or text; it is sent as the body of the request')
}

function readHeaders(request: StrictMap): readonly (readonly [string, string])[] {
  const headers = request.map('headers')
  return Object.entries(headers.members).flatMap(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.flatMap((one) => {
      if (typeof one !== 'string') {
        headers.refuse([name], 'must be text, or a list of texts; write numbers in quotes')
        return []
      }
      const header = parseHeader(`${name}:${one}`)
      if (typeof header !== 'string') return [header]
      headers.refuse([name], header.replace(/; use .*/, '; use method, host and uri'), 'key')
      return []
    })
  })
}

function readToken(entry: StrictMap, config: Config): PolicyTest['token'] {
  const anonymous = entry.isTrue('anonymous')
  if (anonymous === entry.has('claims')) {
    entry.refuse(
      [],
      anonymous ? 'has claims and is anonymous; keep one of them' : 'has neither claims nor anonymous: true',
    )
  }
  for (const key of anonymous ? ['issuer', 'header', 'dpopKeyFile'] : []) {
    if (entry.has(key)) entry.refuse([key], 'has no effect without a token; remove it', 'key')
  }
  const issuers = config.issuers.map(({ name }) => name)
  const issuer = entry.text('issuer')
  if (issuer !== undefined && !issuers.includes(issuer)) {
    entry.refuse(['issuer'], notIn('issuers', issuer, issuers))
  }
  if (anonymous) return undefined
  return {
    issuer,
    header: entry.map('header').members,
    claims: entry.map('claims').members,
    dpopKeyFile: entry.text('dpopKeyFile'),
  }
}

function readTime(entry: StrictMap): number | undefined {
  if (!entry.has('at')) return undefined
  const at = parseInstant(String(entry.members['at']))
  return at ?? entry.refuse(['at'], 'is not a time; write it like 2026-01-01T00:00:00Z')
}

function readExpectation(entry: StrictMap): Expectation {
  const expect = entry.map('expect', EXPECT_KEYS)
  if (Object.keys(expect.members).length === 0) entry.refuse(['expect'], 'is missing; write at least the outcome')
  const headers = expect.map('headers')
  return {
    outcome: expect.text('outcome', OUTCOMES),
    reason: expect.text('reason', REASONS),
    status: expect.integer('status'),
    headers: Object.entries(headers.members).flatMap(([name, value]) => {
      if (value === null || typeof value === 'string') return [[name, value] as const]
      headers.refuse([name], 'must be text, or null for a header that must not be there; write numbers in quotes')
      return []
    }),
  }
}
