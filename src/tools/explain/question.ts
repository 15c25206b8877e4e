import type { Terminal } from '../../cli/terminal.ts'
import type { Config } from '../../config/model.ts'
import type { Issuer, KeySource } from '../../config/model-issuer.ts'
import { candidatesFor } from '../../decision/token/access-token.ts'
import { issuersOf } from '../../decision/token/assessed-token.ts'
import { isTooDeep } from '../../decision/token/unverified-token.ts'
import { isJsonObject, type JsonObject } from '../../keys/json-object.ts'
import { type Refused, readInput, refuseInput } from '../frame/input.ts'
import { parseInstant } from '../frame/time-text.ts'
import { type Call, callFor, parseCall, parseHeader, placeOf, routeOfCall } from '../replay/proxy-call.ts'
import { withStandIn } from '../replay/replay.ts'
import { StandIn } from '../replay/stand-in-keys.ts'
import { unverifiedTokenOf } from './seen.ts'

/** What is to be explained. */
interface ExplainQuestion {
  readonly call: Call
  /** What the call is judged by; with claims only, keys of our own replace those of their issuer. */
  readonly config: Config
  readonly now: number
  readonly whatIf: boolean
  /** The issuers whose keys are needed, and where they come from. */
  readonly issuers: readonly Issuer[]
  readonly sourceOf: (issuer: Issuer) => KeySource
}

type Asked = { readonly ok: true; readonly question: ExplainQuestion } | Refused

/** What makes a request of the client. */
const PARTS = ['route', 'host', 'method', 'uri', 'header', 'token-file', 'dpop-proof', 'claims', 'body'] as const
const OTHERS = ['call', 'jwks', 'at'] as const

/** The options of `explain`, as they were given. */
type ExplainOptions = {
  readonly [Name in Exclude<(typeof PARTS | typeof OTHERS)[number], 'header'> | 'reason']?: string | undefined
} & { readonly header?: readonly string[] | undefined }

/** What contradicts itself in the options, before any file is read; undefined when nothing does. */
export function contradiction(options: ExplainOptions): string | undefined {
  const { call, claims, jwks, route, host, reason } = options
  const beside = PARTS.find((name) => options[name] !== undefined)
  if (reason !== undefined) {
    const other = beside ?? OTHERS.find((name) => options[name] !== undefined)
    return other === undefined ? undefined : `--reason cannot be combined with --${other}`
  }
  if (call !== undefined && beside !== undefined) return `--call cannot be combined with --${beside}`
  if (call === undefined && route === undefined && host === undefined)
    return 'name the route: --route, --host or --call; or the reason: --reason'
  if (claims !== undefined && options['token-file'] !== undefined) return '--claims and --token-file exclude each other'
  if (claims !== undefined && jwks !== undefined)
    return '--jwks cannot be combined with --claims, which have no signature'
  if (options['dpop-proof'] !== undefined && options['token-file'] === undefined)
    return '--dpop-proof needs --token-file: a proof is made for one token'
  const files = [call, claims, jwks, options.body, options['token-file'], options['dpop-proof']]
  const stdin = files.filter((file) => file === '-')
  return stdin.length > 1 ? 'only one option can read standard input' : undefined
}

