import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { openTraefik } from '../../lab/traefik.ts'
import { startTestService } from '../support/service.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'
import { startStreamingApplication } from './support/streaming-application.ts'

const PAGE = readFileSync(new URL('../../docs/how-to/websockets.md', import.meta.url), 'utf8')
const OURS = 'https://app.example.com'
const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

test('a WebSocket of a page, by its cookie, through a real Traefik', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 3)
  const { open, cookie } = await openPage(t)
  assert.equal(await open({ Cookie: cookie, Origin: OURS }), 101)
  assert.equal(await open({ Cookie: cookie, Origin: 'https://evil.example.com' }), 403, 'a page of another site')
  assert.equal(await open({ Origin: OURS }), 401, 'without the cookie')
})

/** The configuration of the page behind a Traefik, and what a handshake with these header fields comes to. */
async function openPage(t: TestContext) {
  const [, configuration = ''] = /^```yaml forwardgate\n([\s\S]*?)^```$/m.exec(PAGE) ?? []
  const { auth, issuer } = await startTestService(t, {
    yaml: ({ issuer: url }) => configuration.replace('https://id.example.com', url),
  })
  const application = await startStreamingApplication()
  t.after(() => application.stop())
  const traefik = await openTraefik(PROGRAMS.Traefik, undefined, {
    write: () => ({
      http: {
        routers: {
          live: { rule: 'Host(`app.example.com`) && Path(`/live`)', middlewares: ['gate'], service: 'app' },
          ready: { rule: 'Path(`/ready-canary`)', service: 'app' },
        },
        middlewares: { gate: { forwardAuth: { address: `${auth}/verify/live`, trustForwardHeader: false } } },
        services: { app: { loadBalancer: { servers: [{ url: application.origin }] } } },
      },
    }),
  })
  t.after(() => traefik.stop())
  await traefik.connect({ verifier: auth, upstream: application.origin, routes: [], identityHeaders: [] })
  // By plain HTTP, so that Cookie and Origin are exactly these.
  const open = (headers: Readonly<Record<string, string>>) => {
    const sent = request(`${traefik.origin}/live`, {
      agent: false,
      headers: { Host: 'app.example.com', ...HANDSHAKE, ...headers },
    }).end()
    return new Promise<number | undefined>((resolve, reject) => {
      sent.on('error', reject)
      sent.on('response', ({ statusCode }) => resolve(statusCode))
      sent.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy()
        resolve(statusCode)
      })
    })
  }
  return { open, cookie: `theme=dark; access_token=${issuer.mint({ aud: 'my-app' })}` }
}
