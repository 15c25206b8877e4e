import { setTimeout as sleep } from 'node:timers/promises'
import type { IssuerRobot } from '../lab/issuer-configuration.ts'
import { curlLine, exchange, header, type Request, type Response, tokenLine } from './exchange.ts'
import { readable, type Stage } from './stage.ts'
import type { World } from './world.ts'

/** An answer was not what the play promises. */
export class Mismatch extends Error {}

/** Plays every scene and checks every answer; throws a `Mismatch` at the first one that is not as it should be. */
export async function play(world: World, stage: Stage): Promise<void> {
  const metadataUrl = await noToken(world, stage)
  const issuerUrl = await metadata(world, stage, metadataUrl)
  const tokenEndpoint = await authorizationServer(world, stage, issuerUrl)
  const token = await getToken(world, stage, tokenEndpoint)
  await goodToken(world, stage, token)
  await missingScope(world, stage, token)
  await wrongResource(world, stage, token)
  await expiredToken(world, stage, tokenEndpoint)
  await issuerDown(world, stage, token)
}

async function noToken({ kubernetes }: World, stage: Stage): Promise<string> {
  stage.scene('No token', 'The answer says where to find out how to get one (RFC 9728 §5.1).')
  const response = await perform(stage, { url: kubernetes })
  stage.answer(response, DENIAL, response.body)
  const challenge = header(response, 'WWW-Authenticate') ?? ''
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const expected = new URL(kubernetes)
  expected.pathname = `/.well-known/oauth-protected-resource${expected.pathname}`
  expect('status', response.status, 401)
  expect('challenge', challenge, `Bearer resource_metadata="${expected.href}", scope="mcp:read"`)
  stage.passed('401, with the metadata and the scope in its challenge')
  return metadataUrl
}

async function metadata({ kubernetes, issuer }: World, stage: Stage, url: string): Promise<string> {
  stage.scene(
    'Follow resource_metadata',
    'Public, through the same proxy: which server logs clients in, and which scopes there are.',
  )
  const response = await perform(stage, { url })
  stage.answer(response, ['Content-Type', 'Access-Control-Allow-Origin'], readable(fields(response)))
  const { resource, authorization_servers: servers } = fields(response)
  expect('status', response.status, 200)
  expect('resource', resource, kubernetes)
  expect('authorization_servers', JSON.stringify(servers), JSON.stringify([issuer.url]))
  stage.passed('the resource names itself and its authorization server')
  return issuer.url
}

async function authorizationServer({ issuer }: World, stage: Stage, issuerUrl: string): Promise<string> {
  stage.scene('Ask the authorization server', 'Its own metadata (RFC 8414) says where to get tokens.')
  const response = await perform(stage, { url: `${issuerUrl}/.well-known/oauth-authorization-server` })
  const { issuer: name, token_endpoint: endpoint, registration_endpoint: registration } = fields(response)
  stage.answer(
    response,
    ['Content-Type'],
    readable({ issuer: name, token_endpoint: endpoint, registration_endpoint: registration, '…': 'and more' }),
  )
  expect('issuer', name, issuer.url)
  expect('token_endpoint', endpoint, issuer.tokenEndpoint)
  stage.passed('the issuer is the one that the resource named')
  return issuer.tokenEndpoint
}

async function getToken({ robot, kubernetes }: World, stage: Stage, endpoint: string): Promise<string> {
  stage.scene('Get a token', 'Client credentials, for this one resource (RFC 8707) and the scope of the challenge.')
  const request = tokenRequest(endpoint, robot, kubernetes, 'mcp:read')
  stage.command(tokenLine('TOKEN', request))
  const response = await exchange(request)
  stage.answer(response, ['Content-Type'], readable(fields(response)))
  stage.passed('a token')
  return accessToken(response)
}

async function goodToken({ kubernetes, robot, issuer }: World, stage: Stage, token: string): Promise<void> {
  stage.scene(
    'A valid token, and a forged header',
    'The upstream gets the identity from the token; the X-Auth-Subject that the client sent is gone.',
  )
  const response = await perform(stage, withToken(kubernetes, 'TOKEN', { 'X-Auth-Subject': 'admin' }), token)
  const seen = identity(response)
  stage.answer(response, ['Content-Type'], `what the upstream saw:\n${readable(seen)}`)
  expect('status', response.status, 200)
  expect('X-Auth-Subject', seen['x-auth-subject'], robot.id)
  expect('X-Auth-Client', seen['x-auth-client'], robot.id)
  expect('X-Auth-Scopes', seen['x-auth-scopes'], 'mcp:read')
  expect('X-Auth-Issuer', seen['x-auth-issuer'], 'demo')
  stage.passed(`200, and the upstream knows ${robot.id} of ${issuer.url}`)
}

