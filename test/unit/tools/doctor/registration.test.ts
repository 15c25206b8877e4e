import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask } from '../../../../src/tools/doctor/exchange.ts'
import { judgeRegistration, REGISTRATION_FAULTS } from '../../../../src/tools/doctor/registration.ts'
import { openReport } from '../../../../src/tools/doctor/report.ts'

/** What is asked when a client registers at a provider that says where to delete it. */
async function askedBy(deleteAt: string) {
  const asked: string[] = []
  const client = {
    ...{ client_id: 'a', redirect_uris: [] },
    ...{ registration_client_uri: deleteAt, registration_access_token: 't' },
  }
  const ask: Ask = async (url, { method = 'GET' } = {}) => {
    asked.push(`${method} ${url}`)
    const [status, body] = method === 'DELETE' ? [204, ''] : [201, JSON.stringify(client)]
    return { ok: true, url, status, headers: new Headers(), body }
  }
  const report = openReport('registration', '', REGISTRATION_FAULTS)
  const document = { registration_endpoint: 'https://id.example.com/clients' }
  await judgeRegistration(report, 'https://id.example.com', document, true, ask)
  return { asked: asked.slice(1), said: report.findings.map(({ what }) => what) }
}

test('--register deletes its client at the provider', async () => {
  const { asked, said } = await askedBy('https://id.example.com/clients/a')
  assert.deepEqual(asked, ['DELETE https://id.example.com/clients/a'])
  assert.deepEqual(said, ['a client registered by itself; it was deleted again'])
})

test('--register sends no DELETE to wherever a provider points: not to this machine, nor to another host or port', async () => {
  for (const elsewhere of [
    'http://127.0.0.1:2375/containers/a',
    'http://id.example.com/clients/a',
    'https://id.example.com:8443/clients/a',
    'https://id.example.com@evil.example/clients/a',
    'file:///etc/passwd',
    '/clients/a',
  ]) {
    const { asked, said } = await askedBy(elsewhere)
    assert.deepEqual(asked, [], elsewhere)
    assert.deepEqual(said, ['a client registered by itself; delete the client "a" at the provider'])
  }
})
