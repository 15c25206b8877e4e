import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { makePrivateCa } from '../support/fake-issuer-tls.ts'
import { missing } from '../support/missing-part.ts'
import { run } from './run.ts'

const RESOURCE = 'https://api.example.com/mcp/kubernetes'

describe('check --online', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-online-'))
  let issuer: FakeIssuer
  before(async () => {
    issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  })
  after(async () => {
    await issuer.stop()
    rmSync(folder, { recursive: true })
  })

  it('names the slash online in check, with its place', async () => {
    const wrong = issuer.issuer.endsWith('/') ? issuer.issuer.slice(0, -1) : `${issuer.issuer}/`
    const file = join(folder, 'online.yaml')
    const text = (url: string) => `issuers:\n  main: ${url}\nroutes: { api: { resource: ${RESOURCE}, scopes: [a] } }\n`
    writeFileSync(file, text(wrong))
    assert.equal((await run(['check', file])).code, 0)
    const { code, stdout } = await run(['check', file, '--online'])
    assert.equal(code, 1)
    assert.ok(stdout.startsWith(`${file}:2:`), stdout)
    assert.match(stdout, /\[issuer-slash\]/)
    writeFileSync(file, text(issuer.issuer))
    assert.equal((await run(['check', file, '--online'])).stdout, 'no findings\n')
  })

  it('says that clients which register themselves may not step up', async () => {
    const file = join(folder, 'step-up.yaml')
    const text = (more: string) =>
      `issuers:\n  main: ${issuer.issuer}\nroutes:\n  api: { resource: ${RESOURCE}, scopes: [a], ${more}mcp: { tools: { b: [b] } } }\n`
    writeFileSync(file, text(''))
    issuer.lie({ registration_endpoint: undefined })
    assert.equal((await run(['check', file, '--online'])).stdout, 'no findings\n')
    issuer.recover()
    const { code, stdout } = await run(['check', file, '--online'])
    writeFileSync(file, text('requestScopes: [a, b], '))
    const reported = await run(['check', file, '--online'])
    assert.equal(code, 0)
    assert.ok(stdout.startsWith(`${file}:4:`), stdout)
    assert.match(stdout, /calls need "b", for which clients do not register at "main" \[step-up-registration\]/)
    assert.equal(reported.stdout, 'no findings\n')
  })

  it('names a registration online that the issuer makes impossible', async () => {
    const file = join(folder, 'registration.yaml')
    const registration = '{ clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] }'
    writeFileSync(
      file,
      `issuers:\n  main:\n    issuer: ${issuer.issuer}\n    registration: ${registration}\nroutes: { api: { resource: ${RESOURCE}, scopes: [a] } }\n`,
    )
    assert.equal((await run(['check', file, '--online'])).stdout, 'no findings\n')
    issuer.lie({ authorization_response_iss_parameter_supported: true })
    const { code, stdout } = await run(['check', file, '--online'])
    issuer.recover()
    assert.equal(code, 1)
    assert.ok(stdout.startsWith(`${file}:4:`), stdout)
    assert.match(
      stdout,
      /sends iss in authorization responses \(RFC 9207\), which clients compare \[registration-refused\]/,
    )
  })

  it('names an issuer online whose keys cannot be had, whatever the reason', async () => {
    const file = join(folder, 'keys.yaml')
    const write = (entry: string) =>
      writeFileSync(file, `issuers:\n  main:\n    ${entry}\nroutes: { api: { resource: ${RESOURCE}, scopes: [a] } }\n`)
    const rows: readonly (readonly [name: string, fault: () => void, id: string, said: RegExp])[] = [
      [
        'no key, as Authentik without a signing key',
        () => issuer.answer('{}', 'keys'),
        'issuer-keys-unavailable',
        /not a JWK Set/,
      ],
      ['an empty set', () => issuer.empty(), 'issuer-keys-unavailable', /the JWK Set is empty/],
      ['a page', () => issuer.html('keys'), 'issuer-keys-unavailable', /an HTML page/],
      [
        'a redirect',
        () => issuer.redirect('https://login.example.com/jwks', 'keys'),
        'issuer-keys-unavailable',
        /status 302 to https:\/\/login\.example\.com\/jwks/,
      ],
      [
        '401 for the keys',
        () => issuer.fail(401, 'keys'),
        'issuer-keys-unavailable',
        /status 401.*fix: write fetch: \{ bearerTokenFile/s,
      ],
      ['500 for the keys', () => issuer.fail(500, 'keys'), 'issuer-keys-unavailable', /status 500/],
      [
        'only keys that cannot be used',
        () => issuer.answer('{"keys":[{"kty":"RSA","use":"enc","kid":"e","n":"AQAB","e":"AQAB"}]}', 'keys'),
        'issuer-keys-unavailable',
        /no usable key: "e": /,
      ],
      [
        '401 for everything',
        () => issuer.fail(401),
        'issuer-unreachable',
        /the issuer answers 401: .*fix: write fetch: \{ bearerTokenFile/s,
      ],
      ['500 for everything', () => issuer.fail(500), 'issuer-unreachable', /status 500/],
    ]
    for (const [name, fault, id, said] of rows) {
      write(`issuer: ${issuer.issuer}`)
      fault()
      const checked = await run(['check', file, '--online'])
      const started = await run(['init', '--issuer', issuer.issuer, '--resource', RESOURCE])
      issuer.recover()
      assert.equal(checked.code, 1, name)
      assert.match(checked.stdout, new RegExp(`^${file}:3:13: .*\\[${id}\\]`), name)
      assert.match(checked.stdout, said, name)
      assert.equal(started.code, 1, name)
      assert.match(started.stdout, new RegExp(`^error: --issuer: .*\\[${id}\\]`), name)
    }
    issuer.empty()
    write(`issuer: https://id.example.com\n    jwksUri: ${issuer.jwksUri}`)
    const { stdout } = await run(['check', file, '--online'])
    issuer.recover()
    assert.match(
      stdout,
      /keys\.yaml:4:14: error: issuers\.main\.jwksUri: .* the JWK Set is empty \[issuer-keys-unavailable\]/,
    )
  })

  it('notes the keys of an issuer that are not used', async () => {
    const file = join(folder, 'skipped.yaml')
    writeFileSync(
      file,
      `issuers: { main: ${issuer.issuer} }\nroutes: { api: { resource: ${RESOURCE}, scopes: [a] } }\n`,
    )
    issuer.addKey({ kty: 'oct', kid: 'shared', k: 'c2VjcmV0' })
    const { code, stdout } = await run(['check', file, '--online'])
    issuer.removeKey('shared')
    assert.equal(code, 0)
    assert.match(stdout, /note: .*"shared": a shared secret \(oct\) in a public set \[issuer-keys-skipped\]/)
  })

  it('names the certificate of an issuer that is not trusted, and the key that mends it', async (test) => {
    const ca = await makePrivateCa()
    if (ca === undefined) return test.skip(missing('openssl', 'private CAs are not tested'))
    const secure = await startFakeIssuer({ algorithms: ['ES256'], tls: ca.tls })
    const file = join(folder, 'secure.yaml')
    const write = (more: string) =>
      writeFileSync(
        file,
        `issuers: { main: { issuer: "${secure.issuer}"${more} } }\nroutes: { api: { resource: ${RESOURCE}, scopes: [a] } }\n`,
      )
    write('')
    const refused = await run(['check', file, '--online'])
    write(`, fetch: { caFile: ${ca.caFile} }`)
    const trusted = await run(['check', file, '--online'])
    await secure.stop()
    await ca.remove()
    assert.match(
      refused.stdout,
      /certificate not trusted .*\n.*\n.*\n.*\n *fix: write fetch: \{ caFile: … \} for this issuer/s,
    )
    assert.equal(trusted.stdout, 'no findings\n')
  })
})
