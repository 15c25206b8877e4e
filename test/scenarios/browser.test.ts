import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { missing } from '../support/missing-part.ts'
import { openChromium } from './support/chromium.ts'
import { openInspector } from './support/inspector.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { generated, startSystem } from './support/system.ts'

const CONFIGURATION = `
issuers: { main: https://id.example.com }
routes:
  mcp:
    resource: https://api.example.com/mcp
    scopes: [mcp:read]
    origins: [https://inspector.example.com]
`

/** A system whose CORS admits one origin; its issuer knows the app of that origin. */
async function start(t: TestContext, origin: string) {
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(() => server.stop())
  const system = await startSystem(t, await generated(CONFIGURATION), async (gate) => {
    const issuer = await startIssuer({
      resources: [{ resource: `${gate}/mcp`, scopes: ['mcp:read'] }],
      apps: [{ id: 'inspector', redirectUris: [`${origin}/oauth/callback`] }],
      shape: { configure: (usual) => ({ ...usual, clientBasedCORS: () => true }) },
    })
    t.after(() => issuer.stop())
    return {
      urls: {
        'https://api.example.com': gate,
        'https://id.example.com': issuer.url,
        'https://inspector.example.com': origin,
      },
      services: { mcp: server.origin },
    }
  })
  return { system, server, mcp: `${system.origin}/mcp` }
}

/** An empty page on an origin of its own. */
async function startPage(t: TestContext): Promise<string> {
  const server = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<p>a page</p>'),
  )
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return `http://127.0.0.1:${port}`
}

test('browser: a page of another origin reads challenge and metadata as an MCP client does', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const [listed, stranger] = [await startPage(t), await startPage(t)]
  const { mcp, server } = await start(t, listed)
  const page = await browser.newPage()

  await t.test('chromium | from the listed origin', async () => {
    await page.goto(listed)
    const seen = await page.evaluate(async (url: string) => {
      const headers = {
        ...{ 'Content-Type': 'application/json', 'MCP-Protocol-Version': '2026-07-28' },
        ...{ 'Mcp-Method': 'tools/call', 'Mcp-Name': 'status', 'Mcp-Param-Region': 'eu' },
      }
      const first = await fetch(url, { method: 'POST', headers, body: '{}' })
      const challenge = first.headers.get('WWW-Authenticate') ?? ''
      const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
      const answer = await fetch(metadataUrl, { headers: { 'MCP-Protocol-Version': '2025-11-25' } })
      const metadata = (await answer.json()) as { readonly resource: string }
      const bad = await fetch(url, {
        method: 'POST',
        headers: { ...headers, Authorization: 'Bearer x.y.z' },
        body: '{}',
      })
      return {
        status: first.status,
        resource: metadata.resource,
        bad: [
          bad.status,
          bad.headers.get('X-Forwardgate-Reason'),
          bad.headers.get('WWW-Authenticate')?.includes('invalid_token'),
        ],
      }
    }, mcp)
    assert.deepEqual(seen, { status: 401, resource: mcp, bad: [401, 'token_malformed', true] })
  })

  await t.test('chromium | from an origin that is not listed the browser shows the page nothing', async () => {
    await page.goto(stranger)
    const seen = await page.evaluate(
      (url: string) => fetch(url, { method: 'POST', headers: { Authorization: 'Bearer x' } }).then(String, String),
      mcp,
    )
    assert.match(seen, /TypeError: Failed to fetch/)
    assert.equal(server.messages(), 0)
  })
})

test('browser: the MCP Inspector, straight from the browser', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const inspector = await openInspector()
  if (inspector === undefined) return t.skip(missing('the MCP Inspector’s page (npm)', 'its login is not tested'))
  t.after(() => inspector.stop())
  const { mcp, server } = await start(t, inspector.origin)
  const page = await browser.newPage()
  const visited: string[] = []
  page.on('framenavigated', (frame) => visited.push(frame.url()))

  await t.test('inspector 1.x | connects, is sent to the login, comes back, lists the tools', async () => {
    await page.goto(inspector.origin)
    await page.evaluate((url) => {
      localStorage.setItem('lastTransportType', 'streamable-http')
      localStorage.setItem('lastConnectionType', 'direct')
      localStorage.setItem('lastSseUrl', url)
      localStorage.setItem('lastOauthClientId', 'inspector')
    }, mcp)
    await page.goto(inspector.origin)
    await page.locator('::-p-aria([name="Connect"][role="button"])').click()
    await page.locator('::-p-text(List Tools)').setTimeout(20_000).click()
    await page.locator('::-p-text(whoami)').setTimeout(10_000).wait()
    assert.ok(
      visited.some((url) => url.startsWith(`${inspector.origin}/oauth/callback?`)),
      visited.join('\n'),
    )
    assert.equal(server.arrivals.at(-1)?.headers['x-auth-subject'], 'alice')
  })
})
