import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { startTestService } from '../support/service.ts'

async function get(
  url: string,
): Promise<{ readonly status: number; readonly body: string; readonly headers: Headers }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.text(), headers: response.headers }
}

describe('the operations port', { concurrency: true }, () => {
  it('is alive and ready once keys were tried, whatever came of it', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    await issuer.stop()
    const gate = await startTestService(t, { issuer })
    for (const path of ['/livez', '/readyz']) {
      const { status, body, headers } = await get(`${gate.operations}${path}`)
      assert.deepEqual([status, body, headers.get('cache-control')], [200, 'ok\n', 'no-store'])
    }
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
    const { status, body, headers } = await get(`${gate.operations}/verify/api`)
    assert.deepEqual([status, body, headers.get('cache-control')], [404, '{"error":"not_found"}', 'no-store'])
    for (const path of ['/metrics', '/livez', '/readyz']) assert.equal((await get(`${gate.auth}${path}`)).status, 404)
  })
})
