import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** A server that is its own authorization server, as small as such servers are. */
export interface OwnServer {
  /** Answers its metadata, `/token` and `/introspect`; true when it did. For `startMcpServer`. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** An access token with other claims than usual, or signed with another secret. */
  sign(claims: JWTPayload, secret?: string): Promise<string>
  /** What was sealed into `api_token`. */
  open(sealed: string): string
  /** True: `/introspect` answers 500. */
  broken: boolean
  /** API tokens that it was asked about. */
  readonly asked: readonly string[]
}

/** What such a server is set up with. */
export interface OwnServerOptions {
  /** Its own URL, which is the `iss` of its tokens. */
  readonly issuer: string
  readonly secret: string
  /** The one client that may introspect. */
  readonly introspection: { readonly clientId: string; readonly secret: string }
  /** The users' API tokens, and whose they are. */
  readonly apiTokens: Readonly<Record<string, string>>
}

/**
 * Client credentials with the user's API token as the client's secret, refresh tokens that rotate, and HS256: the API
 * token is sealed into each access token, so that nothing has to be remembered.
 */
export function createOwnServer({ issuer, secret, introspection, apiTokens }: OwnServerOptions): OwnServer {
  const sealingKey = randomBytes(32)
  const asked: string[] = []
  const used = new Set<string>()
  const key = (text: string) => new TextEncoder().encode(text)
  const sign = (claims: JWTPayload, by = secret) =>
    new SignJWT({ iss: issuer, sub: CLIENT_ID, aud: AUDIENCE, scope: SCOPE, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime(claims.exp ?? '1h')
      .sign(key(by))

  function seal(apiToken: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', sealingKey, iv)
    const sealed = Buffer.concat([cipher.update(apiToken), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  function open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
  }

  async function tokens(apiToken: string) {
    const api_token = seal(apiToken)
    return {
      access_token: await sign({ sub: apiTokens[apiToken] ?? '', client_id: CLIENT_ID, api_token }),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: await sign({ aud: REFRESH_AUDIENCE, jti: randomBytes(8).toString('hex'), api_token }),
    }
  }

  async function grant(form: URLSearchParams): Promise<object | undefined> {
    if (form.get('client_id') !== CLIENT_ID) return undefined
    const apiToken = form.get('client_secret') ?? ''
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return Object.hasOwn(apiTokens, apiToken) ? tokens(apiToken) : undefined
      case 'refresh_token': {
        const options = { issuer, audience: REFRESH_AUDIENCE, algorithms: ['HS256'] }
        const { payload } = await jwtVerify(form.get('refresh_token') ?? '', key(secret), options)
        const id = String(payload.jti)
        if (used.has(id)) return undefined
        used.add(id)
        return tokens(open(String(payload['api_token'])))
      }
      default:
        return undefined
    }
  }

  function introspect(form: URLSearchParams): object {
    const token = form.get('token') ?? ''
    asked.push(token)
    if (!Object.hasOwn(apiTokens, token)) return { active: false }
    const exp = Math.floor(Date.now() / 1000) + 3600
    return {
      active: true,
      sub: apiTokens[token],
      aud: AUDIENCE,
      scope: SCOPE,
      exp,
      client_id: CLIENT_ID,
      api_token: seal(token),
    }
  }

  const own: OwnServer = { answer, sign: (claims, by) => sign(claims, by), open, asked, broken: false }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      return true
    }
    const path = (request.url ?? '').split('?')[0]
    if (path === '/.well-known/oauth-authorization-server') return send(200, metadata(issuer))
    if (path !== '/token' && path !== '/introspect') return false
    const form = credentialsOf(request, new URLSearchParams(await text(request)))
    if (path === '/token') {
      const granted = await grant(form).catch(() => undefined)
      return granted === undefined ? send(400, { error: 'invalid_grant' }) : send(200, granted)
    }
    const known = form.get('client_id') === introspection.clientId
    if (!known || !equal(form.get('client_secret') ?? '', introspection.secret))
      return send(401, { error: 'invalid_client' })
    return own.broken ? send(500, {}) : send(200, introspect(form))
  }

  return own
}

/** The client's id and secret, which come in the form or by HTTP Basic (RFC 6749 §2.3.1). */
function credentialsOf({ headers }: IncomingMessage, form: URLSearchParams): URLSearchParams {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic === undefined) return form
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
  form.set('client_id', id)
  form.set('client_secret', secret)
  return form
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function metadata(issuer: string): object {
  return {
    issuer,
    // Clients refuse a document without it, also those that never go there.
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    grant_types_supported: ['client_credentials', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    response_types_supported: ['code'],
    scopes_supported: [SCOPE],
  }
}

const CLIENT_ID = 'api-mcp'
const AUDIENCE = 'api-mcp'
const SCOPE = 'tools'
const REFRESH_AUDIENCE = 'api-mcp-refresh'
