import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Route } from '../../../src/config/model.ts'
import type { Mcp } from '../../../src/config/model-requirement.ts'
import { admit } from '../../../src/decision/admission.ts'
import { answerTo } from '../../../src/decision/answer.ts'
import { type Decision, decide, internalError } from '../../../src/decision/decide.ts'
import { buildIdentityHeaders } from '../../../src/decision/identity-headers.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import type { Assessment, AssessToken } from '../../../src/decision/token/assessed-token.ts'
import { readForwardAuth } from '../../../src/http/dialects/forward-auth.ts'
import {
  MAIN,
  NO_REVOCATIONS,
  NOW,
  named,
  PROOFS,
  sampleAccept,
  sampleRoute,
  sampleRule,
  sampleToken,
} from './sample.ts'

const TOKEN = sampleToken()
const assessed = (route: Route, token = TOKEN): Assessment => ({
  ok: true,
  form: 'jwt',
  token,
  admission: admit(token, route, NO_REVOCATIONS),
  identity: buildIdentityHeaders(route, token),
})
/** Knows the token `good` only. */
const assess: AssessToken = (token, route) =>
  token === 'good'
    ? assessed(route)
    : { ok: false, form: 'jwt', denial: { reason: 'signature_invalid', step: 'signature' }, issuer: MAIN }

interface Asked {
  readonly route?: Partial<Route>
  readonly name?: string | undefined
  readonly method?: string
  readonly uri?: string
  readonly headers?: readonly string[]
  readonly assess?: AssessToken
  readonly now?: number
  readonly body?: string
}

function ask(asked: Asked = {}): Decision | Promise<Decision> {
  const { method = 'POST', uri = '/mcp/kubernetes', headers = ['Authorization', 'Bearer good'] } = asked
  const described = ['X-Forwarded-Method', method, 'X-Forwarded-Host', 'api.example.com', 'X-Forwarded-Uri', uri]
  const routeName = 'name' in asked ? asked.name : 'kubernetes'
  const routes = buildRouteTable([sampleRoute(asked.route)])
  const rawHeaders = [...described, ...headers, 'Content-Type', 'application/json']
  const fields = readHeaderFields(rawHeaders)
  const { body } = asked
  const readBody = async () => ({ ok: true as const, bytes: Buffer.from(body ?? '') })
  const content = body === undefined ? {} : { content: { readBody } }
  return decide(
    { ...readForwardAuth('GET', '/verify', fields), routeName, fields, ...content },
    { routes, assessToken: asked.assess ?? assess, proofs: PROOFS, now: () => asked.now ?? NOW },
  )
}

function outcomeOf(asked: Asked = {}): string {
  const decision = ask(asked)
  assert.ok(!(decision instanceof Promise))
  return `${decision.outcome} ${decision.reason}`
}

test('allow: a token that holds, with its identity and the evidence', () => {
  const decision = ask()
  assert.ok(!(decision instanceof Promise) && decision.outcome === 'allow')
  assert.equal(decision.reason, 'token')
  assert.deepEqual(decision.headers.slice(0, 2), ['X-Auth-Subject', 'alice'])
  assert.equal(decision.route?.name, 'kubernetes')
  assert.equal(decision.token, TOKEN)
  assert.equal(decision.issuer, MAIN)
  assert.equal(outcomeOf({ name: undefined }), 'allow token')
})

test('a token seen for the first time is answered later, with the time of that moment', async () => {
  const later: AssessToken = (_, route) => Promise.resolve(assessed(route))
  const decision = ask({ assess: later })
  assert.ok(decision instanceof Promise)
  assert.equal((await decision).reason, 'token')
  assert.equal((await ask({ assess: later, now: NOW + 330 })).reason, 'token_expired')
})

test('plain /verify: no route has this host and path', () => {
  assert.equal(outcomeOf({ name: undefined, uri: '/elsewhere' }), 'deny route_unknown')
})

