import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type FakeApiServer, type FakeApiServerOptions, startFakeApiServer } from '../support/fake-api-server.ts'
import { RESOURCE, startTestService } from '../support/service.ts'

async function cluster(t: TestContext, options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const server = await startFakeApiServer(options)
  t.after(() => server.stop())
  return server
}

const startGate = (t: TestContext, entry: string) =>
  startTestService(t, {
    yaml: () => `{ issuers: { cluster: ${entry} }, routes: { api: { resource: "${RESOURCE}" } } }`,
  })

describe('a Kubernetes API server as issuer', () => {
  for (const [how, entry] of [
    ['jwksUri', ({ issuer, jwksUri }: FakeApiServer) => `{ issuer: "${issuer}", jwksUri: "${jwksUri}" }`],
    ['discovery', ({ issuer }: FakeApiServer) => `"${issuer}"`],
  ] as const) {
    it(`answers 406 to Accept: application/json for its keys; they are read all the same, by ${how}`, async (t) => {
      const server = await cluster(t)
      const gate = await startGate(t, entry(server))
      assert.equal((await gate.ask('api', { token: server.mint({ aud: [RESOURCE] }) })).status, 200)
      const elsewhere = await gate.ask('api', { token: server.mint({ aud: ['https://kubernetes.default.svc'] }) })
      assert.deepEqual(elsewhere.headers.get('x-forwardgate-reason'), ['audience_mismatch'])
    })
  }
})