/** Reads the files that the options name and makes the call that is to be explained. */
export async function readQuestion(options: ExplainOptions, config: Config, terminal: Terminal): Promise<Asked> {
  const now = options.at === undefined ? Date.now() / 1000 : parseInstant(options.at)
  if (now === undefined) {
    return refuseInput('--at', `"${options.at}" is not a time; write it like 2026-01-01T00:00:00Z, or in seconds`)
  }
  const question = { config, now, whatIf: false, sourceOf: (issuer: Issuer) => issuer.keys }
  if (options.call !== undefined) {
    const input = await readInput(options.call, terminal, 'latin1')
    if (!input.ok) return input
    const call = parseCall(input.text)
    if (typeof call === 'string') return refuseInput(input.file, call)
    return withKeys({ ...question, call }, options, config, terminal)
  }
  const client = clientRequest(options, config)
  if (typeof client === 'string') return refuseInput('--header', client)
  const read = async (file: string | undefined) => (file === undefined ? undefined : readInput(file, terminal))
  const body = await read(options.body)
  if (body?.ok === false) return body
  const request = { ...client, body: body?.text }
  if (options.claims === undefined) {
    const [token, proof] = [await read(options['token-file']), await read(options['dpop-proof'])]
    if (token?.ok === false) return token
    if (proof?.ok === false) return proof
    const sent = {
      ...request,
      token: token?.text.trim().replace(/^(?:authorization: *)?(?:bearer|dpop) +/i, ''),
      proof: proof?.text.trim().replace(/^dpop: */i, ''),
    }
    return withKeys({ ...question, call: callFor(sent, config) }, options, config, terminal)
  }
  const input = await readInput(options.claims, terminal)
  if (!input.ok) return input
  const parts = parseClaims(input.text)
  if (typeof parts === 'string') return refuseInput(input.file, parts)
  if (isTooDeep(parts.header) || isTooDeep(parts.claims))
    return refuseInput(input.file, 'is nested too deep for a token')
  const issuer = issuerOf(parts.claims, issuersFor(config, options.route))
  const { token, keys } = await new StandIn().sign(issuer, parts.header, parts.claims)
  const judged = withStandIn(config, issuer, keys)
  const issuers = judged.issuers.filter(({ name }) => name === issuer?.name)
  return {
    ok: true,
    question: { ...question, config: judged, call: callFor({ ...request, token }, config), whatIf: true, issuers },
  }
}

/** Whose token has these claims: without an `iss` it can only be a static one or a JWT-SVID. */
function issuerOf({ iss }: Parts['claims'], issuers: readonly Issuer[]): Issuer | undefined {
  if (iss !== undefined) return issuers.find(({ issuer }) => issuer === iss)
  return issuers.find(({ keys, spiffe }) => keys.kind === 'tokensFile' || spiffe !== undefined)
}

type WithoutIssuers = Omit<ExplainQuestion, 'issuers'>

/** Only the issuers that the token names are asked for keys: nothing else would be waited for. */
async function withKeys(
  question: WithoutIssuers,
  { jwks }: ExplainOptions,
  config: Config,
  terminal: Terminal,
): Promise<Asked> {
  const unverified = unverifiedTokenOf(question.call, routeOfCall(question.call, config))
  const all = issuersFor(config, question.call.routeName)
  const issuers =
    unverified === undefined
      ? all.filter(({ introspection }) => introspection !== undefined)
      : candidatesFor(unverified, all)
  if (jwks === undefined) return { ok: true, question: { ...question, issuers } }
  const input = await readInput(jwks, terminal)
  if (!input.ok) return input
  const document = parseJson(input.text)
  if (document === undefined)
    return refuseInput(input.file, 'is not JSON; it must hold a key set such as {"keys": [...]}')
  return { ok: true, question: { ...question, issuers, sourceOf: () => ({ kind: 'jwksFile', file: jwks, document }) } }
}

function issuersFor({ routes, issuers }: Config, routeName: string | undefined): readonly Issuer[] {
  if (routeName === undefined) return issuers
  return issuersOf(routes.find(({ name }) => name === routeName)?.accept ?? [])
}

function clientRequest(options: ExplainOptions, { routes }: Config) {
  const headers: (readonly [string, string])[] = []
  for (const text of options.header ?? []) {
    const header = parseHeader(text)
    if (typeof header === 'string') return header
    headers.push(header)
  }
  const route = routes.find(({ name }) => name === options.route)
  const { host, uri } = placeOf(route, options.host)
  return {
    routeName: options.route,
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    host,
    uri: options.uri ?? uri,
    headers,
  }
}

interface Parts {
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** `{ "header": {…}, "claims": {…} }`, or the claims alone. */
function parseClaims(text: string): Parts | string {
  const value = parseJson(text)
  if (!isJsonObject(value)) return 'is not a JSON object of claims, or of header and claims'
  const { header = {}, claims } = value
  const named = Object.keys(value).every((key) => key === 'header' || key === 'claims')
  if (named && isJsonObject(claims) && isJsonObject(header)) return { header, claims }
  return { header: {}, claims: value }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
