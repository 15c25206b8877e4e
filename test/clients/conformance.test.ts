import assert from 'node:assert/strict'
import { createServer, request as httpRequest } from 'node:http'
import { type TestContext, test } from 'node:test'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { openProxy } from '../../lab/open-proxy.ts'
import { missing } from '../support/missing-part.ts'
import { startTestService } from '../support/service.ts'
import { startConformanceServer } from './conformance-server.ts'
import { installConformanceSuite, runConformanceSuite } from './conformance-suite.ts'

const RESOURCE = 'https://api.example.com'
const HEADERS = ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes']

/** Passes every request on as it came, with this token: the suite sends none. */
async function openTokenRelay(t: TestContext, origin: string, token: string): Promise<string> {
  const { hostname, port: target } = new URL(origin)
  const server = createServer((request, response) => {
    const { method, url: path, rawHeaders } = request
    const headers = [...rawHeaders, 'Authorization', `Bearer ${token}`]
    const onward = httpRequest({ hostname, port: target, method, path, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return `http://127.0.0.1:${port}`
}

test('the official conformance suite ends alike with and without the gate, also on a route with mcp', async (t) => {
  const suite = await installConformanceSuite()
  if (suite === undefined) return t.skip(missing('the conformance suite', 'MCP servers are not compared'))
  const server = await startConformanceServer()
  t.after(server.stop)
  const gate = await startTestService(t, {
    env: { FORWARDGATE_DECISION_LOG: 'all' },
    yaml: ({ issuer }) => `
issuers: { main: ${issuer} }
defaults: { audience: ["${RESOURCE}"], scopes: [mcp:read] }
routes:
  plain: { resource: ${RESOURCE}/plain }
  tools: { resource: ${RESOURCE}/tools, mcp: { tools: { "test_*": allow }, default: [mcp:read] } }
`,
  })
  const proxy = await openProxy(process.env['TRAEFIK_BIN'] ? 'traefik' : 'builtin')
  t.after(proxy.stop)
  const routes = [
    { path: '/plain', verify: '/verify/plain' },
    { path: '/tools', verify: '/verify/tools', maxBodySize: 4_194_304 },
  ]
  await proxy.connect({ verifier: gate.auth, upstream: server.origin, routes, identityHeaders: HEADERS })
  const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })

  const alone = await runConformanceSuite(suite, `${await openTokenRelay(t, server.origin, token)}/plain`)
  assert.ok(alone.length > 40 && alone.filter((line) => / 0 failed/.test(line)).length > 20, alone.join('\n'))
  const guarded = await openTokenRelay(t, proxy.origin, token)
  for (const path of ['/plain', '/tools']) {
    await t.test(`${proxy.name} | ${path}`, async () => {
      assert.deepEqual(await runConformanceSuite(suite, guarded + path), alone)
      const decided = gate.decisions().filter(({ route }) => `/${route}` === path)
      assert.ok(decided.length > 50, `${decided.length} calls were judged`)
    })
  }
})