test('an address that names no route: host and path are shown, as far as they can be read', () => {
  const request = (asked: Asked) => {
    const decision = ask(asked)
    return decision instanceof Promise ? assert.fail() : [decision.reason, decision.request?.path]
  }
  assert.deepEqual(request({ name: 'misspelt' }), ['route_unknown', '/mcp/kubernetes'])
  assert.deepEqual(request({ name: 'misspelt', uri: 'nowhere' }), ['route_unknown', undefined])
})

test('a failing assessment never becomes an allow: it is thrown on', async () => {
  const bug = new Error('bug')
  assert.throws(
    () =>
      ask({
        assess: () => {
          throw bug
        },
      }),
    bug,
  )
  await assert.rejects(async () => ask({ assess: () => Promise.reject(bug) }), bug)
  const decision = internalError()
  assert.equal(`${decision.outcome} ${decision.reason} ${decision.route}`, 'error internal_error undefined')
})

test('the order of failures: name, forwarded request, place, override, alias, origin, preflight, credentials, token', () => {
  const wrong = {
    name: 'unknown',
    uri: 'nowhere',
    headers: [...['X-HTTP-Method', 'GET', 'X_Auth_Subject', 'a', 'Origin', 'https://evil', 'Authorization', 'Basic x']],
    route: {
      rules: [sampleRule({ methods: ['POST'], scopes: ['x'] })],
      lockedPaths: ['/mcp'],
      origins: ['https://o'],
    },
  }
  assert.equal(outcomeOf(wrong), 'deny route_unknown')
  const named = { ...wrong, name: 'kubernetes' }
  assert.equal(outcomeOf(named), 'deny forwarded_request_invalid')
  assert.equal(outcomeOf({ ...named, uri: '/elsewhere' }), 'deny route_mismatch')
  const placed = { ...named, uri: '/mcp' }
  assert.equal(outcomeOf(placed), 'deny forwarded_request_invalid')
  const plain = { ...placed, headers: placed.headers.slice(2) }
  assert.equal(outcomeOf(plain), 'deny identity_header_alias')
  const honest = { ...plain, headers: plain.headers.slice(2) }
  assert.equal(outcomeOf(honest), 'deny origin_not_allowed')
  const local = { ...honest, headers: honest.headers.slice(2) }
  assert.equal(outcomeOf(local), 'deny credentials_missing')
  assert.equal(outcomeOf({ ...local, headers: ['Authorization', 'Bearer bad'] }), 'deny signature_invalid')
  const elsewhere = { ...local, headers: ['Authorization', 'Bearer good'], now: NOW + 400 }
  assert.equal(outcomeOf(elsewhere), 'deny token_expired')
  assert.equal(
    outcomeOf({ ...elsewhere, now: NOW, route: { ...local.route, accept: [sampleAccept({ audience: ['x'] })] } }),
    'deny audience_mismatch',
  )
  assert.equal(outcomeOf({ ...elsewhere, now: NOW }), 'deny scope_insufficient')
})

test('identity_too_large: last of all', () => {
  const huge = sampleToken({ claims: { sub: 'a'.repeat(9000) } })
  assert.equal(outcomeOf({ assess: (_, route) => assessed(route, huge) }), 'deny identity_too_large')
})

test('an override under another spelling of its name is refused where the method decides', () => {
  for (const name of ['X_HTTP_Method_Override', 'X.HTTP.Method', 'x-method_override']) {
    const headers = [name, 'DELETE', 'Authorization', 'Bearer good']
    const route = { rules: [sampleRule({ methods: ['DELETE'], scopes: ['mcp:admin'] })] }
    assert.equal(outcomeOf({ route, headers }), 'deny forwarded_request_invalid')
    assert.equal(outcomeOf({ headers }), 'allow token')
  }
})

test('method overrides are refused where the method decides, and only there', () => {
  const headers = ['X-HTTP-Method-Override', 'DELETE', 'Authorization', 'Bearer good']
  assert.equal(outcomeOf({ headers }), 'allow token')
  assert.equal(outcomeOf({ headers, route: { rules: [sampleRule({ scopes: ['mcp:read'] })] } }), 'allow token')
  assert.equal(outcomeOf({ headers, route: { preflight: 'pass' } }), 'deny forwarded_request_invalid')
  const rules = [sampleRule({ methods: ['DELETE'], scopes: ['x'] })]
  assert.equal(outcomeOf({ headers, route: { rules } }), 'deny forwarded_request_invalid')
})

