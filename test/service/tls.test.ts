import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, mkdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import { readCertificate } from '../../src/config/reading/certificate.ts'
import { readSettings } from '../../src/settings.ts'
import { forwardedHeaders } from '../support/ask.ts'
import { openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { startTestService, type TestService, until } from '../support/service.ts'
import { makeTestCa, type PairFiles, type TestCa } from '../support/tls-files.ts'

const ca = await makeTestCa()
if (ca === undefined) {
  test('TLS on the auth port', { skip: missing('openssl', 'nothing about TLS on the auth port is tested') })
} else {
  describe('TLS on the auth port', () => suite(ca))
}

function suite(ca: TestCa) {
  let pair: PairFiles
  let trusted: { readonly ca: Buffer }

  before(async () => {
    pair = await ca.issue('first')
    trusted = { ca: ca.pem }
  })
  after(() => ca.remove())

  const start = (t: TestContext, { cert, key }: PairFiles, clientCa?: string) =>
    startTestService(t, {
      env: {
        FORWARDGATE_TLS_CERT: cert,
        FORWARDGATE_TLS_KEY: key,
        ...(clientCa === undefined ? {} : { FORWARDGATE_TLS_CLIENT_CA: clientCa }),
      },
    })

  test('ALPN: h2 first, then http/1.1, no other protocol; without ALPN HTTP/1.1', async (t) => {
    const { auth } = await start(t, pair)
    assert.match(auth, /^https:/)
    const negotiated = async (offered: readonly string[] | undefined) => {
      const socket = connect({
        ...toSocket(auth),
        ...trusted,
        ...(offered === undefined ? {} : { ALPNProtocols: [...offered] }),
      })
      await once(socket, 'secureConnect')
      socket.destroy()
      return socket.alpnProtocol
    }
    assert.equal(await negotiated(['http/1.1', 'h2']), 'h2')
    assert.equal(await negotiated(['http/1.1']), 'http/1.1')
    assert.equal(await negotiated(undefined), false)
    await assert.rejects(negotiated(['spdy/3']), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' })
  })

  test('plain bytes on the TLS port are answered by nothing', async (t) => {
    const { auth } = await start(t, pair)
    const connection = await openRaw(auth)
    t.after(connection.close)
    connection.send('GET /verify/api HTTP/1.1\r\nHost: a\r\n\r\n')
    await connection.closed()
  })

  test('mutual TLS: admitted with a certificate of the authority, over h2 and HTTP/1.1', async (t) => {
    const { auth, issuer } = await start(t, pair, ca.file)
    const mine = await ca.issue('traefik')
    const identity = { ...trusted, cert: await readFile(mine.cert), key: await readFile(mine.key) }
    const request = question(issuer.mint({ aud: 'https://api.example.com/mcp', scope: 'mcp:read' }))
    const session = await openH2(auth, identity)
    t.after(() => session.destroy())
    assert.equal((await sendH2(session, request)).status, 200)
    const connection = await openRaw(auth, identity)
    t.after(connection.close)
    connection.send(requestHead('GET /verify/api HTTP/1.1', request.headers))
    assert.equal((await connection.read())?.status, 200)
  })

  test('mutual TLS: without a certificate, or with another authority’s, no request is ever read', async (t) => {
    const service = await start(t, pair, ca.file)
    const other = await makeTestCa()
    if (other === undefined) return assert.fail('openssl is gone')
    t.after(other.remove)
    const stranger = await other.issue('traefik')
    const foreign = { cert: await readFile(stranger.cert), key: await readFile(stranger.key) }
    for (const identity of [{}, foreign]) {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        // In TLS 1.3 a client may send before it hears that it was refused.
        await assert.rejects(async () => {
          const connection = await openRaw(service.auth, { ...trusted, ...identity, maxVersion })
          connection.send(requestHead('GET /verify/api HTTP/1.1', question('x').headers))
          if ((await connection.read()) === undefined) throw new Error('closed')
        })
        await assert.rejects(async () => {
          const session = await openH2(service.auth, { ...trusted, ...identity, maxVersion })
          await sendH2(session, question('x'))
        })
      }
    }
    assert.deepEqual(service.decisions(), [])
  })

  test('a new pair is taken while requests run: none fails, and open connections go on', async (t) => {
    const folder = join(ca.folder, 'rotated')
    const files = await mountSecret(folder, pair)
    const service = await start(t, files)
    const request = question(service.issuer.mint({ aud: 'https://api.example.com/mcp', scope: 'mcp:read' }))
    const session = await openH2(service.auth, trusted)
    t.after(() => session.destroy())
    let running = true
    let answered = 0
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (; running; answered++) assert.equal((await sendH2(session, request)).status, 200)
      }),
    )
    const newConnections = (async () => {
      for (; running; answered++) {
        const one = await openH2(service.auth, trusted)
        assert.equal((await sendH2(one, request)).status, 200)
        one.close()
      }
    })()
    const next = await ca.issue('second')
    assert.equal(await shownBy(service), 'first')
    await swapSecret(folder, next)
    await until('the new certificate is shown', async () => (await shownBy(service)) === 'second')
    running = false
    await Promise.all([load, newConnections])
    t.diagnostic(`${answered} requests answered`)
    assert.equal(session.closed, false)
    const inForce = service.lines().filter(({ msg }) => msg === 'certificate loaded')
    assert.equal(inForce.length, 2)
    const expiresAt = await service.metric('certificate_expiry_timestamp_seconds')
    assert.equal(expiresAt, Date.parse(String(inForce[1]?.['validTo'])) / 1000)
  })

  test('a bad pair keeps the old one and says why; a good one after it is taken', async (t) => {
    const folder = join(ca.folder, 'broken')
    const files = await mountSecret(folder, pair)
    const service = await start(t, files)
    const refusals = () => service.lines().filter(({ msg }) => String(msg).startsWith('certificate refused'))
    const other = await ca.issue('third')
    const bad: readonly (readonly [PairFiles, RegExp])[] = [
      [{ cert: pair.cert, key: other.key }, /^FORWARDGATE_TLS_KEY: .* it belongs to another certificate$/],
      [{ cert: pair.key, key: pair.key }, /^FORWARDGATE_TLS_CERT: .* holds no certificate in PEM$/],
      [{ cert: pair.cert, key: pair.cert }, /^FORWARDGATE_TLS_KEY: .* holds no private key in PEM$/],
    ]
    for (const [index, [files, problem]] of bad.entries()) {
      await swapSecret(folder, files)
      await until('the refusal is logged', () => refusals().length === index + 1)
      assert.match(String(refusals()[index]?.['problem']), problem)
      assert.equal(await shownBy(service), 'first')
    }
    await unlink(join(folder, '..data'))
    await until('the missing file is logged', () => refusals().length === bad.length + 1)
    assert.match(String(refusals().at(-1)?.['problem']), /there is no such file/)
    await symlink('..gen-next', join(folder, '..data'))
    await swapSecret(folder, other)
    await until('the good pair is shown', async () => (await shownBy(service)) === 'third')
    const written = JSON.stringify(service.lines())
    assert.doesNotMatch(written, /BEGIN/)
  })

  test('another client authority ends the open connections, after their answers', async (t) => {
    const folder = join(ca.folder, 'authorities')
    await mkdir(folder)
    const file = join(folder, 'ca.pem')
    await copyFile(ca.file, file)
    const service = await start(t, pair, file)
    const mine = await ca.issue('proxy')
    const identity = { ...trusted, cert: await readFile(mine.cert), key: await readFile(mine.key) }
    const session = await openH2(service.auth, identity)
    const other = await makeTestCa()
    if (other === undefined) return assert.fail('openssl is gone')
    t.after(other.remove)
    await writeFile(file, await readFile(other.file))
    const request = question(service.issuer.mint({ aud: 'https://api.example.com/mcp', scope: 'mcp:read' }))
    while (!session.closed) assert.equal((await sendH2(session, request)).status, 200)
    await assert.rejects(async () => sendH2(await openH2(service.auth, identity), question('x')))
  })

  test('what is wrong at the start is reported with the variable and the file, never with content', async () => {
    const files = { ...pair, clientCa: undefined }
    const cases = [
      [{ ...files, cert: '/nowhere' }, /^cert the file "\/nowhere" cannot be read: there is no such file$/],
      [{ ...files, key: ca.folder }, /^key .* cannot be read: it is not a file$/],
      [{ ...files, clientCa: pair.key }, /^clientCa .* holds no certificate in PEM$/],
      [{ ...files, key: (await ca.issue('fourth')).key }, /^key .* it belongs to another certificate$/],
    ] as const
    for (const [wrong, expected] of cases) {
      const { result } = await readCertificate(wrong, Date.now() / 1000)
      assert.match(result.ok ? 'ok' : `${result.file} ${result.message}`, expected)
    }
  })
}

