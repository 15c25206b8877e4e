import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { RESOURCE, startTestService, until } from '../support/service.ts'

async function get(
  url: string,
): Promise<{ readonly status: number; readonly body: string; readonly headers: Headers }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.text(), headers: response.headers }
}

describe('the operations port', { concurrency: true }, () => {
  it('is alive and not ready while the issuer is down at the start, ready with its keys, and stays so', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => issuer.stop())
    await issuer.stop()
    const gate = await startTestService(t, { issuer })
    const readyz = async () => (await get(`${gate.operations}/readyz`)).status
    assert.equal((await get(`${gate.operations}/livez`)).status, 200)
    const early = await get(`${gate.operations}/readyz`)
    assert.deepEqual([early.status, early.body], [503, 'waiting for keys\n'])
    const verbose = await get(`${gate.operations}/readyz?verbose`)
    assert.equal(verbose.status, 503)
    const { ready, problem, waitingFor } = JSON.parse(verbose.body)
    assert.deepEqual([ready, problem, waitingFor.issuers], [false, 'waiting for keys', ['main']])
    const left = Date.parse(waitingFor.until) - Date.now()
    assert.ok(left > 5 * 60_000 && left <= 15 * 60_000 + 1000, waitingFor.until)
    const [waiting] = gate.lines().filter(({ msg }) => msg === 'waiting for keys')
    assert.partialDeepStrictEqual(waiting, { level: 'warn', issuers: ['main'] })
    assert.ok(Math.abs(Date.parse(String(waiting?.['until'])) - Date.parse(waitingFor.until)) <= 1000)

    await issuer.restart()
    await until('it is ready', async () => (await readyz()) === 200)
    assert.equal(gate.lines().filter(({ msg }) => msg === 'ready').length, 1)

    const failures = () => gate.lines().filter(({ msg }) => msg === 'key refresh failed').length
    const before = failures()
    await issuer.stop()
    // A token with an unknown key makes it ask.
    await gate.ask('api', { token: issuer.mint({ aud: RESOURCE }, { kid: 'new' }) })
    await until('it has asked in vain', () => failures() > before)
    assert.equal(await readyz(), 200)
  })

  it('is ready without keys when it has waited for as long as configured', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    await issuer.stop()
    const gate = await startTestService(t, { issuer, env: { FORWARDGATE_READY_WITHOUT_KEYS: '1s' } })
    await until('it is ready', async () => (await get(`${gate.operations}/readyz`)).status === 200)
    for (const path of ['/livez', '/readyz']) {
      const { status, body, headers } = await get(`${gate.operations}${path}`)
      assert.deepEqual([status, body, headers.get('cache-control')], [200, 'ok\n', 'no-store'])
    }
    await until('the log says so', () => gate.lines().some(({ msg }) => msg === 'ready without keys'))
    const { status, body } = await get(`${gate.operations}/readyz?verbose`)
    assert.equal(status, 200)
    const [main] = JSON.parse(body).issuers
    assert.partialDeepStrictEqual(main, { name: 'main', tried: true, keys: 0 })
    assert.match(main.lastError, /connection refused/)
  })

  it('?verbose lists the keys of each issuer', async (t) => {
    const gate = await startTestService(t)
    const { ready, issuers } = JSON.parse((await get(`${gate.operations}/readyz?verbose`)).body)
    assert.equal(ready, true)
    assert.equal(issuers.length, 1)
    assert.partialDeepStrictEqual(issuers[0], { name: 'main', tried: true, keys: 1 })
    assert.equal(typeof issuers[0].ageSeconds, 'number')
    assert.equal(issuers[0].lastError, undefined)
  })

  it('is not ready while draining, and alive all the same', async (t) => {
    const gate = await startTestService(t, { env: { FORWARDGATE_SHUTDOWN_DELAY: '3s' } })
    assert.equal((await get(`${gate.operations}/readyz`)).status, 200)
    const closed = gate.close()
    const readyz = await get(`${gate.operations}/readyz`)
    assert.deepEqual([readyz.status, readyz.body], [503, 'draining\n'])
    assert.equal(readyz.headers.get('connection'), 'close')
    assert.equal((await get(`${gate.operations}/livez`)).status, 200)
    assert.equal((await gate.ask('api')).status, 401)
    await closed
    await assert.rejects(get(`${gate.operations}/livez`))
  })

  it('serves nothing of the auth port, and the auth port nothing of it', async (t) => {
    const gate = await startTestService(t)
    // The others are no text for a router, or look like a pattern of one.
    for (const path of ['/verify/api', '/%zz', '/:a(b', '/:a((x+x+)+y)']) {
      const { status, body, headers } = await get(`${gate.operations}${path}`)
      assert.deepEqual([status, body, headers.get('cache-control')], [404, '{"error":"not_found"}', 'no-store'], path)
    }
    for (const path of ['/metrics', '/livez', '/readyz']) assert.equal((await get(`${gate.auth}${path}`)).status, 404)
  })
})
