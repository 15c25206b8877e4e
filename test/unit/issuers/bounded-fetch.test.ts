import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { fetchJson, MAX_BODY_BYTES } from '../../../src/issuers/bounded-fetch.ts'
import { systemClock } from '../../../src/issuers/clock.ts'
import { type FakeIssuer, type FakeIssuerOptions, startFakeIssuer } from '../../support/fake-issuer.ts'
import { fakeClock } from './fake-clock.ts'

const open = new AbortController().signal
const ports = { fetch, clock: systemClock, signal: open }

async function issuerFor(t: TestContext, options: FakeIssuerOptions = {}): Promise<FakeIssuer> {
  const issuer = await startFakeIssuer({ algorithms: ['EdDSA'], ...options })
  t.after(() => issuer.stop())
  return issuer
}

async function failureOf(url: string, given: Parameters<typeof fetchJson>[1] = ports) {
  const answer = await fetchJson(url, given)
  assert.equal(answer.ok, false)
  assert.ok(!answer.ok)
  return answer.failure
}

const replying = (
  body: ConstructorParameters<typeof Response>[0],
  headers: Record<string, string> = {},
  status = 200,
) => ({
  ...ports,
  fetch: () => Promise.resolve(new Response(body, { status, headers })),
})

test('a JSON object comes back parsed, with the max-age of the answer', async (t) => {
  const issuer = await issuerFor(t, { cacheControl: 'public, max-age=300' })
  const answer = await fetchJson(issuer.jwksUri, ports)
  assert.ok(answer.ok)
  assert.deepEqual(answer.document, { keys: issuer.keys.map((key) => key.jwk) })
  assert.equal(answer.maxAge, 300)
})

for (const [header, expected] of [
  ['max-age=60', 60],
  ['MAX-AGE="60", public', 60],
  ['public,max-age=0', 0],
  ['s-maxage=60', undefined],
  ['x-max-age=60', undefined],
  ['max-age=soon', undefined],
  ['max-age=-1', undefined],
  ['max-age=99999999999', undefined],
  ['no-store', undefined],
] as const) {
  test(`Cache-Control "${header}" gives a max-age of ${expected}`, async () => {
    const answer = await fetchJson('https://id.example.com/', replying('{}', { 'cache-control': header }))
    assert.ok(answer.ok)
    assert.equal(answer.maxAge, expected)
  })
}

test('without a form the document is got, with one it is posted; the request ends with its answer', async () => {
  const owner = new AbortController()
  const sent: RequestInit[] = []
  const spy: typeof fetch = (_input, init = {}) => {
    sent.push(init)
    return Promise.resolve(new Response('{}'))
  }
  const deps = { ...ports, signal: owner.signal, fetch: spy }
  const form = new URLSearchParams({ token: 'opaque' })
  await fetchJson('https://id.example.com/', deps)
  await fetchJson('https://id.example.com/', deps, { body: form, headers: {}, largest: MAX_BODY_BYTES })
  assert.deepEqual(
    sent.map(({ method, body }) => [method, body]),
    [
      [undefined, undefined],
      ['POST', form],
    ],
  )
  // Frees the socket of an answer that was not read to its end.
  assert.deepEqual(
    sent.map(({ signal }) => signal?.aborted),
    [true, true],
  )
  assert.equal(getEventListeners(owner.signal, 'abort').length, 0)
})

test('an answer without a body is not JSON; 300 is a redirect, 400 is not', async () => {
  const kinds = [replying(null), replying('', {}, 300), replying('', {}, 399), replying('', {}, 400)].map((deps) =>
    failureOf('https://id.example.com/', deps).then(({ kind }) => kind),
  )
  assert.deepEqual(await Promise.all(kinds), ['not_json', 'redirect', 'redirect', 'status'])
})

