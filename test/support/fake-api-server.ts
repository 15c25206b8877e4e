import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeSigningKey, type SigningKey, signToken } from './fake-issuer-keys.ts'

export interface FakeApiServerOptions {
  /** PEM texts; it then speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Callers without one of these bearer tokens get 401. Default: anonymous callers may read (`system:service-account-issuer-discovery` for everybody). */
  readonly bearerTokens?: readonly string[]
}

/** What came: the path, and what its caller sent. */
export interface ApiServerCall {
  readonly path: string
  readonly accept: string | undefined
  readonly authorization: string | undefined
}

/**
 * The OpenID endpoints of a Kubernetes API server: each document has one media type, and another Accept is 406, as go-restful
 * negotiates; without leave it is 401.
 */
export interface FakeApiServer {
  readonly origin: string
  /** The `iss` of its service account tokens. */
  readonly issuer: string
  readonly jwksUri: string
  readonly calls: readonly ApiServerCall[]
  /** A projected service account token. */
  mint(claims?: Readonly<Record<string, unknown>>): string
  /** A new signing key; the old one stays published. */
  rotateKeys(): Promise<void>
  /** Only these bearer tokens are good from now on. */
  setBearerTokens(tokens: readonly string[]): void
  /** Members of the discovery document that are replaced: a real one names the address of a node as `jwks_uri`. */
  names(members: Readonly<Record<string, unknown>>): void
  /** Speaks with another certificate from now on; open connections are ended. */
  useCertificate(tls: { readonly key: string; readonly cert: string }): void
  stop(): Promise<void>
}

const DISCOVERY = '/.well-known/openid-configuration'
const JWKS = '/openid/v1/jwks'
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  [DISCOVERY]: 'application/json',
  [JWKS]: 'application/jwk-set+json',
}

export async function startFakeApiServer(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  let keys: readonly SigningKey[] = [await makeSigningKey('RS256')]
  let bearerTokens = options.bearerTokens
  let named: Readonly<Record<string, unknown>> = {}
  const calls: ApiServerCall[] = []

  const handle: RequestListener = (request, response) => {
    const path = request.url ?? ''
    const { accept, authorization } = request.headers
    calls.push({ path, accept, authorization })
    if (bearerTokens !== undefined && !bearerTokens.some((token) => authorization === `Bearer ${token}`))
      return sendStatus(response, 401, 'Unauthorized')
    const produced = MEDIA_TYPES[path]
    if (produced === undefined) return sendStatus(response, 404, 'the server could not find the requested resource')
    if (!accepts(accept ?? '*/*', produced)) return void response.writeHead(406).end('406: Not Acceptable')
    const document =
      path === JWKS
        ? { keys: keys.map(({ jwk }) => jwk) }
        : { issuer: origin, jwks_uri: `${origin}${JWKS}`, response_types_supported: ['id_token'], ...named }
    response.writeHead(200, { 'content-type': produced, 'cache-control': 'public, max-age=3600' })
    response.end(JSON.stringify(document))
  }

  const server: Server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle)
  await listen(server)
  const { port } = server.address() as AddressInfo
  const origin = `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`
  return {
    origin,
    issuer: origin,
    jwksUri: `${origin}${JWKS}`,
    calls,
    mint(claims = {}) {
      const key = keys.at(-1)
      const now = Math.floor(Date.now() / 1000)
      const account = {
        namespace: 'ci',
        serviceaccount: { name: 'robot', uid: '6d0b4a3e-7a4a-4a0e-9d3c-0d3e4f5a6b7c' },
      }
      const standard = { iss: origin, sub: 'system:serviceaccount:ci:robot', iat: now, nbf: now, exp: now + 3600 }
      const payload = { ...standard, 'kubernetes.io': account, ...claims }
      return signToken({ alg: 'RS256', kid: key?.kid }, payload, 'RS256', key?.privateKey)
    },
    async rotateKeys() {
      keys = [...keys, await makeSigningKey('RS256')]
    },
    setBearerTokens(tokens) {
      bearerTokens = tokens
    },
    names(members) {
      named = members
    },
    useCertificate(tls) {
      if ('setSecureContext' in server && server.setSecureContext instanceof Function) server.setSecureContext(tls)
      server.closeAllConnections()
    },
    stop() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      return promise
    },
  }
}

/** go-restful compares whole media types; of the wildcards it knows this one only. */
function accepts(accept: string, produced: string): boolean {
  return accept.split(',').some((range) => ['*/*', produced].includes((range.split(';')[0] ?? '').trim()))
}

function sendStatus(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }))
}

function listen(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', resolve)
  return promise
}
