import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Introspection, Issuer } from '../../../src/config/model-issuer.ts'
import type { ServerDocument } from '../../../src/documents/registration.ts'
import { FETCH_TIMEOUT_MS } from '../../../src/issuers/bounded-fetch.ts'
import {
  createActiveTokens,
  createIntrospector,
  type IntrospectionEvent,
  MAX_ANSWER_BYTES,
} from '../../../src/issuers/introspector.ts'
import {
  MAX_IN_FLIGHT,
  MAX_IN_FLIGHT_OF_STRANGERS,
  MAX_QUEUED,
  MAX_TURN_WAIT_MS,
} from '../../../src/issuers/question-pool.ts'
import { sampleIssuer } from '../decision/sample.ts'
import { fakeClock, settle } from './fake-clock.ts'

const ENDPOINT = 'https://id.example.com/introspect'
const CLIENT: Introspection = {
  endpoint: ENDPOINT,
  clientId: 'the gate',
  clientSecret: 'a:b&c+d é',
  file: 'client.secret',
  clientAuthentication: 'client_secret_basic',
  cacheFor: 60,
}
const asking = (changes: Partial<Introspection> = {}): Issuer =>
  sampleIssuer({ introspection: { ...CLIENT, ...changes } })

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

/** An introspector in front of these answers; `undefined` never comes. */
function open(answer: () => Response | undefined, document?: ServerDocument) {
  const clock = fakeClock()
  const sent: Sent[] = []
  const events: IntrospectionEvent[] = []
  const introspect = createIntrospector({
    clock,
    signal: new AbortController().signal,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init })
      return answer() ?? new Promise<never>(() => {})
    },
    findDocument: () => document,
    activeTokens: createActiveTokens(),
    onIntrospection: (event) => events.push(event),
  })
  return { introspect, clock, sent, events }
}

const active = () => Response.json({ active: true, sub: 'alice' })
const outcomes = (events: readonly IntrospectionEvent[]) => events.map(({ outcome, news }) => `${outcome} ${news}`)

test('the question is a form, and the client says who it is as RFC 6749 §2.3.1 wants it', async () => {
  const { introspect, sent } = open(active)
  await introspect(asking(), 'a+token/=')
  const [{ url, init } = assert.fail()] = sent
  assert.deepEqual([url, init.method, init.redirect], [ENDPOINT, 'POST', 'manual'])
  assert.equal(String(init.body), 'token=a%2Btoken%2F%3D&token_type_hint=access_token')
  const headers = new Headers(init.headers)
  assert.equal(headers.get('accept'), 'application/json')
  const basic = Buffer.from(headers.get('authorization')?.replace('Basic ', '') ?? '', 'base64').toString()
  assert.equal(basic, 'the+gate:a%3Ab%26c%2Bd+%C3%A9')
})

test('client_secret_post: in the form, and not in a header as well', async () => {
  const { introspect, sent } = open(active)
  await introspect(asking({ clientAuthentication: 'client_secret_post' }), 'token')
  const form = new URLSearchParams(String(sent[0]?.init.body))
  assert.deepEqual([form.get('client_id'), form.get('client_secret')], ['the gate', 'a:b&c+d é'])
  assert.equal(new Headers(sent[0]?.init.headers).get('authorization'), null)
})

test('active: the claims without active, for as long as cacheFor since the question', async () => {
  const held = Promise.withResolvers<void>()
  const { introspect, clock, events } = open(active)
  const answer = introspect(asking(), 'token')
  held.resolve()
  const introspected = await answer
  assert.ok(introspected.kind === 'active')
  assert.deepEqual(introspected.claims, { sub: 'alice' })
  await clock.advance(59_999)
  assert.equal(introspected.validity.live, true)
  await clock.advance(1)
  assert.equal(introspected.validity.live, false)
  assert.deepEqual(outcomes(events), ['active false'])
})

test('the time of the question counts: a slow answer is relied on for less', async () => {
  const held = Promise.withResolvers<Response>()
  const clock = fakeClock()
  const introspect = createIntrospector({
    ...{ clock, signal: new AbortController().signal, findDocument: () => undefined, onIntrospection: () => {} },
    activeTokens: createActiveTokens(),
    fetch: () => held.promise,
  })
  const answer = introspect(asking({ cacheFor: 10 }), 'token')
  await clock.advance(4_000)
  held.resolve(active())
  const introspected = await answer
  assert.ok(introspected.kind === 'active')
  await clock.advance(6_000)
  assert.equal(introspected.validity.live, false)
})

test('cacheFor 0s: every request asks', async () => {
  const { introspect } = open(active)
  const introspected = await introspect(asking({ cacheFor: 0 }), 'token')
  assert.ok(introspected.kind === 'active' && !introspected.validity.live)
})