test('odd names that no identity header could be taken for pass', () => {
  assert.equal(outcomeOf({ headers: ['X_Other', '', 'Authorization', 'Bearer good'] }), 'allow token')
})

test('origin_not_allowed: not exactly one of the list', () => {
  const origins = ['https://o']
  const sent = (...values: string[]) =>
    values.flatMap((value) => ['Origin', value]).concat('Authorization', 'Bearer good')
  assert.equal(outcomeOf({ headers: sent('https://o'), route: { origins } }), 'allow token')
  assert.equal(outcomeOf({ headers: sent(), route: { origins } }), 'allow token')
  for (const values of [['https://o', 'https://o'], ['null'], [''], ['https://O'], ['https://o:443']]) {
    assert.equal(outcomeOf({ headers: sent(...values), route: { origins } }), 'deny origin_not_allowed')
  }
  for (const [values, unverifiedOrigin] of [
    [['a', 'b'], 'several'],
    [['https://evil'], 'https://evil'],
  ] as const) {
    const decision = ask({ headers: sent(...values), route: { origins } })
    assert.ok(!(decision instanceof Promise) && decision.outcome === 'deny')
    assert.deepEqual(decision.denial, {
      reason: 'origin_not_allowed',
      step: 'origin',
      expected: origins,
      unverifiedOrigin,
    })
  }
})

const PREFLIGHT = ['Origin', 'https://o', 'Access-Control-Request-Method', 'POST']

test('preflights pass only where the route says so, with empty identity headers', () => {
  const decision = ask({ method: 'OPTIONS', headers: PREFLIGHT, route: { preflight: 'pass' } })
  assert.ok(!(decision instanceof Promise) && decision.outcome === 'allow')
  assert.equal(decision.reason, 'preflight')
  assert.ok(decision.headers.every((text, at) => at % 2 === 0 || text === ''))
  assert.equal(outcomeOf({ method: 'OPTIONS', headers: PREFLIGHT }), 'deny credentials_missing')
  assert.equal(outcomeOf({ method: 'OPTIONS', headers: [], route: { preflight: 'pass' } }), 'deny credentials_missing')
  assert.equal(
    outcomeOf({ method: 'POST', headers: PREFLIGHT, route: { preflight: 'pass' } }),
    'deny credentials_missing',
  )
})

test('anonymous: no Authorization field at all, no matching rule, no preflight', () => {
  const route = { anonymous: true, upstreamAuthorization: { kind: 'strip' } } as const
  assert.equal(outcomeOf({ headers: [], route }), 'allow anonymous')
  for (const value of ['', 'Basic x', 'Bearer', 'Bearer bad']) {
    assert.match(outcomeOf({ headers: ['Authorization', value], route }), /^deny /)
  }
  const rules = [sampleRule({ methods: ['POST'], claims: [{ claim: named('a'), exists: true }] })]
  assert.equal(outcomeOf({ headers: [], route: { ...route, rules } }), 'deny credentials_missing')
  assert.equal(outcomeOf({ headers: [], method: 'GET', route: { ...route, rules } }), 'allow anonymous')
  assert.equal(outcomeOf({ headers: PREFLIGHT, method: 'OPTIONS', route }), 'deny credentials_missing')
})

