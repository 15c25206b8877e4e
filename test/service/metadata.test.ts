import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toVerdict, type Verdict } from '../support/ask.ts'
import { PROOF_ALGORITHMS } from '../support/proof-maker.ts'
import { openRaw, requestHead, sendRaw } from '../support/raw-http.ts'
import { startTestService, type TestService } from '../support/service.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

async function get(
  { auth }: TestService,
  target: string,
  { method = 'GET', ...headers }: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const lines = Object.entries({ Host: 'api.example.com', ...headers })
  const connection = await openRaw(auth)
  connection.send(requestHead(`${method} ${target} HTTP/1.1`, lines))
  const response = await connection.read({ head: method === 'HEAD' })
  connection.close()
  return toVerdict(response ?? assert.fail('no answer'))
}

const yaml = (issuer: { readonly issuer: string }) => `
issuers: { main: ${issuer.issuer} }
routes:
  api: { resource: https://api.example.com/mcp, scopes: [mcp:read], metadata: { resource_name: Energy } }
  root: { resource: https://root.example.com }
`

describe('protected-resource metadata (RFC 9728)', () => {
  it('names resource, issuer and scopes, readable by every origin and for five minutes', async (t) => {
    const gate = await startTestService(t, { yaml })
    const { status, headers, json } = await get(gate, `${WELL_KNOWN}/mcp`)
    assert.equal(status, 200)
    assert.deepEqual(json, {
      resource: 'https://api.example.com/mcp',
      authorization_servers: [gate.issuer.issuer],
      scopes_supported: ['mcp:read'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
      resource_name: 'Energy',
    })
    assert.deepEqual(headers.get('content-type'), ['application/json; charset=utf-8'])
    assert.deepEqual(headers.get('access-control-allow-origin'), ['*'])
    assert.deepEqual(headers.get('cache-control'), ['max-age=300'])
    for (const name of ['etag', 'location', 'set-cookie', 'www-authenticate', 'content-encoding']) {
      assert.equal(headers.get(name), undefined)
    }
  })

  it('answers HEAD with the headers of GET, and OPTIONS as a preflight', async (t) => {
    const gate = await startTestService(t, { yaml })
    const head = await get(gate, `${WELL_KNOWN}/mcp`, { method: 'HEAD' })
    const full = await get(gate, `${WELL_KNOWN}/mcp`)
    assert.equal(head.status, 200)
    for (const name of ['content-length', 'content-type', 'cache-control', 'access-control-allow-origin']) {
      assert.deepEqual(head.headers.get(name), full.headers.get(name), name)
    }
    const options = await get(gate, `${WELL_KNOWN}/mcp`, {
      method: 'OPTIONS',
      Origin: 'https://inspector.example.com',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'mcp-protocol-version',
    })
    assert.equal(options.status, 204)
    assert.deepEqual(options.headers.get('access-control-allow-origin'), ['*'])
    assert.deepEqual(options.headers.get('access-control-allow-methods'), ['GET, HEAD, OPTIONS'])
    assert.deepEqual(options.headers.get('access-control-allow-headers'), [
      'MCP-Protocol-Version, Authorization, Content-Type',
    ])
  })

  it('chooses by X-Forwarded-Host where there is exactly one, else by Host; forgives one slash and the default port', async (t) => {
    const gate = await startTestService(t, { yaml })
    const forwarded = { Host: 'gate', 'X-Forwarded-Host': 'api.example.com' }
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp`, forwarded)).status, 200)
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp`, { 'X-Forwarded-Host': 'evil.example.com' })).status, 404)
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp/`)).status, 200)
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp?x=1`)).status, 200)
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp`, { Host: 'API.example.com:443' })).status, 200)
    assert.equal((await get(gate, `${WELL_KNOWN}/mcp`, { Host: 'api.example.com:8443' })).status, 404)
    assert.equal((await get(gate, WELL_KNOWN, { Host: 'root.example.com' })).status, 200)
    assert.equal((await get(gate, WELL_KNOWN)).status, 404)
  })

  it('takes a Host that came with X-Forwarded-Host twice', async (t) => {
    const gate = await startTestService(t, { yaml })
    const lines = [
      ['Host', 'api.example.com'],
      ['X-Forwarded-Host', 'root.example.com'],
      ['X-Forwarded-Host', 'root.example.com'],
    ] as const
    const response = await sendRaw(gate.auth, requestHead(`GET ${WELL_KNOWN}/mcp HTTP/1.1`, lines))
    assert.equal(response.status, 200)
  })

  it('is answered while the issuer is down and never was there', async (t) => {
    const gate = await startTestService(t, { yaml })
    await gate.issuer.stop()
    const late = await startTestService(t, { yaml, issuer: gate.issuer, waitForKeys: false })
    for (const each of [gate, late]) {
      assert.equal((await get(each, `${WELL_KNOWN}/mcp`)).status, 200)
    }
  })

  it('counts by route, the unknown ones together', async (t) => {
    const gate = await startTestService(t, { yaml })
    await get(gate, `${WELL_KNOWN}/mcp`)
    await get(gate, `${WELL_KNOWN}/made-up`)
    await get(gate, `${WELL_KNOWN}/made-up-too`)
    assert.equal(await gate.metric('metadata_requests_total{route="api"}'), 1)
    assert.equal(await gate.metric('metadata_requests_total{route="unmatched"}'), 2)
  })
})

describe('what else clients probe', () => {
  for (const [target, readable] of [
    [`${WELL_KNOWN}/other`, true],
    [`${WELL_KNOWN}/MCP`, true],
    [`${WELL_KNOWN}/%6dcp`, true],
    [`${WELL_KNOWN}x/mcp`, true],
    ['/.well-known/oauth-authorization-server', true],
    ['/.well-known/oauth-authorization-server/mcp', true],
    ['/.well-known/openid-configuration', true],
    ['/.well-known/openid-configuration/mcp', true],
    ['/register', false],
    ['/authorize', false],
    ['/', false],
    ['/mcp', false],
    ['/verifyx', false],
    ['/%', false],
    ['/%ff', false],
    [`/${'a'.repeat(5000)}`, false],
    ['*', false],
  ] as const) {
    it(`404 and JSON: ${target.slice(0, 60)}`, async (t) => {
      const gate = await startTestService(t, { yaml, waitForKeys: false })
      for (const method of ['GET', 'POST', 'OPTIONS', 'PUT']) {
        const { status, headers, body, challenge } = await get(gate, target, { method })
        assert.deepEqual(
          { status, body, challenge },
          { status: 404, body: '{"error":"not_found"}', challenge: undefined },
        )
        assert.deepEqual(headers.get('cache-control'), ['no-store'])
        assert.match(headers.get('content-type')?.[0] ?? '', /^application\/json/)
        assert.deepEqual(headers.get('access-control-allow-origin'), readable ? ['*'] : undefined)
      }
    })
  }

  it('404: a document asked for with another method than GET, HEAD and OPTIONS, whatever its body', async (t) => {
    const gate = await startTestService(t, { yaml })
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'QUERY']) {
      const lines = [
        ['Host', 'api.example.com'],
        ['Content-Type', 'no/such; charset=\u00ff"'],
        ['Content-Length', '2'],
      ] as const
      const response = await sendRaw(gate.auth, `${requestHead(`${method} ${WELL_KNOWN}/mcp HTTP/1.1`, lines)}{}`)
      assert.equal(response.status, 404, method)
      assert.equal(response.body.toString(), '{"error":"not_found"}')
    }
  })
})
