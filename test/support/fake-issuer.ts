import type { KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { makeSigningKey, type SigningKey, signToken } from './fake-issuer-keys.ts'

export interface FakeIssuerOptions {
  /** Path of the issuer URL, trailing slash and all; default none. */
  readonly path?: string
  /** Which discovery documents exist; default both. */
  readonly discovery?: 'both' | 'oauth' | 'oidc' | 'none'
  /** One key each; default RS256. */
  readonly algorithms?: readonly string[]
  /** Of the key set's answer; default none. */
  readonly cacheControl?: string
  /** PEM texts; the issuer then speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** The host name in its URLs; default 127.0.0.1. */
  readonly hostname?: string
}

export interface MintOptions {
  /** How to sign; default the first key's. */
  readonly alg?: string
  /** null: no kid in the header. */
  readonly kid?: unknown
  /** Another key than the published one, or a secret for HS*. */
  readonly key?: KeyObject
  /** Members added to the header or replaced; undefined removes. */
  readonly header?: Readonly<Record<string, unknown>>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** What a misbehaving issuer does wrong, and where: `keys`, `discovery` or everything. */
export type Scope = 'keys' | 'discovery' | 'introspection' | 'all'

/** One question about a token, as it came (RFC 7662 §2.1). */
export interface IntrospectionQuestion {
  readonly authorization: string | undefined
  readonly form: URLSearchParams
}

/** A real issuer on loopback that counts its callers and can break in every way that a test needs. */
export interface FakeIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly origin: string
  readonly discoveryUri: string
  /** Where the keys are now; `moveKeys` changes it. */
  readonly jwksUri: string
  readonly keys: readonly SigningKey[]
  /** Where it is asked about tokens. Its metadata does not name the place, unless it is set to `lie`. */
  readonly introspectionUri: string
  /** What it says of its tokens from now on; others are not active. */
  introspects(answers: Readonly<Record<string, unknown>>): void
  /** Every question about a token so far. */
  readonly questions: readonly IntrospectionQuestion[]
  /** Requests to a path, or to all of them. */
  hits(path?: string): number
  /** Requests for the key set at its present place. */
  keyHits(): number
  /** A token of the first key of the algorithm. Defaults: iss, sub, iat, exp in five minutes; undefined removes a claim. */
  mint(claims?: Readonly<Record<string, unknown>>, options?: MintOptions): string
  /** A new key for each algorithm; the old ones leave the set unless kept. */
  rotate(options?: { readonly keep?: boolean }): Promise<void>
  /** Publishes any JWK beside the others, also an unusable one. */
  addKey(jwk: unknown): void
  removeKey(kid: string): void
  /** The key set goes to another path, which discovery names from now on. */
  moveKeys(path: string): void
  setCacheControl(value: string | undefined): void
  fail(status: number, scope?: Scope): void
  hang(scope?: Scope): void
  /** One byte after the other, without end; `every` milliseconds, default 20. */
  trickle(scope?: Scope, every?: number): void
  redirect(url: string, scope?: Scope): void
  html(scope?: Scope): void
  /** `declared`: the Content-Length that is claimed instead. */
  oversize(bytes?: number, options?: { readonly scope?: Scope; readonly declared?: number }): void
  /** Any body with status 200. */
  answer(body: string | Buffer, scope?: Scope): void
  /** A key set without keys. */
  empty(): void
  /** Members of the discovery documents that are replaced; undefined removes. */
  lie(members: Readonly<Record<string, unknown>>): void
  /** Ends whatever is wrong, except `stop`. */
  recover(): void
  /** Speaks https with another certificate from now on; open connections are ended. */
  useCertificate(tls: { readonly key: string; readonly cert: string }): void
  /** Refuses connections. */
  stop(): Promise<void>
  /** Listens on the same port again. */
  restart(): Promise<void>
}

export async function startFakeIssuer(options: FakeIssuerOptions = {}): Promise<FakeIssuer> {
  const { discovery = 'both', path = '', algorithms = ['RS256'], hostname = '127.0.0.1' } = options
  let keys = await Promise.all(algorithms.map((alg) => makeSigningKey(alg)))
  let published: unknown[] = keys.map((key) => key.jwk)
  let cacheControl = options.cacheControl
  let jwksPath = `${path.replace(/\/$/, '')}/jwks`
  let lies: Readonly<Record<string, unknown>> = {}
  let broken: { scope: Scope; handler: Handler } | undefined
  const introspectionPath = `${path.replace(/\/$/, '')}/introspect`
  const questions: IntrospectionQuestion[] = []
  let active: Readonly<Record<string, unknown>> = {}
  const hits = new Map<string, number>()

  const metadata = (): unknown => ({
    issuer,
    jwks_uri: `${origin}${jwksPath}`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    ...lies,
  })

  const answerQuestion = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request))
    questions.push({ authorization: request.headers.authorization, form })
    const answer = request.method === 'POST' ? active[form.get('token') ?? ''] : undefined
    sendJson(response, answer ?? { active: false }, undefined)
  }

  const handle: Handler = (request, response) => {
    const at = request.url ?? ''
    hits.set(at, (hits.get(at) ?? 0) + 1)
    const isDiscovery =
      (discovery !== 'oidc' && at === `/.well-known/oauth-authorization-server${path.replace(/\/$/, '')}`) ||
      (discovery !== 'oauth' && at === `${path.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const found =
      at === jwksPath
        ? 'keys'
        : at === introspectionPath
          ? 'introspection'
          : isDiscovery && discovery !== 'none'
            ? 'discovery'
            : undefined
    if (found === undefined) return sendJson(response, { error: 'not_found' }, undefined, 404)
    if (broken !== undefined && (broken.scope === 'all' || broken.scope === found))
      return broken.handler(request, response)
    if (found === 'introspection') return void answerQuestion(request, response)
    return found === 'keys'
      ? sendJson(response, { keys: published }, cacheControl)
      : sendJson(response, metadata(), undefined)
  }

  const server: Server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle)
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  const origin = `${options.tls === undefined ? 'http' : 'https'}://${hostname}:${port}`
  const issuer = `${origin}${path}`
  const misbehave = (scope: Scope, handler: Handler) => {
    broken = { scope, handler }
  }
  const answer = (body: string | Buffer, scope: Scope = 'all', type = 'application/json') =>
    misbehave(scope, (_request, response) => response.writeHead(200, { 'content-type': type }).end(body))

  return {
    issuer,
    origin,
    discoveryUri: `${origin}${path.replace(/\/$/, '')}/.well-known/openid-configuration`,
    get jwksUri() {
      return `${origin}${jwksPath}`
    },
    get keys() {
      return keys
    },
    introspectionUri: `${origin}${introspectionPath}`,
    introspects(answers) {
      active = answers
    },
    questions,
    hits: (at) => (at === undefined ? [...hits.values()].reduce((sum, count) => sum + count, 0) : (hits.get(at) ?? 0)),
    keyHits: () => hits.get(jwksPath) ?? 0,
    mint(claims = {}, { alg, kid, key, header } = {}) {
      const own = keys.find((candidate) => candidate.alg === alg) ?? keys[0]
      const signedBy = key ?? own?.privateKey
      const how = alg ?? own?.alg ?? 'none'
      const now = Math.floor(Date.now() / 1000)
      const shownKid = kid === null ? undefined : (kid ?? own?.kid)
      return signToken(
        { typ: 'JWT', alg: how, kid: shownKid, ...header },
        { iss: issuer, sub: 'alice', iat: now, exp: now + 300, ...claims },
        how,
        how === 'none' ? undefined : signedBy,
      )
    },
    async rotate({ keep = false } = {}) {
      const old = keys.map((key) => key.kid)
      keys = await Promise.all(algorithms.map((alg) => makeSigningKey(alg)))
      const kept = published.filter((jwk) => keep || !old.includes(kidOf(jwk) ?? ''))
      published = [...kept, ...keys.map((key) => key.jwk)]
    },
    addKey(jwk) {
      published = [...published, jwk]
    },
    removeKey(kid) {
      published = published.filter((jwk) => kidOf(jwk) !== kid)
    },
    moveKeys(to) {
      jwksPath = to
    },
    setCacheControl(value) {
      cacheControl = value
    },
    fail: (status, scope = 'all') =>
      misbehave(scope, (_request, response) => sendJson(response, { error: 'broken' }, undefined, status)),
    hang: (scope = 'all') => misbehave(scope, () => {}),
    trickle: (scope = 'all', every = 20) =>
      misbehave(scope, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"keys":[')
        const timer = setInterval(() => response.write(' '), every)
        response.on('close', () => clearInterval(timer))
      }),
    redirect: (url, scope = 'all') =>
      misbehave(scope, (_request, response) => response.writeHead(302, { location: url }).end()),
    html: (scope = 'all') => answer('<!DOCTYPE html><title>Sign in</title>', scope, 'text/html'),
    oversize: (bytes = 50 * 1024 * 1024, { scope = 'all', declared } = {}) =>
      misbehave(scope, (_request, response) => sendBlanks(response, bytes, declared)),
    answer: (body, scope) => answer(body, scope),
    empty: () => answer('{"keys":[]}', 'keys'),
    lie(members) {
      lies = members
    },
    recover() {
      broken = undefined
      lies = {}
    },
    useCertificate(tls) {
      if ('setSecureContext' in server && server.setSecureContext instanceof Function) server.setSecureContext(tls)
      server.closeAllConnections()
    },
    stop: () => stop(server),
    restart: () => listen(server, port),
  }
}

function sendJson(response: ServerResponse, body: unknown, cacheControl: string | undefined, status = 200): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
  })
  response.end(JSON.stringify(body))
}

/** A valid key set behind so many blanks that no reader should get to it. */
function sendBlanks(response: ServerResponse, bytes: number, declared: number | undefined): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(declared === undefined ? {} : { 'content-length': declared }),
  })
  const blanks = Buffer.alloc(64 * 1024, ' ')
  let left = bytes
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= blanks.length
      if (!response.write(blanks)) return void response.once('drain', more)
    }
    response.end('{"keys":[]}')
  }
  more()
}

function kidOf(jwk: unknown): string | undefined {
  return typeof jwk === 'object' && jwk !== null && 'kid' in jwk && typeof jwk.kid === 'string' ? jwk.kid : undefined
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', resolve)
  return promise
}

function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  // A test must not wait for answers that hang on purpose.
  server.closeAllConnections()
  return promise
}
