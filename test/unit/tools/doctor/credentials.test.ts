import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { judgeProof } from '../../../../src/decision/token/proof.ts'
import { currentNonce, isFreshNonce } from '../../../../src/decision/token/proof-nonce.ts'
import { importProofKey } from '../../../../src/keys/proof-key.ts'
import { readCredentials } from '../../../../src/tools/doctor/credentials.ts'
import type { Ask } from '../../../../src/tools/doctor/exchange.ts'
import { openReport } from '../../../../src/tools/doctor/report.ts'
import { checkWithToken, WITH_TOKEN_FAULTS } from '../../../../src/tools/doctor/with-token.ts'
import { readClientKey } from '../../../../src/tools/replay/client-key.ts'

const URL = 'https://api.example.com/mcp?x=1'
const SECRET = Buffer.from('what nonces are made from, 32 bytes or more')

const PAIRS = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

/** A gate that takes nothing but proofs by this key with a nonce; `open`: and bearer tokens. */
function gate(thumbprint: string, alg: string, open: boolean) {
  const seen: string[] = []
  const ask: Ask = async (url, { headers = {}, method = 'GET' } = {}) => {
    const answer = (status: number, more: Readonly<Record<string, string>> = {}) => {
      seen.push(`${status} ${headers['authorization']?.split(' ')[0] ?? 'none'}`)
      return { ok: true, url, status, headers: new Headers(more), body: '' } as const
    }
    if (headers['x_auth_subject'] !== undefined) return answer(403)
    const [scheme, token = ''] = headers['authorization']?.split(' ') ?? []
    if (scheme === 'Bearer') return answer(open ? 200 : 401)
    if (scheme !== 'DPoP') return answer(401)
    const now = Date.now() / 1000
    const nonce = (sent: string) => isFreshNonce(sent, SECRET, now)
    const demand = { method, uris: ['https://api.example.com/mcp'], token, thumbprint, algorithms: [alg] }
    const proof = await judgeProof(
      headers['dpop'],
      { ...demand, maxAgeSeconds: 60, now, isFreshNonce: nonce },
      importProofKey,
    )
    return proof.ok
      ? answer(200)
      : answer(401, { 'dpop-nonce': currentNonce(SECRET, now), 'x-forwardgate-reason': proof.check })
  }
  return { ask, seen }
}

for (const [alg, pair] of Object.entries(PAIRS)) {
  test(`doctor proves with a key for ${alg}, follows a nonce, and tries the token without its proof`, async () => {
    const pem = pair().privateKey.export({ format: 'pem', type: 'pkcs8' })
    const key = readClientKey(String(pem))
    assert.ok(typeof key !== 'string')
    for (const open of [false, true]) {
      const { ask, seen } = gate(key.thumbprint, alg, open)
      const identity = { certain: ['X-Auth-Subject'], likely: [] }
      const report = openReport('', URL, WITH_TOKEN_FAULTS)
      await checkWithToken(report, URL, { token: 'a.b.c', key }, identity, ask)
      assert.deepEqual(seen.slice(0, 3), ['401 DPoP', '200 DPoP', `${open ? 200 : 401} Bearer`])
      assert.equal(seen.slice(3).includes('401 DPoP'), false, 'the nonce is used from then on')
      const binding = report.findings.find(({ id }) => id === 'binding-ignored')
      assert.equal(binding?.severity, open ? 'error' : 'ok')
    }
  })
}

test('a key that cannot prove anything is refused', async () => {
  const terminal = { stdin: Readable.from(['{"kty":"oct","k":"AAAA"}']) } as never
  const read = await readCredentials('DPoP a.b.c', '-', terminal)
  assert.ok(read !== undefined && 'finding' in read)
  assert.match(read.finding.what, /is not a private key/)
  assert.deepEqual(await readCredentials('DPoP a.b.c\n', undefined, terminal), { token: 'a.b.c' })
})
