import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { startIssuer } from '../lab/issuer.ts'
import { followLogin } from '../lab/issuer-login.ts'

const MAIN = fileURLToPath(new URL('../demo/main.ts', import.meta.url))

describe('the demo', () => {
  it('plays every scene, finds every answer right and ends', async () => {
    const { code, output, errors } = await runDemo(['--once'])
    assert.equal(code, 0, `${output}\n${errors}`)
    assert.equal(errors, '')
    for (const line of [
      /HTTP\/1\.1 401 Unauthorized\n {3}WWW-Authenticate: Bearer resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-known\/oauth-protected-resource\/mcp\/kubernetes", scope="mcp:read"\n/,
      /"authorization_servers": \[\n\s+"http:\/\/127\.0\.0\.1:\d+"\n/,
      /"x-auth-subject": "demo"/,
      /HTTP\/1\.1 403 Forbidden\n {3}WWW-Authenticate: .*scope="mcp:read mcp:admin", error="insufficient_scope"/,
      /X-Forwardgate-Reason: audience_mismatch/,
      /X-Forwardgate-Reason: token_expired/,
      /The issuer is down.*HTTP\/1\.1 200 OK/s,
      /Every answer was as expected\./,
    ]) {
      assert.match(output, line)
    }
    const colour = '\u001b'
    assert.ok(!output.includes(colour), 'no colour without a terminal')
    assert.doesNotMatch(output, /eyJ[\w-]{100}/, 'no whole token is shown')
  })

  it('plays the step-up of the official client for a single tool', async () => {
    const { code, output, errors } = await runDemo(['--mcp'])
    assert.equal(`${code} ${errors}`, '0 ', output)
    assert.match(output, /scope="mcp:read mcp:admin", error="insufficient_scope"/)
    assert.match(output, /logged in for mcp:read mcp:admin: web-1 is gone/)
    const caddy = await runDemo(['--mcp', '--proxy', 'caddy'])
    assert.equal(caddy.code, 2)
    assert.match(caddy.errors, /Caddy forwards no body/)
  })

  it('shows lines that work when pasted, and ends well on Ctrl-C', async (t) => {
    const demo = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(demo, 'exit')
    t.after(async () => {
      demo.kill()
      await ended
    })
    const pasted: string[] = []
    for await (const line of createInterface({ input: demo.stdout })) {
      if (/^ {2}(curl|[A-Z]+=)/.test(line)) pasted.push(line)
      if (line.includes('until Ctrl-C')) break
    }
    const shell = spawn('sh', ['-e'], { stdio: ['pipe', 'pipe', 'ignore'] })
    shell.stdin.end(pasted.join('\n'))
    const statuses = [...(await text(shell.stdout)).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
    // The last is the call that worked while the issuer was down.
    assert.deepEqual(statuses, ['401', '200', '200', '200', '403', '401', '401', '200'])

    demo.kill('SIGINT')
    demo.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
  })

  it('says what is wrong with its arguments', async () => {
    const { code, errors } = await runDemo(['--proxy', 'squid'])
    assert.equal(code, 2)
    assert.match(errors, /--proxy squid: it is builtin \| traefik \| caddy/)
  })

  it('says which program is missing', async () => {
    const { code, errors } = await runDemo(['--once', '--proxy', 'traefik'], { TRAEFIK_BIN: '/nowhere/traefik' })
    assert.equal(code, 1)
    assert.match(errors, /\/nowhere\/traefik is not installed/)
  })
})

describe("the demo's issuer", () => {
  it('registers a client, logs a person in and gives her a token for the resource that she asked for', async (t) => {
    const resource = 'http://127.0.0.1:1/mcp'
    const issuer = await startIssuer({
      path: '/application/o/mcp/',
      resources: [{ resource, scopes: ['mcp:read'], algorithm: 'ES256' }],
      account: { sub: 'carol', claims: { groups: ['family'] } },
    })
    t.after(() => issuer.stop())
    const redirectUri = 'http://127.0.0.1:2/callback'
    const { client_id: clientId } = await postJson(`${issuer.url}reg`, {
      application_type: 'native',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'mcp:read',
    })
    const verifier = randomBytes(32).toString('base64url')
    const login = new URL(`${issuer.url}auth`)
    login.search = new URLSearchParams({
      client_id: String(clientId),
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'mcp:read',
      resource,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString()
    const code = (await followLogin(login)).searchParams.get('code') ?? ''
    const response = await fetch(issuer.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: String(clientId),
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
        resource,
      }),
    })
    const tokens: unknown = await response.json()
    assert.ok(typeof tokens === 'object' && tokens !== null && 'access_token' in tokens && 'refresh_token' in tokens)
    const token = String(tokens.access_token)
    const { alg, typ } = decodeProtectedHeader(token)
    assert.deepEqual({ alg, typ }, { alg: 'ES256', typ: 'at+jwt' })
    const { iss, aud, sub, scope, groups } = decodeJwt(token)
    assert.deepEqual(
      { iss, aud, sub, scope, groups },
      { iss: issuer.url, aud: resource, sub: 'carol', scope: 'mcp:read', groups: ['family'] },
    )
  })
})

async function postJson(url: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer: unknown = await response.json()
  assert.ok(response.ok && typeof answer === 'object' && answer !== null, JSON.stringify(answer))
  return { ...answer }
}

async function runDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await closed) as [number | null]
  return { code, output, errors }
}