test('active: null is not active', async () => {
  const { introspect } = open(() => Response.json({ active: null }))
  assert.deepEqual(await introspect(asking(), 'token'), { kind: 'inactive' })
})

test('not active', async () => {
  const { introspect, events } = open(() => Response.json({ active: false, sub: 'alice' }))
  assert.deepEqual(await introspect(asking(), 'token'), { kind: 'inactive' })
  assert.deepEqual(outcomes(events), ['inactive false'])
})

const FAULTS: readonly (readonly [what: string, answer: () => Response, reason: RegExp])[] = [
  ['500', () => new Response('{}', { status: 500 }), /status 500/],
  ['401: the secret is wrong', () => Response.json({ active: true }, { status: 401 }), /status 401/],
  ['201', () => Response.json({ active: true }, { status: 201 }), /status 201/],
  ['a redirect', () => Response.redirect('https://evil.example.com/', 307), /redirects are not followed/],
  ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), /HTML page/],
  ['no JSON', () => new Response('active'), /not JSON/],
  ['a list', () => Response.json([{ active: true }]), /not an object/],
  ['active as a text', () => Response.json({ active: 'true' }), /no member active that is true or false/],
  ['active as a number', () => Response.json({ active: 1 }), /no member active that is true or false/],
  ['no active', () => Response.json({ sub: 'alice' }), /no member active that is true or false/],
  [
    'nested so deep that nothing could write it again',
    () => new Response(`{"active":true,"x":${'['.repeat(15_000)}${']'.repeat(15_000)}}`),
    /nested too deep/,
  ],
  ['too much', () => Response.json({ active: true, x: 'x'.repeat(MAX_ANSWER_BYTES) }), /larger than 32 KiB/],
]

for (const [what, answer, reason] of FAULTS) {
  test(`unavailable: ${what}`, async () => {
    const { introspect, events } = open(answer)
    assert.deepEqual(await introspect(asking(), 'token'), { kind: 'unavailable' })
    const [event] = events
    assert.ok(event?.outcome === 'failure')
    assert.match(event.reason, reason)
    assert.doesNotMatch(event.reason, /token=|a:b|alice/)
  })
}

test('unavailable: no answer within the time', async () => {
  const { introspect, clock } = open(() => undefined)
  const answer = introspect(asking(), 'token')
  await clock.advance(FETCH_TIMEOUT_MS)
  assert.deepEqual(await answer, { kind: 'unavailable' })
})

test('the endpoint of the metadata, unless one is configured', async () => {
  const found = open(active, { introspection_endpoint: 'https://id.example.com/found' })
  await found.introspect(asking({ endpoint: undefined }), 'token')
  await found.introspect(asking(), 'token')
  assert.deepEqual(
    found.sent.map(({ url }) => url),
    ['https://id.example.com/found', ENDPOINT],
  )
  const reasonFor = async (document: ServerDocument | undefined) => {
    const { introspect, events, sent } = open(active, document)
    assert.deepEqual(await introspect(asking({ endpoint: undefined }), 'token'), { kind: 'unavailable' })
    assert.equal(sent.length, 0)
    return events[0]?.outcome === 'failure' ? events[0].reason : ''
  }
  assert.match(await reasonFor(undefined), /never read/)
  assert.match(await reasonFor({}), /names no introspection_endpoint/)
  assert.match(await reasonFor({ introspection_endpoint: 7 }), /names no introspection_endpoint/)
  assert.match(await reasonFor({ introspection_endpoint: 'introspect' }), /names no introspection_endpoint/)
  // A text of it would be a URL.
  assert.match(
    await reasonFor({ introspection_endpoint: ['https://id.example.com/x'] }),
    /names no introspection_endpoint/,
  )
  assert.match(await reasonFor({ introspection_endpoint: 'http://id.example.com/x' }), /plain http to "id.example.com"/)
  assert.match(await reasonFor({ introspection_endpoint: 'file:///etc/passwd' }), /neither https nor http/)
})

test('one question for everybody who has the same token', async () => {
  const { introspect, sent } = open(active)
  const answers = await Promise.all([introspect(asking(), 'a'), introspect(asking(), 'a'), introspect(asking(), 'b')])
  assert.equal(sent.length, 2)
  assert.equal(answers[0], answers[1])
  await introspect(asking(), 'a')
  assert.equal(sent.length, 3, 'nothing is remembered here')
})