test('unreachable: the innermost of five causes is named, if its code is a text', async () => {
  const nested = (depth: number, code: unknown): Error =>
    Object.assign(new Error(`depth ${depth}`), depth === 1 ? { code } : { cause: nested(depth - 1, code) })
  const messageOf = async (error: Error) =>
    (await failureOf('https://id.example.com/', { ...ports, fetch: () => Promise.reject(error) })).message
  assert.equal(await messageOf(nested(5, 'EOTHER')), 'https://id.example.com/: EOTHER')
  assert.equal(await messageOf(nested(6, 'EOTHER')), 'https://id.example.com/: depth 6')
  assert.equal(await messageOf(nested(1, 42)), 'https://id.example.com/: depth 1')
})

test('redirect: to the metadata service of a cloud is reported and never followed', async (t) => {
  const issuer = await issuerFor(t)
  const asked: string[] = []
  const spy: typeof fetch = (input, init) => {
    asked.push(String(input))
    return fetch(input, init)
  }
  issuer.redirect('http://169.254.169.254/latest/meta-data/?secret=1')
  const failure = await failureOf(issuer.jwksUri, { ...ports, fetch: spy })
  assert.equal(failure.kind, 'redirect')
  assert.match(
    failure.message,
    /status 302 to http:\/\/169\.254\.169\.254\/latest\/meta-data\/; redirects are not followed/,
  )
  assert.doesNotMatch(failure.message, /secret/)
  assert.deepEqual(asked, [issuer.jwksUri])
})

for (const [location, reported] of [
  ['http://id.example.com/jwks', 'http://id.example.com/jwks'],
  ['/jwks/', 'https://id.example.com/jwks/'],
  ['jwks.json?token=secret#secret', 'https://id.example.com/jwks.json'],
  ['https://user:secret@id.example.com:8443/jwks', 'https://id.example.com:8443/jwks'],
  ['//sso.example.com/login', 'https://sso.example.com/login'],
  ['data:application/json,secret', 'data:'],
  ['http://', 'nowhere'],
  [undefined, 'nowhere'],
] as const) {
  test(`redirect: the message says what of the target differs: ${location}`, async () => {
    const headers: Record<string, string> = location === undefined ? {} : { location }
    const { message } = await failureOf('https://id.example.com/jwks', replying(null, headers, 301))
    assert.equal(message, `https://id.example.com/jwks: status 301 to ${reported}; redirects are not followed`)
  })
}

test('redirect: a target of any length and any characters makes one short line', async () => {
  const headers = { location: `https://id.example.com/${'a"\\\u00e9'.repeat(5_000)}` }
  const { message } = await failureOf('https://id.example.com/jwks', replying(null, headers, 302))
  assert.ok(message.length < 350)
  assert.match(message, /^[\x20-\x7e…]*$/)
})

test('redirect: to the same origin is not followed either', async (t) => {
  const issuer = await issuerFor(t)
  issuer.redirect(`${issuer.origin}/elsewhere`)
  assert.equal((await failureOf(issuer.jwksUri)).kind, 'redirect')
  assert.equal(issuer.hits('/elsewhere'), 0)
})

test('timeout: an answer that never comes ends after 5 s', async (t) => {
  const issuer = await issuerFor(t)
  issuer.hang()
  const clock = fakeClock()
  const failure = failureOf(issuer.jwksUri, { ...ports, clock })
  await until(() => issuer.keyHits() === 1)
  await clock.advance(4_999)
  assert.equal(clock.pending().length, 1)
  await clock.advance(1)
  assert.equal((await failure).kind, 'timeout')
})

test('timeout: a body that trickles on counts against the same 5 s', async (t) => {
  const issuer = await issuerFor(t)
  issuer.trickle()
  const clock = fakeClock()
  let bytes = 0
  const spy: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const counted = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength
          controller.enqueue(chunk)
        },
      }),
    )
    return new Response(counted ?? null)
  }
  const failure = failureOf(issuer.jwksUri, { ...ports, fetch: spy, clock })
  await until(() => bytes > 12)
  await clock.advance(5_000)
  const { kind, message } = await failure
  assert.equal(kind, 'timeout')
  assert.match(message, /no complete answer within 5 s/)
})