test('observe: what would be denied passes without identity; aliases and service faults never do', () => {
  const mode = 'observe'
  assert.equal(outcomeOf({ route: { mode } }), 'allow token')
  const decision = ask({
    headers: ['Authorization', 'Bearer bad'],
    route: { mode, upstreamAuthorization: { kind: 'strip' } },
  })
  assert.ok(!(decision instanceof Promise) && decision.outcome === 'would_deny')
  assert.equal(decision.reason, 'signature_invalid')
  assert.deepEqual(decision.headers.slice(-2), ['Authorization', ''])
  assert.ok(decision.headers.every((text, at) => at % 2 === 0 || text === ''))
  assert.equal(outcomeOf({ headers: [], route: { mode } }), 'would_deny credentials_missing')
  assert.equal(
    outcomeOf({ route: { mode, accept: [sampleAccept({ scopes: ['x'] })] } }),
    'would_deny scope_insufficient',
  )
  assert.equal(outcomeOf({ headers: ['X_Auth_Subject', 'a'], route: { mode } }), 'deny identity_header_alias')
  assert.equal(outcomeOf({ uri: 'x', route: { mode } }), 'deny forwarded_request_invalid')
  assert.equal(outcomeOf({ route: { mode, lockedHosts: ['h'] } }), 'deny route_mismatch')
  const down: AssessToken = () => ({ ok: false, form: 'jwt', denial: { reason: 'keys_unavailable', step: 'key' } })
  assert.equal(outcomeOf({ assess: down, route: { mode } }), 'error keys_unavailable')
  const soon: AssessToken = () => ({
    ok: false,
    form: 'jwt',
    denial: { reason: 'keys_unavailable', step: 'key', cause: 'unknown_kid' },
  })
  assert.equal(outcomeOf({ assess: soon }), 'retry keys_unavailable')
})

test('any headers: never throws, never allows but by the one good token', () => {
  const name = fc.oneof(
    fc.constantFrom('Authorization', 'Origin', 'X-Forwarded-Uri', 'X_Auth_Subject', 'X-HTTP-Method'),
    fc.string(),
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Bearer good', 'bearer good', 'Bearer x', '/mcp'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.option(fc.string(), { nil: undefined }), (pairs, routeName) => {
      for (const asked of [{ name: 'kubernetes' }, { name: routeName }]) {
        const decision = ask({ ...asked, headers: pairs.flat() })
        assert.ok(!(decision instanceof Promise))
        const sent = pairs.filter(([field]) => field.toLowerCase() === 'authorization').map(([, text]) => text)
        if (decision.outcome === 'allow') assert.match(sent.join('|'), /^bearer good$/i)
      }
    }),
  )
})

/** A tool that needs a scope, and one that needs nothing. */
const MCP: Mcp = {
  tools: ['delete_pod', 'status'].map((name) => ({
    pattern: name,
    loose: name,
    scopes: name === 'status' ? [] : ['mcp:admin'],
    claims: [],
    authentication: undefined,
  })),
  resources: [],
  prompts: [],
  otherwise: undefined,
  openLists: true,
  maxBodySize: 1024,
}
const says = (method: string, name?: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name } })