async function missingScope({ kubernetes }: World, stage: Stage, token: string): Promise<void> {
  stage.scene(
    'Too little scope',
    'DELETE also requires mcp:admin; the challenge names all scopes that a new token needs.',
  )
  const response = await perform(stage, { ...withToken(kubernetes, 'TOKEN'), method: 'DELETE' }, token)
  stage.answer(response, DENIAL, response.body)
  const challenge = header(response, 'WWW-Authenticate') ?? ''
  expect('status', response.status, 403)
  expect('reason', fields(response)['reason'], 'scope_insufficient')
  expectPart('challenge', challenge, 'scope="mcp:read mcp:admin", error="insufficient_scope"')
  stage.passed('403, and a client can step up by itself')
}

async function wrongResource({ grafana }: World, stage: Stage, token: string): Promise<void> {
  stage.scene(
    'A token for another resource',
    'A valid token of the right issuer, but its audience is another resource.',
  )
  const response = await perform(stage, withToken(grafana, 'TOKEN'), token)
  stage.answer(response, DENIAL, response.body)
  expect('status', response.status, 401)
  expect('reason', fields(response)['reason'], 'audience_mismatch')
  expectPart('challenge', header(response, 'WWW-Authenticate') ?? '', 'error="invalid_token"')
  stage.passed('401')
}

async function expiredToken({ hasty, kubernetes }: World, stage: Stage, endpoint: string): Promise<void> {
  stage.scene('An expired token', 'This client gets tokens that live for one second; it sends one two seconds later.')
  const request = tokenRequest(endpoint, hasty, kubernetes, 'mcp:read')
  stage.command(`${tokenLine('OLD', request)}; sleep 2`)
  const token = accessToken(await exchange(request))
  await sleep(2000)
  const response = await perform(stage, withToken(kubernetes, 'OLD'), token)
  stage.answer(response, DENIAL, response.body)
  expect('status', response.status, 401)
  expect('reason', fields(response)['reason'], 'token_expired')
  expectPart('challenge', header(response, 'WWW-Authenticate') ?? '', 'error="invalid_token"')
  stage.passed('401, and the client knows that its token has expired')
}

async function issuerDown({ issuer, kubernetes }: World, stage: Stage, token: string): Promise<void> {
  stage.scene(
    'The issuer is down',
    'It was just stopped. Its keys are cached, so clients that have a token notice nothing.',
  )
  await issuer.stop()
  try {
    const gone = await exchange({ url: `${issuer.url}/jwks` }).then(
      () => 'answers',
      () => 'gone',
    )
    expect('the issuer', gone, 'gone')
    const response = await perform(stage, withToken(kubernetes, 'TOKEN'), token)
    stage.answer(response, ['Content-Type'], `what the upstream saw:\n${readable(identity(response))}`)
    expect('status', response.status, 200)
  } finally {
    await issuer.start()
  }
  stage.passed('still 200')
}

/** Shows the line that repeats the request and sends it, with the token in place of its variable. */
async function perform(stage: Stage, request: Request, token?: string): Promise<Response> {
  stage.command(curlLine(request, '-i'))
  if (token === undefined) return exchange(request)
  return exchange({ ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } })
}

function withToken(url: string, variable: string, headers: Readonly<Record<string, string>> = {}): Request {
  return { url, headers: { Authorization: `Bearer $${variable}`, ...headers } }
}

function tokenRequest(endpoint: string, robot: IssuerRobot, resource: string, scope: string): Request {
  const form = { user: `${robot.id}:${robot.secret}`, fields: { grant_type: 'client_credentials', resource, scope } }
  return { url: endpoint, form }
}

function accessToken(response: Response): string {
  const token = fields(response)['access_token']
  if (typeof token === 'string') return token
  throw new Mismatch(`expected a token, got ${response.status} ${response.body}`)
}

/** The members of a JSON object; none where the body is something else. */
function fields(response: Response): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(response.body)
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

/** The identity headers and the token among what the upstream echoed. */
function identity(response: Response): Readonly<Record<string, unknown>> {
  const headers = fields(response)['headers']
  if (typeof headers !== 'object' || headers === null) return {}
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(x-auth-|authorization$)/.test(name)))
}

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Mismatch(`${what}: expected ${String(expected)}, got ${String(actual)}`)
}

function expectPart(what: string, actual: string, expected: string): void {
  if (!actual.includes(expected)) throw new Mismatch(`${what}: expected … ${expected} …, got ${actual}`)
}

const DENIAL = ['WWW-Authenticate', 'X-Forwardgate-Reason', 'Content-Type'] as const