test('what waits for an issuer is bounded, and what is past the bound does not count as a failure of the issuer', async () => {
  const { introspect, sent, events, clock } = open(() => undefined)
  const answers = Array.from({ length: MAX_IN_FLIGHT_OF_STRANGERS + MAX_QUEUED }, (_, at) =>
    introspect(asking(), `junk ${at}`),
  )
  assert.deepEqual(await introspect(asking(), 'one more'), { kind: 'crowded' })
  assert.deepEqual(outcomes(events), ['not_asked false'])
  void introspect(asking(), 'junk 0')
  assert.equal(sent.length, MAX_IN_FLIGHT_OF_STRANGERS)
  void introspect({ ...asking(), name: 'other' }, 'one more')
  assert.equal(sent.length, MAX_IN_FLIGHT_OF_STRANGERS + 1, 'another issuer has turns of its own')
  await clock.advance(MAX_TURN_WAIT_MS)
  assert.deepEqual(await answers.at(-1), { kind: 'crowded' })
  await clock.advance(FETCH_TIMEOUT_MS)
  await settle()
  void introspect(asking(), 'after')
  assert.equal(sent.length, MAX_IN_FLIGHT_OF_STRANGERS + 2)
})

test('tokens that were active before are asked about while made-up ones take every other turn', async () => {
  let answer: () => Response | undefined = active
  const { introspect, sent } = open(() => answer())
  const known = Array.from({ length: MAX_IN_FLIGHT - MAX_IN_FLIGHT_OF_STRANGERS }, (_, at) => `alice ${at}`)
  for (const token of known) await introspect(asking(), token)
  answer = () => undefined
  for (let at = 0; at < 200; at++) void introspect(asking(), `junk ${at}`)
  const before = sent.length
  answer = active
  for (const token of known) assert.equal((await introspect(asking(), token)).kind, 'active')
  assert.equal(sent.length, before + known.length)
})

test('a token that was active stays known while its issuer gives no answer', async () => {
  const answers = [active(), new Response(null, { status: 503 })]
  const { introspect, sent } = open(() => answers.shift())
  for (const _ of answers.slice()) await introspect(asking(), 'alice')
  for (let at = 0; at < MAX_IN_FLIGHT_OF_STRANGERS; at++) void introspect(asking(), `junk ${at}`)
  const before = sent.length
  void introspect(asking(), 'alice')
  assert.equal(sent.length, before + 1)
})

test('a token whose issuer calls it inactive is a stranger again', async () => {
  const answers = [active(), Response.json({ active: false })]
  const { introspect, sent } = open(() => answers.shift())
  for (const _ of answers.slice()) await introspect(asking(), 'alice')
  for (let at = 0; at < MAX_IN_FLIGHT_OF_STRANGERS; at++) void introspect(asking(), `junk ${at}`)
  const before = sent.length
  void introspect(asking(), 'alice')
  assert.equal(sent.length, before)
})

test('a question in the queue is asked when one before it has its answer, known tokens first', async () => {
  const held: PromiseWithResolvers<Response>[] = []
  const sent: string[] = []
  const activeTokens = createActiveTokens()
  const clock = fakeClock()
  const introspect = createIntrospector({
    ...{ clock, signal: new AbortController().signal, findDocument: () => undefined, onIntrospection: () => {} },
    activeTokens,
    fetch: (_url, init) => {
      sent.push(new URLSearchParams(String(init?.body)).get('token') ?? '')
      const answer = Promise.withResolvers<Response>()
      held.push(answer)
      return answer.promise
    },
  })
  const alice = introspect(asking(), 'alice')
  held[0]?.resolve(active())
  await alice
  for (let at = 0; at < MAX_IN_FLIGHT_OF_STRANGERS + 1; at++) void introspect(asking(), `junk ${at}`)
  assert.equal(sent.length, 1 + MAX_IN_FLIGHT_OF_STRANGERS)
  const again = introspect(asking(), 'alice')
  assert.equal(sent.at(-1), 'alice')
  held.at(-1)?.resolve(active())
  assert.equal((await again).kind, 'active')
  assert.equal(sent.length, 2 + MAX_IN_FLIGHT_OF_STRANGERS, 'her turn is not given to junk')
  held[1]?.resolve(Response.json({ active: false }))
  await settle()
  assert.equal(sent.at(-1), `junk ${MAX_IN_FLIGHT_OF_STRANGERS}`)
  assert.deepEqual(
    clock.pending().filter((delay) => delay === MAX_TURN_WAIT_MS),
    [],
  )
})

test('an issuer that does not introspect is never asked', async () => {
  const { introspect, sent } = open(active)
  assert.deepEqual(await introspect(sampleIssuer(), 'token'), { kind: 'unavailable' })
  assert.equal(sent.length, 0)
})

test('news are the first failure of a kind, and the first answer after one', async () => {
  const answers = [active(), fail(500), fail(500), fail(503), active(), active()]
  const { introspect, events } = open(() => answers.shift())
  for (let at = 0; at < 6; at++) await introspect(asking(), `token ${at}`)
  assert.deepEqual(outcomes(events), [
    'active false',
    'failure true',
    'failure false',
    'failure true',
    'active true',
    'active false',
  ])
})

function fail(status: number): Response {
  return new Response(null, { status })
}