test('certificate and key are set together, and a client authority only with them', () => {
  const problemsOf = (env: Readonly<Record<string, string>>) => {
    const read = readSettings(env)
    return read.ok ? [] : read.problems
  }
  assert.deepEqual(
    problemsOf({ FORWARDGATE_TLS_CERT: 'a', FORWARDGATE_TLS_KEY: 'b', FORWARDGATE_TLS_CLIENT_CA: 'c' }),
    [],
  )
  assert.deepEqual(problemsOf({ FORWARDGATE_TLS_CERT: 'a' }), [
    'FORWARDGATE_TLS_KEY: is not set, but FORWARDGATE_TLS_CERT is; set both',
  ])
  assert.deepEqual(problemsOf({ FORWARDGATE_TLS_KEY: 'a', FORWARDGATE_TLS_CLIENT_CA: 'c' }), [
    'FORWARDGATE_TLS_CERT: is not set, but FORWARDGATE_TLS_KEY is; set both',
  ])
  assert.deepEqual(problemsOf({ FORWARDGATE_TLS_CLIENT_CA: 'c' }), [
    'FORWARDGATE_TLS_CLIENT_CA: needs FORWARDGATE_TLS_CERT and FORWARDGATE_TLS_KEY',
  ])
})

function question(token: string) {
  const headers = [['Host', 'forwardgate'] as const, ...forwardedHeaders({ token })]
  return { method: 'GET', target: '/verify/api', headers }
}