test('timeout: holds for a transport that ignores the abort', async () => {
  const clock = fakeClock()
  const failure = failureOf('https://id.example.com/', { ...ports, clock, fetch: () => new Promise(() => {}) })
  await clock.advance(5_000)
  assert.equal((await failure).kind, 'timeout')
})

test('timeout: nothing stays scheduled after an answer', async (t) => {
  const issuer = await issuerFor(t)
  const clock = fakeClock()
  await fetchJson(issuer.jwksUri, { ...ports, clock })
  assert.deepEqual(clock.pending(), [])
})

test('closed: a request ends with its owner', async (t) => {
  const issuer = await issuerFor(t)
  issuer.hang()
  const closing = new AbortController()
  const failure = failureOf(issuer.jwksUri, { ...ports, signal: closing.signal })
  await until(() => issuer.keyHits() === 1)
  closing.abort()
  assert.equal((await failure).kind, 'closed')
  assert.equal((await failureOf(issuer.jwksUri, { ...ports, signal: closing.signal })).kind, 'closed')
  assert.equal(issuer.keyHits(), 1)
})

test('too_large: 50 MB are refused after the first 512 KiB', async (t) => {
  const issuer = await issuerFor(t)
  issuer.oversize()
  const failure = await failureOf(issuer.jwksUri)
  assert.equal(failure.kind, 'too_large')
  assert.match(failure.message, /larger than 512 KiB/)
})

test('too_large: a body without end is read to the cap and no further', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 64 * 1024
      controller.enqueue(new Uint8Array(64 * 1024).fill(32))
    },
  })
  assert.equal(
    (await failureOf('https://id.example.com/', replying(endless, { 'content-length': '2' }))).kind,
    'too_large',
  )
  assert.ok(pulled <= MAX_BODY_BYTES + 3 * 64 * 1024, `${pulled} bytes were read`)
})

