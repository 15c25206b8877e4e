import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { startTestService, until } from '../support/service.ts'

const RESOURCE = 'https://api.example.com/mcp/kubernetes'
const robot = { id: 'robot', secret: 'a-secret-of-a-test' }

describe('the three-line configuration against a real issuer (oidc-provider)', () => {
  for (const path of ['', '/application/o/mcp/'] as const) {
    for (const algorithm of ['RS256', 'ES256'] as const) {
      it(`protects a route: issuer path "${path}", ${algorithm}`, async (t) => {
        const resources = [
          { resource: RESOURCE, scopes: ['mcp:read', 'mcp:write'], algorithm },
          { resource: 'https://api.example.com/other', scopes: ['mcp:read'], algorithm },
        ]
        const issuer = await startIssuer({ path, resources, robots: [robot] })
        t.after(() => issuer.stop())
        const unused = await startFakeIssuer({ algorithms: ['ES256'] })
        t.after(() => unused.stop())
        const gate = await startTestService(t, {
          issuer: unused,
          yaml: () => `issuers: { main: ${issuer.url} }
routes:
  kubernetes: { resource: ${RESOURCE}, scopes: [mcp:read] }
`,
        })
        const uri = '/mcp/kubernetes/tools'

        const first = await gate.ask('kubernetes', { uri })
        assert.equal(first.status, 401)
        assert.equal(
          first.challenge,
          'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp/kubernetes", scope="mcp:read"',
        )
        const token = await issuer.token(robot, RESOURCE, ['mcp:read'])
        const allowed = await gate.ask('kubernetes', { uri, token })
        assert.equal(allowed.status, 200)
        assert.deepEqual(allowed.headers.get('x-auth-client'), ['robot'])
        assert.deepEqual(allowed.headers.get('x-auth-scopes'), ['mcp:read'])
        const lacking = await gate.ask('kubernetes', { uri, token: await issuer.token(robot, RESOURCE, ['mcp:write']) })
        assert.deepEqual(lacking.headers.get('x-forwardgate-reason'), ['scope_insufficient'])
        const foreign = await issuer.token(robot, 'https://api.example.com/other', ['mcp:read'])
        assert.deepEqual((await gate.ask('kubernetes', { uri, token: foreign })).headers.get('x-forwardgate-reason'), [
          'audience_mismatch',
        ])

        const another = await issuer.token(robot, RESOURCE, ['mcp:read'])
        await issuer.stop()
        assert.equal((await gate.ask('kubernetes', { uri, token })).status, 200)
        assert.equal((await gate.ask('kubernetes', { uri, token: another })).status, 200)
        assert.equal(unused.hits(), 0)
      })
    }
  }

  it('is 503 while the issuer is not there yet, and 200 by itself when it comes', async (t) => {
    const issuer = await startIssuer({ resources: [{ resource: RESOURCE, scopes: ['mcp:read'] }], robots: [robot] })
    t.after(() => issuer.stop())
    const token = await issuer.token(robot, RESOURCE, ['mcp:read'])
    await issuer.stop()
    const yaml = () => `issuers: { main: ${issuer.url} }
routes: { kubernetes: { resource: ${RESOURCE}, scopes: [mcp:read] } }
`
    const gate = await startTestService(t, { yaml })
    const early = await gate.ask('kubernetes', { token })
    assert.deepEqual([early.status, early.headers.get('retry-after'), early.challenge], [503, ['5'], undefined])
    await issuer.start()
    await until('the issuer is found', async () => (await gate.ask('kubernetes', { token })).status === 200)
  })
})