function toSocket(origin: string) {
  const { hostname, port } = new URL(origin)
  return { host: hostname, port: Number(port) }
}

/** The name on the certificate that a new connection is shown. */
async function shownBy({ auth }: TestService): Promise<string> {
  const socket = connect({ ...toSocket(auth), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate() as DetailedPeerCertificate
  socket.destroy()
  return String(subject.CN)
}

/** A Secret as kubelet mounts it: files are links into `..data`, which is a link to one generation. */
async function mountSecret(folder: string, pair: PairFiles): Promise<PairFiles> {
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') }
  await mkdir(join(folder, '..gen-first'), { recursive: true })
  await copyPair(pair, join(folder, '..gen-first'))
  await symlink('..gen-first', join(folder, '..data'))
  await symlink('..data/tls.crt', files.cert)
  await symlink('..data/tls.key', files.key)
  return files
}

async function swapSecret(folder: string, pair: PairFiles): Promise<void> {
  const generation = join(folder, '..gen-next', String(performance.now()))
  await mkdir(generation, { recursive: true })
  await copyPair(pair, generation)
  await symlink(generation, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
}

async function copyPair({ cert, key }: PairFiles, folder: string): Promise<void> {
  await copyFile(cert, join(folder, 'tls.crt'))
  await copyFile(key, join(folder, 'tls.key'))
}
