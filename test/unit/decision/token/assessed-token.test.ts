import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assessToken } from '../../../../src/decision/token/assessed-token.ts'
import { makeSigningKey, signToken } from '../../../support/fake-issuer-keys.ts'
import { MAIN, NO_REVOCATIONS, NOBODY_INTROSPECTS, NOW, sampleAccept, sampleRoute } from '../sample.ts'

const key = await makeSigningKey('ES256', 'one')
const sign = (claims: object) =>
  signToken({ alg: 'ES256' }, { iss: MAIN.issuer, exp: NOW, ...claims }, 'ES256', key.privateKey)

async function assess(claims: object) {
  let asked = 0
  const assessment = await assessToken(
    sign(claims),
    sampleRoute({ accept: [sampleAccept(), sampleAccept()] }),
    NO_REVOCATIONS,
    {
      findKeys: () => {
        asked += 1
        return [{ kid: 'one', alg: undefined, key: key.publicKey, live: true }]
      },
      introspect: NOBODY_INTROSPECTS,
    },
  )
  return { assessment, asked }
}

test('a verified token comes with its admission and its identity', async () => {
  const { assessment } = await assess({
    sub: 'alice',
    aud: 'https://api.example.com/mcp/kubernetes',
    scope: 'mcp:read',
  })
  assert.ok(assessment.ok && assessment.identity.ok)
  assert.equal(assessment.admission.ways[0]?.beforeAuthentication, undefined)
  assert.deepEqual(assessment.identity.headers.slice(0, 2), ['X-Auth-Subject', 'alice'])
})

test('a verified token that is not admitted is still assessed, so that time and rules can be judged first', async () => {
  const { assessment } = await assess({ aud: 'elsewhere' })
  assert.ok(assessment.ok)
  assert.equal(assessment.admission.ways[0]?.beforeAuthentication?.reason, 'audience_mismatch')
})

test('an unverified token is the denial alone; an issuer of several ways in is asked once', async () => {
  const { assessment, asked } = await assess({ exp: 'soon' })
  assert.ok(!assessment.ok)
  assert.equal(assessment.denial.reason, 'claim_invalid')
  assert.equal(asked, 1)
})