test('a route with mcp is judged by the body, after the token, the time and the route have been', async () => {
  const asks = async (asked: Asked, route: Partial<Route> = {}) => {
    const { outcome, reason, mcp } = await ask({ ...asked, route: { mcp: MCP, ...route } })
    return `${outcome} ${reason} ${mcp === undefined ? 'unread' : mcp.needs.flatMap(({ scopes }) => scopes).join(' ')}`
  }
  const stranger = { headers: [] }
  assert.equal(await asks({ body: says('tools/call', 'status') }), 'allow token ')
  assert.equal(await asks({ body: says('tools/call', 'delete_pod') }), 'deny scope_insufficient mcp:admin')
  assert.equal(await asks({ body: says('tools/call', 'other') }), 'deny mcp_not_allowed ')
  assert.equal(await asks({ body: '{' }), 'deny mcp_request_invalid ')
  assert.equal(await asks({}), 'deny mcp_request_invalid ')
  assert.equal(await asks({ method: 'GET' }), 'allow token ')
  assert.equal(await asks({ body: '{', now: NOW + 330 }), 'deny token_expired unread')
  assert.equal(await asks({ body: '{', headers: ['Authorization', 'Bearer bad'] }), 'deny signature_invalid unread')

  const short = { accept: [sampleAccept({ scopes: ['mcp:write'] })] }
  assert.equal(await asks({ body: says('tools/call', 'delete_pod') }, short), 'deny scope_insufficient mcp:admin')
  assert.equal(await asks({ body: says('tools/call', 'other') }, short), 'deny scope_insufficient ')
  assert.equal(await asks({ body: '{' }, short), 'deny scope_insufficient ')

  const open = { anonymous: true }
  assert.equal(await asks({ ...stranger, body: says('tools/list') }), 'deny credentials_missing unread')
  assert.equal(await asks({ ...stranger, body: says('tools/list') }, open), 'allow anonymous ')
  assert.equal(
    await asks({ ...stranger, body: says('tools/call', 'delete_pod') }, open),
    'deny credentials_missing mcp:admin',
  )
  assert.equal(await asks({ ...stranger, body: says('tools/call', 'other') }, open), 'deny mcp_not_allowed ')
  const shut = { anonymous: true, mcp: { ...MCP, openLists: false } }
  assert.equal(await asks({ ...stranger, body: says('tools/list') }, shut), 'deny credentials_missing unread')

  assert.equal(await asks({ body: says('tools/call', 'other') }, { mode: 'observe' }), 'would_deny mcp_not_allowed ')
  const asksForPost = { method: 'GET', headers: ['Authorization', 'Bearer good', 'X-HTTP-Method-Override', 'POST'] }
  assert.equal(await asks(asksForPost), 'deny forwarded_request_invalid unread')
})

test('a client of MCP finds its refusal by the id of its request, once its token was verified', async () => {
  const asks = async (asked: Asked, route: Partial<Route> = {}) => {
    const { reason, requestId } = await ask({
      body: says('tools/call', 'status'),
      ...asked,
      route: { mcp: MCP, ...route },
    })
    return `${reason} ${requestId}`
  }
  assert.equal(await asks({ body: says('tools/call', 'other') }), 'mcp_not_allowed 1')
  assert.equal(await asks({ now: NOW + 330 }), 'token_expired 1')
  assert.equal(await asks({}, { accept: [sampleAccept({ clientIds: [['another']] })] }), 'client_not_allowed 1')
  assert.equal(await asks({ now: NOW + 330, body: '{' }), 'token_expired undefined')
  assert.equal(await asks({ now: NOW + 330, method: 'GET' }), 'token_expired undefined')
  assert.equal(await asks({ headers: ['Authorization', 'Bearer bad'] }), 'signature_invalid undefined')
  assert.equal(await asks({ headers: [] }), 'credentials_missing undefined')
  const lazy = { anonymous: true, body: says('tools/call', 'delete_pod') }
  assert.equal(await asks({ headers: [], body: lazy.body }, { anonymous: true }), 'credentials_missing 1')
})

test('an observed route reads no body for a token that it would refuse', async () => {
  const decision = ask({ now: NOW + 330, body: '{', route: { mcp: MCP, mode: 'observe' } })
  assert.ok(!(decision instanceof Promise))
  assert.equal(decision.outcome, 'would_deny')
})

test('one challenge names every scope that a call needs: of the route, its rules, and the tool', async () => {
  const route = { mcp: MCP, rules: [sampleRule({ scopes: ['mcp:post'] })], scopePrefix: 'api://1/' }
  const decision = await ask({ body: says('tools/call', 'delete_pod'), route })
  const { headers } = answerTo(decision, undefined, { exposeReason: true })
  assert.match(
    headers[1] ?? '',
    / scope="mcp:read api:\/\/1\/mcp:post api:\/\/1\/mcp:admin", error="insufficient_scope"/,
  )
})

test('a route without mcp never reads a body, and its trace has no such step', async () => {
  const decision = ask({ body: '{' })
  assert.ok(!(decision instanceof Promise))
  assert.equal(decision.reason, 'token')
  assert.equal(decision.itinerary.body, 'never')
  const reading = await ask({ body: says('tools/call', 'status'), route: { mcp: MCP } })
  assert.equal(reading.itinerary.body, 'after token')
})
