import assert from 'node:assert/strict'
import { createSecretKey, hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { makeSigningKey } from '../support/fake-issuer-keys.ts'
import { folderFor } from '../support/folder.ts'
import { RESOURCE, startTestService, until } from '../support/service.ts'

const ISSUER = 'https://id.example.com'

describe('a file that the configuration names is read again when it changes', () => {
  it('jwksFile: the new key opens, the old one no longer does', async (t) => {
    const file = join(folderFor(t), 'keys.json')
    const [before, after] = await Promise.all([makeSigningKey('ES256', 'before'), makeSigningKey('ES256', 'after')])
    await writeFile(file, JSON.stringify({ keys: [before.jwk] }))
    const gate = await startTestService(t, {
      yaml: () => `
issuers: { main: { issuer: ${ISSUER}, jwksFile: ${file} } }
routes: { api: { resource: ${RESOURCE} } }
`,
    })
    const token = ({ kid, privateKey }: typeof before) =>
      gate.issuer.mint({ iss: ISSUER, aud: RESOURCE }, { alg: 'ES256', kid, key: privateKey })
    const old = token(before)
    assert.equal((await gate.ask('api', { token: old })).status, 200)
    assert.equal((await gate.ask('api', { token: token(after) })).status, 401)

    await writeFile(file, JSON.stringify({ keys: [after.jwk] }))
    await until('the new key opens', async () => (await gate.ask('api', { token: token(after) })).status === 200)
    assert.equal((await gate.ask('api', { token: old })).status, 401)

    const { x: _, ...unusable } = after.jwk
    await writeFile(file, JSON.stringify({ keys: [unusable] }))
    await until('a set without a usable key is refused', async () => {
      return (await gate.metric('config_last_reload_successful')) === 0
    })
    assert.equal((await gate.ask('api', { token: token(after) })).status, 200, 'the last good keys serve on')
    await writeFile(file, JSON.stringify({ keys: [after.jwk] }))
    await until('it is taken again', async () => (await gate.metric('config_last_reload_successful')) === 1)

    await writeFile(file, '{"keys": [')
    await until('it is refused', async () => (await gate.metric('config_last_reload_successful')) === 0)
    assert.equal((await gate.ask('api', { token: token(after) })).status, 200, 'the last good keys serve on')
  })

  it('secretFile: the new secret opens, the old one no longer does', async (t) => {
    const file = join(folderFor(t), 'secret')
    const [before, after] = ['the-first-secret-is-long-enough-too', 'another-secret-that-is-long-enough']
    await writeFile(file, `${before}\n`)
    const gate = await startTestService(t, {
      yaml: () => `
issuers: { main: { issuer: ${ISSUER}, secretFile: ${file}, algorithms: [HS256] } }
routes: { api: { resource: ${RESOURCE} } }
`,
    })
    const token = (secret = '') =>
      gate.issuer.mint(
        { iss: ISSUER, aud: RESOURCE },
        { alg: 'HS256', kid: null, key: createSecretKey(Buffer.from(secret)) },
      )
    const old = token(before)
    assert.equal((await gate.ask('api', { token: old })).status, 200)
    assert.equal((await gate.ask('api', { token: token(after) })).status, 401)
    await writeFile(file, `${after}\n`)
    await until('the new secret opens', async () => (await gate.ask('api', { token: token(after) })).status === 200)
    assert.equal((await gate.ask('api', { token: old })).status, 401)
  })

  it('tokensFile: a new entry opens, one that is gone no longer does, also right after it was accepted', async (t) => {
    const file = join(folderFor(t), 'tokens.yaml')
    const [before, after] = ['fwg_the-first-token-0123456789', 'fwg_another-token-0123456789']
    const entry = (token: string) =>
      `- { sha256: ${hash('sha256', token, 'hex')}, sub: robot, aud: "${RESOURCE}", exp: 2999-01-01 }\n`
    await writeFile(file, entry(before))
    const gate = await startTestService(t, {
      yaml: () => `
issuers: { robots: { tokensFile: ${file} } }
routes: { api: { resource: ${RESOURCE} } }
`,
    })
    const reason = async (token: string) => {
      const { status, headers } = await gate.ask('api', { token })
      return status === 200 ? headers.get('x-auth-subject')?.[0] : headers.get('x-forwardgate-reason')?.[0]
    }
    assert.deepEqual([await reason(before), await reason(before)], ['robot', 'robot'])
    assert.equal(await gate.metric('token_cache_lookups_total{result="hit"}'), 1)
    assert.equal(await reason(after), 'token_opaque')
    assert.equal(await gate.metric('issuer_keys{issuer="robots"}'), undefined, 'it has no keys that could be missing')

    await writeFile(file, entry(before) + entry(after))
    await until('the new token opens', async () => (await reason(after)) === 'robot')
    assert.equal(await reason(before), 'robot', 'both are good while a token is rotated')
    await writeFile(file, entry(after))
    await until('the old token no longer does', async () => (await reason(before)) === 'token_opaque')

    await writeFile(file, entry(after).repeat(2))
    await until('it is refused', async () => (await gate.metric('config_last_reload_successful')) === 0)
    assert.equal(await reason(after), 'robot', 'the last good tokens serve on')
    assert.match(JSON.stringify(gate.lines()), /tokensFile\[1\]\.sha256: is already on line 1/)
  })

  it('the secret for the upstream: sent anew, and only with requests that pass', async (t) => {
    const file = join(folderFor(t), 'upstream')
    await writeFile(file, 'Basic first\n')
    const gate = await startTestService(t, {
      yaml: (issuer) => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, upstreamAuthorization: { secretFile: ${file} } } }
`,
    })
    const token = gate.issuer.mint({ aud: RESOURCE })
    const sent = async () => (await gate.ask('api', { token })).headers.get('authorization')?.[0]
    assert.equal(await sent(), 'Basic first')
    await writeFile(file, 'Basic second\n')
    await until('the new value is sent', async () => (await sent()) === 'Basic second')
    assert.equal((await gate.ask('api')).headers.get('authorization'), undefined)
    assert.ok(gate.lines().every((line) => !JSON.stringify(line).includes('Basic second')))
  })
})
