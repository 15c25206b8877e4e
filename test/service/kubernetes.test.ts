import assert from 'node:assert/strict'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type FakeApiServer, type FakeApiServerOptions, startFakeApiServer } from '../support/fake-api-server.ts'
import { makePrivateCa } from '../support/fake-issuer-tls.ts'
import { folderFor } from '../support/folder.ts'
import { missing } from '../support/missing-part.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'

async function cluster(t: TestContext, options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const server = await startFakeApiServer(options)
  t.after(() => server.stop())
  return server
}

const startGate = (t: TestContext, entry: string) =>
  startTestService(t, {
    yaml: () => `{ issuers: { cluster: ${entry} }, routes: { api: { resource: "${RESOURCE}" } } }`,
  })

const statusOf = async (gate: TestService, server: FakeApiServer, aud = RESOURCE) =>
  (await gate.ask('api', { token: server.mint({ aud: [aud] }) })).status

describe('a Kubernetes API server as issuer', () => {
  for (const [how, entry] of [
    ['jwksUri', ({ issuer, jwksUri }: FakeApiServer) => `{ issuer: "${issuer}", jwksUri: "${jwksUri}" }`],
    ['discovery', ({ issuer }: FakeApiServer) => `"${issuer}"`],
  ] as const) {
    it(`answers 406 to Accept: application/json for its keys; they are read all the same, by ${how}`, async (t) => {
      const server = await cluster(t)
      const gate = await startGate(t, entry(server))
      assert.equal(await statusOf(gate, server), 200)
      assert.equal(await statusOf(gate, server, 'https://kubernetes.default.svc'), 401)
    })
  }
})

/** An API server with a private CA that wants a token, and the files that a pod has for both. */
async function guardedCluster(t: TestContext) {
  const cas = await Promise.all([makePrivateCa(), makePrivateCa()])
  const [ca, next] = cas
  for (const each of cas) t.after(() => each?.remove())
  if (ca === undefined || next === undefined) return undefined
  const folder = folderFor(t)
  const files = { ca: join(folder, 'ca.crt'), token: join(folder, 'token') }
  /** As the kubelet does: the file is there whole, at any time. */
  const put = async (file: string, text: string) => {
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
  }
  await put(files.ca, await readFile(ca.caFile, 'utf8'))
  await put(files.token, 'first-token\n')
  const server = await cluster(t, { tls: ca.tls, bearerTokens: ['first-token'] })
  const fetch = `fetch: { caFile: "${files.ca}", bearerTokenFile: "${files.token}" }`
  return { server, files, put, next, fetch, fetchCaOnly: `fetch: { caFile: "${files.ca}" }` }
}

describe('an API server with a private CA that wants a token', () => {
  for (const how of ['jwksUri', 'discoveryUri', 'discovery'] as const) {
    it(`is asked with fetch.caFile and fetch.bearerTokenFile, by ${how}`, async (t) => {
      const pod = await guardedCluster(t)
      if (pod === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
      const { server, fetch } = pod
      const source = {
        jwksUri: `jwksUri: "${server.jwksUri}", `,
        discoveryUri: `discoveryUri: "${server.origin}/.well-known/openid-configuration", `,
        discovery: '',
      }
      const gate = await startGate(t, `{ issuer: "${server.issuer}", ${source[how]}${fetch} }`)
      assert.equal(await statusOf(gate, server), 200)
      assert.equal(await statusOf(gate, server, 'https://kubernetes.default.svc'), 401)
      assert.ok(server.calls.every(({ authorization }) => authorization === 'Bearer first-token'))
    })
  }

  it('rotates token, CA and keys; no request is refused', async (t) => {
    const pod = await guardedCluster(t)
    if (pod === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
    const { server, files, put, next, fetch } = pod
    const gate = await startGate(t, `{ issuer: "${server.issuer}", jwksUri: "${server.jwksUri}", ${fetch} }`)
    const old = server.mint({ aud: [RESOURCE] })
    assert.equal((await gate.ask('api', { token: old })).status, 200)
    await put(files.token, 'second-token')
    await put(files.ca, (await readFile(files.ca, 'utf8')) + (await readFile(next.caFile, 'utf8')))
    server.setBearerTokens(['second-token'])
    server.useCertificate(next.tls)
    await server.rotateKeys()
    assert.equal(await statusOf(gate, server), 200, 'the new kid causes a fetch, with the new token and the new CA')
    assert.equal((await gate.ask('api', { token: old })).status, 200)
    assert.equal(server.calls.at(-1)?.authorization, 'Bearer second-token')
    assert.equal(gate.lines().filter(({ msg }) => msg === 'configuration loaded').length, 1, 'nothing was reloaded')
  })

  for (const [what, entry, why] of [
    ['no CA', () => '', /certificate not trusted \(\w+\)\. For a private CA, set fetch\.caFile/],
    [
      'no token',
      ({ fetchCaOnly }) => fetchCaOnly,
      /status 401; the issuer requires a token: set fetch\.bearerTokenFile/,
    ],
    [
      'a token file that is missing',
      ({ fetch }) => fetch.replace('/token"', '/nowhere"'),
      /fetch\.bearerTokenFile ".*nowhere" cannot be read: ENOENT/,
    ],
    [
      'a CA file that is missing',
      ({ fetch }) => fetch.replace('ca.crt', 'nowhere'),
      /fetch\.caFile ".*nowhere" cannot be read: ENOENT/,
    ],
    [
      'a CA file without a certificate',
      ({ fetch, files }) => fetch.replace(files.ca, files.token),
      /fetch\.caFile ".*" holds no certificate in PEM/,
    ],
    [
      'a token file without a token',
      ({ fetch, files }) => fetch.replace(files.token, files.ca),
      /fetch\.bearerTokenFile ".*" holds no bearer token/,
    ],
  ] as const satisfies readonly (readonly [
    string,
    (pod: NonNullable<Awaited<ReturnType<typeof guardedCluster>>>) => string,
    RegExp,
  ])[]) {
    it(`says what to write: ${what}`, async (t) => {
      const pod = await guardedCluster(t)
      if (pod === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
      const { server } = pod
      const gate = await startGate(t, `{ issuer: "${server.issuer}", jwksUri: "${server.jwksUri}", ${entry(pod)} }`)
      const failed = () => gate.lines().find(({ msg }) => msg === 'key refresh failed')
      await until('the failure is logged', () => failed() !== undefined)
      assert.match(String(failed()?.['reason']), why)
      assert.doesNotMatch(JSON.stringify(gate.lines()), /first-token/)
      assert.equal(await statusOf(gate, server), 503)
    })
  }

  it('never sends the token to an origin that only a document names, and says to set jwksUri', async (t) => {
    const pod = await guardedCluster(t)
    if (pod === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
    const { server, fetch } = pod
    const node = server.jwksUri.replace('localhost', '127.0.0.1')
    server.names({ jwks_uri: node })
    const gate = await startGate(t, `{ issuer: "${server.issuer}", ${fetch} }`)
    const failed = () => gate.lines().find(({ msg }) => msg === 'key refresh failed')
    await until('the failure is logged', () => failed() !== undefined)
    assert.match(
      String(failed()?.['reason']),
      /status 401; the token of fetch\.bearerTokenFile is sent to https:\/\/localhost:\d+ only: set jwksUri/,
    )
    const [key] = server.calls.filter(({ path }) => path === '/openid/v1/jwks')
    assert.equal(key?.authorization, undefined)
  })
})
