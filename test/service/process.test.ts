import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { ask } from '../support/ask.ts'
import { type FakeIssuerOptions, startFakeIssuer } from '../support/fake-issuer.ts'
import { makePrivateCa } from '../support/fake-issuer-tls.ts'
import { folderFor } from '../support/folder.ts'
import { missing } from '../support/missing-part.ts'
import { oneRoute, RESOURCE, until } from '../support/service.ts'
import { runGate, startGateProcess } from './child.ts'

async function issuerOf(t: TestContext, options: FakeIssuerOptions = {}) {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'], ...options })
  t.after(() => issuer.stop())
  return issuer
}

async function fileOf(t: TestContext, text: string): Promise<string> {
  const folder = folderFor(t)
  await writeFile(join(folder, 'config.yaml'), text)
  return join(folder, 'config.yaml')
}

describe('the process', { concurrency: 2 }, () => {
  it('serves one route from the environment alone', async (t) => {
    const issuer = await issuerOf(t)
    const gate = await startGateProcess(t, {
      OIDC_ISSUER: issuer.issuer,
      RESOURCE_URL: RESOURCE,
      OIDC_AUDIENCE: 'legacy, other',
      OIDC_SCOPE: 'openid mcp:read',
    })
    const token = issuer.mint({ aud: 'other', scope: 'mcp:read' })
    await until('it has keys', async () => (await ask(gate.auth, 'default', { token })).status === 200)
    assert.equal((await ask(gate.auth, undefined, { uri: '/mcp', token })).status, 200)
    const { challenge } = await ask(gate.auth, 'default', { token: issuer.mint({ aud: 'other' }) })
    assert.match(challenge ?? '', /scope="openid mcp:read", error="insufficient_scope"/)
    gate.kill('SIGTERM')
    const { code, stderr } = await gate.ended()
    assert.deepEqual([code, stderr], [0, ''])
  })

  it('fetches keys through an outbound proxy with NODE_USE_ENV_PROXY=1, and says so where the variable is ignored', async (t) => {
    const issuer = await issuerOf(t)
    const tunnels: string[] = []
    const proxy = createServer().on('connect', ({ url = '' }, client) => {
      tunnels.push(url)
      const [host, port] = url.split(':')
      const server = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        server.pipe(client).pipe(server)
      })
      for (const end of [server, client]) end.on('error', () => end.destroy())
    })
    const url = `http://127.0.0.1:${await listenOnLoopback(proxy)}`
    t.after(() => closeNow(proxy))
    const variables = {
      OIDC_ISSUER: issuer.issuer,
      OIDC_JWKS_URI: issuer.jwksUri,
      RESOURCE_URL: RESOURCE,
      HTTP_PROXY: url,
    }
    const warning = /"variables":\["HTTP_PROXY"\].*proxy variables are ignored; set NODE_USE_ENV_PROXY=1/

    const direct = await startGateProcess(t, variables)
    await until('it has keys', () => direct.lines.some((line) => /keys refreshed/.test(line)))
    assert.ok(direct.lines.some((line) => warning.test(line)))
    assert.deepEqual(tunnels, [])
    direct.kill('SIGTERM')

    const gate = await startGateProcess(t, { ...variables, NODE_USE_ENV_PROXY: '1' })
    await until('it has keys', () => gate.lines.some((line) => /keys refreshed/.test(line)))
    assert.deepEqual(tunnels, [new URL(issuer.origin).host])
    assert.ok(!gate.lines.some((line) => warning.test(line)))
    gate.kill('SIGTERM')
  })

  it('trusts a private CA by NODE_EXTRA_CA_CERTS, and says so where it cannot', async (t) => {
    const ca = await makePrivateCa()
    if (ca === undefined) return t.skip(missing('openssl', 'private CAs are not tested'))
    t.after(() => ca.remove())
    const issuer = await issuerOf(t, { tls: ca.tls, hostname: 'localhost' })
    const config = await fileOf(t, oneRoute(issuer))
    const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })

    const blind = await startGateProcess(t, { FORWARDGATE_CONFIG: config })
    await until('it says why it has no keys', () => blind.lines.some((line) => /NODE_EXTRA_CA_CERTS/.test(line)))
    assert.equal((await ask(blind.auth, 'api', { token })).status, 503)
    blind.kill('SIGTERM')

    const gate = await startGateProcess(t, { FORWARDGATE_CONFIG: config, NODE_EXTRA_CA_CERTS: ca.caFile })
    await until('it has keys', async () => (await ask(gate.auth, 'api', { token })).status === 200)
    gate.kill('SIGTERM')
    assert.deepEqual([(await blind.ended()).code, (await gate.ended()).code], [0, 0])
  })

  it('ends with 2 and a message where FORWARDGATE_CONFIG points nowhere, also beside good OIDC_ variables', async (t) => {
    const { code, stderr, lines } = await runGate(t, {
      FORWARDGATE_CONFIG: '/nowhere/config.yaml',
      OIDC_ISSUER: 'https://id.example.com',
      RESOURCE_URL: RESOURCE,
    })
    assert.equal(code, 2)
    assert.match(stderr, /^forwardgate: .*"\/nowhere\/config\.yaml" cannot be read: there is no such file/)
    const [line = '', ...more] = lines
    const { time, ...reported } = JSON.parse(line)
    assert.deepEqual(
      [reported, more],
      [{ level: 'error', problem: stderr.trimEnd().slice('forwardgate: '.length), msg: 'failed to start' }, []],
    )
    assert.ok(!Number.isNaN(Date.parse(time)))
  })

  it('ends with 2 and says what to set where nothing is configured', async (t) => {
    const { code, stderr } = await runGate(t, {})
    assert.equal(code, 2)
    assert.match(
      stderr,
      /there is no configuration: .* \/\S+\/config\.yaml does not exist, .* forwardgate init --issuer URL/,
    )
  })

  it('reports all bad settings together and ends with 2', async (t) => {
    const { code, stderr, lines } = await runGate(t, {
      FORWARDGATE_LISTEN: '8080',
      FORWARDGATE_OPERATIONS_LISTEN: ':99999',
      FORWARDGATE_LOG_LEVEL: 'verbose',
      FORWARDGATE_DECISION_LOG: 'some',
      FORWARDGATE_EXPOSE_REASON: 'no',
      FORWARDGATE_SHUTDOWN_DELAY: '5',
      FORWARDGATE_TOKEN_CACHE_ENTRIES: '0',
      FORWARDGATE_CONFG: 'x',
    })
    assert.equal(code, 2)
    const reported = stderr.trimEnd().split('\n')
    assert.equal(reported.length, 8, stderr)
    assert.deepEqual(
      lines.map((line) => `forwardgate: ${JSON.parse(line).problem}`),
      reported,
      'standard output is a pipe, so the log has them too',
    )
    assert.match(stderr, /FORWARDGATE_CONFG: unknown variable; did you mean "?FORWARDGATE_CONFIG/)
  })

  it('reports all problems of the configuration together and ends with 2', async (t) => {
    const FORWARDGATE_CONFIG = await fileOf(
      t,
      'issuers: { main: id.example.com }\nroutes: { A: {} , b: { resurce: x } }\n',
    )
    const { code, stderr } = await runGate(t, { FORWARDGATE_CONFIG })
    assert.equal(code, 2)
    assert.ok(stderr.trimEnd().split('\n').length >= 3, stderr)
    for (const line of stderr.trimEnd().split('\n')) assert.match(line, /^forwardgate: .*config\.yaml:[12]:\d+\)$/)
  })

  for (const which of ['FORWARDGATE_LISTEN', 'FORWARDGATE_OPERATIONS_LISTEN'] as const) {
    it(`ends with 1 where the port of ${which} is in use, also while an issuer hangs`, async (t) => {
      const issuer = await issuerOf(t)
      issuer.hang()
      const squatter = createServer()
      const port = await listenOnLoopback(squatter)
      t.after(() => closeNow(squatter))
      const { code, stderr, lines } = await runGate(t, {
        FORWARDGATE_CONFIG: await fileOf(t, oneRoute(issuer)),
        [which]: `127.0.0.1:${port}`,
      })
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`^forwardgate: .*EADDRINUSE.*127\\.0\\.0\\.1:${port}.*; set ${which}`))
      assert.ok(!lines.some((line) => line.includes('"msg":"keys')), 'it waited for the issuer')
    })
  }

  it('knows its commands', async (t) => {
    const [none, help, unknown] = await Promise.all([
      runGate(t, {}, []),
      runGate(t, {}, ['--help']),
      runGate(t, {}, ['server']),
    ])
    assert.deepEqual([none.code, help.code, unknown.code], [2, 0, 2])
    assert.match(help.lines.join('\n'), /^ {2}serve +answer ForwardAuth calls$/m)
    assert.match(unknown.stderr, /unknown command "server"; did you mean "serve"\?/)
  })
})