test('too_large: counts what comes out of a compressed answer', async (t) => {
  const { createServer } = await import('node:http')
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '))
  assert.ok(bomb.length < MAX_BODY_BYTES)
  const server = createServer((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  assert.equal((await failureOf(`http://127.0.0.1:${address.port}/`)).kind, 'too_large')
})

test('a document of exactly the cap is read, one byte more is not', async () => {
  const sized = (size: number) => replying(`{"a":"${'x'.repeat(size - 8)}"}`)
  assert.equal((await fetchJson('https://id.example.com/', sized(MAX_BODY_BYTES))).ok, true)
  assert.equal((await failureOf('https://id.example.com/', sized(MAX_BODY_BYTES + 1))).kind, 'too_large')
})

test('a Content-Length that lies downwards gives no document', async (t) => {
  const issuer = await issuerFor(t)
  issuer.oversize(50 * 1024 * 1024, { declared: 100 })
  assert.equal((await failureOf(issuer.jwksUri)).kind, 'not_json')
})

for (const status of [201, 204, 400, 401, 403, 404, 429, 500, 503]) {
  test(`status: ${status} is a failure that names it`, async (t) => {
    const issuer = await issuerFor(t)
    issuer.fail(status)
    const failure = await failureOf(issuer.jwksUri)
    assert.equal(failure.kind, 'status')
    assert.match(failure.message, new RegExp(`: status ${status}$`))
  })
}

for (const [type, body] of [
  ['text/html', 'Not found'],
  ['application/json', ' <!doctype html>'],
] as const) {
  test(`html: ${body} as ${type} is called that`, async () => {
    const fetch = async () => new Response(body, { headers: { 'content-type': type } })
    assert.equal((await failureOf('https://id.example.com/', { ...ports, fetch })).kind, 'html')
  })
}

test('html: a login page instead of JSON is called that', async (t) => {
  const issuer = await issuerFor(t)
  issuer.html()
  const failure = await failureOf(issuer.jwksUri)
  assert.equal(failure.kind, 'html')
  assert.match(failure.message, /an HTML page instead of JSON/)
})

for (const [what, body] of [
  ['an empty body', ''],
  ['half a document', '{"keys":['],
  ['an array', '[]'],
  ['null', 'null'],
  ['a string', '"keys"'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('{"keys":[]}', 'utf16le')],
  ['two byte order marks', '\uFEFF\uFEFF{}'],
] as const) {
  test(`not_json: ${what}`, async () => {
    assert.equal((await failureOf('https://id.example.com/', replying(body))).kind, 'not_json')
  })
}

test('a byte order mark before the document changes nothing', async () => {
  const answer = await fetchJson('https://id.example.com/', replying('\uFEFF{"keys":[]}'))
  assert.ok(answer.ok)
  assert.deepEqual(answer.document, { keys: [] })
})

for (const url of ['file:///etc/passwd', 'data:application/json,{}', 'ftp://id.example.com/', 'nonsense', '/jwks']) {
  test(`url_refused: ${url} is never asked for`, async () => {
    const fetch = () => assert.fail('asked')
    assert.equal((await failureOf(url, { ...ports, fetch })).kind, 'url_refused')
  })
}

for (const userInfo of ['user:hunter2', 'hunter2', ':hunter2']) {
  test(`url_refused: "${userInfo}@" in a URL, without showing it`, async () => {
    const fetch = () => assert.fail('asked')
    const failure = await failureOf(`https://${userInfo}@id.example.com/jwks`, { ...ports, fetch })
    assert.equal(failure.kind, 'url_refused')
    assert.doesNotMatch(failure.message, /hunter2/)
  })
}

test('unreachable: connection refused, and the query of the URL is not shown', async (t) => {
  const issuer = await issuerFor(t)
  await issuer.stop()
  const failure = await failureOf(`${issuer.jwksUri}?token=hunter2`)
  assert.equal(failure.kind, 'unreachable')
  assert.match(failure.message, /\/jwks: connection refused$/)
})

for (const [code, kind, text] of [
  ['ENOTFOUND', 'unreachable', /host name not found/],
  ['EAI_AGAIN', 'unreachable', /lookup failed/],
  ['ECONNRESET', 'unreachable', /connection reset/],
  ['UND_ERR_SOCKET', 'unreachable', /the connection broke/],
  ['EHOSTUNREACH', 'unreachable', /no route to host/],
  ['ENETUNREACH', 'unreachable', /network unreachable/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable', /does not speak TLS/],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'unreachable', /does not speak TLS/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['CERT_UNTRUSTED', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate', /NODE_EXTRA_CA_CERTS/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', /another host name than id\.example\.com/],
  ['CERT_HAS_EXPIRED', 'certificate', /has expired/],
  ['CERT_NOT_YET_VALID', 'certificate', /not valid yet/],
  ['ESOMETHINGNEW', 'unreachable', /ESOMETHINGNEW/],
] as const) {
  test(`${kind}: ${code} below "fetch failed" is reported`, async () => {
    const cause = new Error('inner', { cause: Object.assign(new Error('innermost'), { code }) })
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    const failure = await failureOf('https://id.example.com/', { ...ports, fetch })
    assert.equal(failure.kind, kind)
    assert.match(failure.message, text)
  })
}

for (const [thrown, said] of [
  [new Error('odd'), 'odd'],
  ['a string', 'failed'],
  [undefined, 'failed'],
  [selfCaused(), 'turning in circles'],
] as const) {
  test(`unreachable: whatever is thrown (${String(thrown)})`, async () => {
    const fetch = () => {
      throw thrown
    }
    const failure = await failureOf('https://id.example.com/', { ...ports, fetch })
    assert.deepEqual(failure, { kind: 'unreachable', message: `https://id.example.com/: ${said}` })
  })
}

function selfCaused(): Error {
  const error = new Error('turning in circles')
  error.cause = error
  return error
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
