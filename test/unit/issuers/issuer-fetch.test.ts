import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { KeySource } from '../../../src/config/model-issuer.ts'
import type { FetchFailure } from '../../../src/issuers/fetch-failure.ts'
import { createIssuerFetch, type KeyedIssuer, remedyOf } from '../../../src/issuers/issuer-fetch.ts'
import { makePrivateCa } from '../../support/fake-issuer-tls.ts'
import { folderFor } from '../../support/folder.ts'
import { missing } from '../../support/missing-part.ts'

async function setUp(t: TestContext, keys: KeySource, issuer = 'https://id.example.com/a') {
  const folder = folderFor(t)
  const bearerTokenFile = join(folder, 'token')
  await writeFile(bearerTokenFile, 'secret\n')
  const sent: (string | null)[] = []
  const plain: typeof fetch = (_input, init) => {
    sent.push(new Headers(init?.headers).get('authorization'))
    return Promise.resolve(new Response('{}'))
  }
  const own = createIssuerFetch({ name: 'main', issuer, keys, maxStale: 60, fetch: { bearerTokenFile } }, plain)
  return { own, sent }
}

const jwksUri = (uri: string): KeySource => ({ kind: 'jwksUri', uri })

for (const [keys, issuer, address, gets] of [
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com/jwks', true],
  [jwksUri('https://k.example.com:443/jwks'), undefined, 'https://K.example.com/other', true],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://id.example.com/a', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com:8443/jwks', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'http://k.example.com/jwks', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com.evil.example/jwks', false],
  [jwksUri('http://k.example.com/jwks'), undefined, 'http://k.example.com/jwks', false],
  [{ kind: 'discoveryUri', uri: 'https://d.example.com/x' }, undefined, 'https://d.example.com/jwks', true],
  [{ kind: 'discoveryUri', uri: 'https://d.example.com/x' }, undefined, 'https://id.example.com/jwks', false],
  [{ kind: 'discovery' }, undefined, 'https://id.example.com/jwks', true],
  [{ kind: 'discovery' }, undefined, 'https://10.0.0.1/jwks', false],
  [{ kind: 'discovery' }, 'urn:example:issuer', 'https://10.0.0.1/jwks', false],
] as const) {
  test(`the bearer token is ${gets ? '' : 'not '}sent to ${address} where ${JSON.stringify(keys)} is configured`, async (t) => {
    const { own, sent } = await setUp(t, keys, issuer)
    await own(address)
    assert.deepEqual(sent, [gets ? 'Bearer secret' : null])
  })
}

const keyed = (fetch: KeyedIssuer['fetch'], keys: KeySource = { kind: 'discovery' }): KeyedIssuer => ({
  name: 'main',
  issuer: 'https://id.example.com/a',
  keys,
  maxStale: 60,
  fetch,
})
const unasked: typeof globalThis.fetch = () => assert.fail('asked without the CA')

test('without caFile and bearerTokenFile the fetch is the given one', () => {
  assert.equal(createIssuerFetch(keyed({}), unasked), unasked)
})

for (const [key, content, is] of [
  ['bearerTokenFile', 'two words', 'holds no bearer token'],
  ['bearerTokenFile', 'secret\nX-Injected: 1', 'holds no bearer token'],
  ['bearerTokenFile', '=secret', 'holds no bearer token'],
  ['bearerTokenFile', '', 'holds no bearer token'],
  ['bearerTokenFile', undefined, 'cannot be read: ENOENT'],
  ['caFile', 'secret', 'holds no certificate in PEM'],
  ['caFile', undefined, 'cannot be read: ENOENT'],
] as const) {
  test(`${key} with ${JSON.stringify(content)} is refused before anything is sent`, async (t) => {
    const file = join(folderFor(t), 'file')
    if (content !== undefined) await writeFile(file, content)
    const own = createIssuerFetch(keyed({ [key]: file }), unasked)
    await assert.rejects(own('https://id.example.com/jwks'), { message: `fetch.${key} "${file}" ${is}` })
  })
}

