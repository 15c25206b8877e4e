import type { Config } from '../../src/config/model.ts'
import { answerTo } from '../../src/decision/answer.ts'
import { type Decision, decide, internalError } from '../../src/decision/decide.ts'
import { tooLarge } from '../../src/decision/mcp/mcp.ts'
import { readHeaderFields } from '../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../src/decision/request/route-table.ts'
import { assessToken } from '../../src/decision/token/assessed-token.ts'
import type { Introspect } from '../../src/decision/token/introspection-answer.ts'
import type { FindKeys } from '../../src/decision/token/keys.ts'
import { dialectOf } from '../../src/http/dialects/dialect.ts'
import { createProofDeps } from '../../src/issuers/asking.ts'
import { importJwkSet, type KeyImport } from '../../src/keys/jwk-import.ts'
import { selectKeys } from '../../src/keys/key-selection.ts'
import { importSecret } from '../../src/keys/local-keys.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { type IssuerName, NOW } from './configuration.ts'
import type { TokenForge } from './token-forge.ts'
import type { Vector } from './vector.ts'

/** A call of the verifier, as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface WireAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Any way to the verifier: a socket, TLS, another protocol, a command. */
export type Send = (request: WireRequest) => Promise<WireAnswer>

/** The call that Traefik makes for a vector: all of the client's fields, and its own. */
export function toWireRequest(vector: Vector, forge: TokenForge): WireRequest {
  const {
    method = 'POST',
    host = 'api.example.com',
    uri = '/mcp/kubernetes',
    headers = [],
    without = [],
  } = vector.request ?? {}
  const token = vector.token === undefined ? undefined : forge.make(vector.token)
  const elsewhere = headers.some(([, value]) => value.includes('{token}'))
  const hasAuthorization = vector.credentials !== undefined || (token !== undefined && !elsewhere)
  const proofs =
    vector.proof &&
    forge.prove?.(vector.proof, { method, uri: `https://${host}${uri.replace(/[?#].*/, '')}`, token: token ?? '' })
  const credentials = (vector.credentials ?? (proofs === undefined ? 'Bearer {token}' : 'DPoP {token}')).replace(
    '{token}',
    token ?? '',
  )
  const body = Buffer.from(vector.request?.body ?? '', vector.request?.encoding ?? 'utf8')
  const own = [
    ['X-Forwarded-For', '192.0.2.7'],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Method', method],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Server', 'traefik-0'],
    ['X-Forwarded-Uri', uri],
    ['X-Real-Ip', '192.0.2.7'],
  ] as const
  return {
    method: vector.request?.ownMethod ?? 'GET',
    target: vector.route === null ? '/verify' : `/verify/${vector.route}`,
    headers: [
      ['Host', 'forwardgate.auth.svc:8080'],
      ['User-Agent', 'Go-http-client/1.1'],
      ...headers.map(([name, value]) => [name, value.replaceAll('{token}', token ?? '')] as const),
      ...(body.length === 0 ? [] : [['Content-Length', String(body.length)] as const]),
      ...(proofs ?? []).map((proof) => ['DPoP', proof] as const),
      ...(hasAuthorization ? [['Authorization', credentials] as const] : []),
      ...own.filter(([name]) => !without.includes(name)),
    ],
    body,
  }
}

/** Decides in this process: no socket, no cache, no clock. `call`: how the proxy asks. */
export function createInProcess(config: Config, forge: TokenForge, call = toWireRequest) {
  const routes = buildRouteTable(config.routes)
  const findKeys = createFindKeys(forge)
  return async (vector: Vector): Promise<{ readonly decision: Decision; readonly answer: WireAnswer }> => {
    const { method, target, headers, body } = call(vector, forge)
    // As the parser does (RFC 9110 §5.5): blanks around a value are not part of it.
    const rawHeaders = headers.flatMap(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')])
    const fields = readHeaderFields(rawHeaders)
    const readBody = async (limit: number) =>
      body.length > limit ? tooLarge(limit) : { ok: true as const, bytes: body }
    const found: FindKeys = (issuer, alg, kid) =>
      vector.keysDown?.includes(issuer.name) === true ? 'unavailable' : findKeys(issuer, alg, kid)
    const introspect: Introspect = async (issuer, token) => {
      const { active, ...claims } = (forge.introspected?.[token] ?? { active: false }) as { readonly active?: unknown }
      if (vector.keysDown?.includes(issuer.name) === true || (active !== null && typeof active !== 'boolean')) {
        return { kind: 'unavailable' }
      }
      return active ? { kind: 'active', claims, validity: { live: true } } : { kind: 'inactive' }
    }
    const policy = {
      routes,
      proofs: createProofDeps(),
      now: () => NOW,
      assessToken: vector.bug
        ? () => Promise.reject(new Error('a bug'))
        : (token: string, route: Config['routes'][number]) =>
            assessToken(token, route, config.revocations, { findKeys: found, introspect }),
    }
    let decision: Decision
    try {
      const reading = dialectOf(target)?.read(method, target, fields)
      if (reading === undefined) throw new Error(`${target} is not for a proxy`)
      decision = await decide({ ...reading, fields, content: { readBody } }, policy)
    } catch {
      decision = internalError()
    }
    const answer = answerTo(decision, fields.origin, { exposeReason: true })
    const pairs = answer.headers.flatMap((text, at) =>
      at % 2 === 0 ? [[text, answer.headers[at + 1] ?? ''] as const] : [],
    )
    return { decision, answer: { status: answer.status, headers: pairs, body: answer.body } }
  }
}

/** Sends over a connection of its own, byte for byte. */
export function createSocketSend(origin: string): Send {
  return async ({ method, target, headers, body }) => {
    const connection = await openRaw(origin)
    try {
      connection.send(
        Buffer.concat([Buffer.from(requestHead(`${method} ${target} HTTP/1.1`, headers), 'latin1'), body]),
      )
      const answer = await connection.read({ head: method === 'HEAD' })
      if (answer === undefined) throw new Error('the server closed the connection without an answer')
      return { status: answer.status, headers: answer.headers, body: answer.body.toString() }
    } finally {
      connection.close()
    }
  }
}

function createFindKeys({ keySet }: Pick<TokenForge, 'keySet'>): FindKeys {
  const imports = new Map<string, KeyImport>()
  return (issuer, alg, kid) => {
    const imported =
      imports.get(issuer.name) ??
      (issuer.keys.kind === 'secretFile'
        ? importSecret(issuer.keys.secret)
        : importJwkSet(keySet(issuer.name as IssuerName)))
    imports.set(issuer.name, imported)
    if (!imported.ok) return 'unavailable'
    const keys = selectKeys(imported.keys, alg, kid)
    return keys.length === 0 ? 'unknown' : keys.map((key) => ({ ...key, live: true }))
  }
}