test('the CA is for https alone: http goes the usual way', async (t) => {
  const caFile = join(folderFor(t), 'ca.crt')
  const own = createIssuerFetch(keyed({ caFile }), () => Promise.resolve(new Response('plain')))
  assert.equal(await (await own('http://id.example.com/jwks')).text(), 'plain')
})

test('a server with the private CA is asked over a connection of its own, until the signal ends', async (t) => {
  const [ca, other] = await Promise.all([makePrivateCa(), makePrivateCa()])
  if (ca === undefined || other === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
  const asked: string[] = []
  const server = createServer(ca.tls, (request, response) => {
    asked.push(`${request.url} ${request.headers.authorization} ${request.headers.connection}`)
    if (request.url === '/never') return
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { 'Set-Cookie': ['a=1', 'b=2'], 'Cache-Control': 'max-age=7' })
    response.end(status === 200 ? 'body' : undefined)
  })
  const { port } = await new Promise<AddressInfo>((done) => {
    server.listen(0, '127.0.0.1', () => done(server.address() as AddressInfo))
  })
  t.after(() => Promise.all([server.closeAllConnections(), server.close(), ca.remove(), other.remove()]))
  const bearerTokenFile = join(folderFor(t), 'token')
  await writeFile(bearerTokenFile, 'secret=\n')
  const origin = `https://127.0.0.1:${port}`
  const own = createIssuerFetch(keyed({ caFile: ca.caFile, bearerTokenFile }, jwksUri(origin)), unasked)

  const answer = await own(`${origin}/200`)
  assert.equal(await answer.text(), 'body')
  assert.equal(answer.headers.get('cache-control'), 'max-age=7')
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1, b=2'])
  for (const status of [204, 304]) assert.equal((await own(`${origin}/${status}`)).body, null)
  assert.deepEqual(
    asked,
    ['/200', '/204', '/304'].map((path) => `${path} Bearer secret= close`),
  )

  const ending = new AbortController()
  const hanging = own(`${origin}/never`, { signal: ending.signal })
  ending.abort()
  await assert.rejects(hanging, { name: 'AbortError' })

  const distrusting = createIssuerFetch(keyed({ caFile: other.caFile }), unasked)
  await assert.rejects(distrusting(`${origin}/200`), { code: /SELF_SIGNED|UNABLE_TO_VERIFY/ })
})

const KEYS_AT_HOME = 'https://id.example.com/jwks'
for (const [fetch, address, failure, remedy] of [
  [{ caFile: 'ca' }, KEYS_AT_HOME, { kind: 'certificate' }, 'only the certificates in fetch.caFile are trusted here'],
  [{ caFile: 'ca' }, KEYS_AT_HOME, { kind: 'timeout' }, undefined],
  [{}, KEYS_AT_HOME, { kind: 'certificate' }, undefined],
  [undefined, KEYS_AT_HOME, { kind: 'certificate' }, undefined],
  [{}, KEYS_AT_HOME, { kind: 'status', status: 500 }, undefined],
  [{}, KEYS_AT_HOME, { kind: 'status', status: 401 }, 'the issuer requires a token: set fetch.bearerTokenFile'],
  [{}, KEYS_AT_HOME, { kind: 'status', status: 403 }, 'the issuer requires a token: set fetch.bearerTokenFile'],
  [
    { bearerTokenFile: 'token' },
    'https://k.example.com/jwks',
    { kind: 'status', status: 401 },
    'the token of fetch.bearerTokenFile is sent to https://id.example.com only: set jwksUri to an address there',
  ],
  [
    { bearerTokenFile: 'token' },
    KEYS_AT_HOME,
    { kind: 'status', status: 401 },
    'it does not accept the token of fetch.bearerTokenFile',
  ],
  [
    { bearerTokenFile: 'token' },
    KEYS_AT_HOME,
    { kind: 'status', status: 403 },
    'it does not allow the holder of fetch.bearerTokenFile to read this',
  ],
] as const) {
  test(`${JSON.stringify(failure)} at ${address} with ${JSON.stringify(fetch)}: ${remedy ?? 'no remedy'}`, () => {
    assert.equal(remedyOf(keyed(fetch), address, { message: '', ...failure } satisfies FetchFailure), remedy)
  })
}
