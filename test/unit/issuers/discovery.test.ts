import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchedJson } from '../../../src/issuers/bounded-fetch.ts'
import { discover, discoveryUrls } from '../../../src/issuers/discovery.ts'

const ISSUER = 'https://id.example.com/realms/a'
const [OAUTH, INSERTED, OIDC] = [
  'https://id.example.com/.well-known/oauth-authorization-server/realms/a',
  'https://id.example.com/.well-known/openid-configuration/realms/a',
  'https://id.example.com/realms/a/.well-known/openid-configuration',
] as const
const good = { issuer: ISSUER, jwks_uri: 'https://keys.example.net/jwks' }

/** Reads from a table and remembers what was asked. */
function reader(documents: Readonly<Record<string, Record<string, unknown>>>) {
  const asked: string[] = []
  const read = (url: string): Promise<FetchedJson> => {
    asked.push(url)
    const document = documents[url]
    return Promise.resolve(
      document === undefined
        ? { ok: false, failure: { kind: 'status', message: `${url}: status 404` } }
        : { ok: true, document, maxAge: undefined },
    )
  }
  return { asked, read }
}

async function refusal(issuer: string, uri: string | undefined, documents: Parameters<typeof reader>[0]) {
  const result = await discover(issuer, uri, reader(documents).read)
  assert.ok(!result.ok)
  return result
}

for (const [issuer, expected] of [
  [ISSUER, [OAUTH, INSERTED, OIDC]],
  [
    'https://id.example.com/application/o/mcp/',
    [
      'https://id.example.com/.well-known/oauth-authorization-server/application/o/mcp',
      'https://id.example.com/.well-known/openid-configuration/application/o/mcp',
      'https://id.example.com/application/o/mcp/.well-known/openid-configuration',
    ],
  ],
  ...['https://id.example.com', 'https://id.example.com/'].map((issuer) => [
    issuer,
    [
      'https://id.example.com/.well-known/oauth-authorization-server',
      'https://id.example.com/.well-known/openid-configuration',
    ],
  ]),
  [
    'http://[::1]:8080/a',
    [
      'http://[::1]:8080/.well-known/oauth-authorization-server/a',
      'http://[::1]:8080/.well-known/openid-configuration/a',
      'http://[::1]:8080/a/.well-known/openid-configuration',
    ],
  ],
  ['accounts.google.com', []],
  ['urn:example:issuer', []],
] as const) {
  test(`RFC 8414 3.1 and 5, OIDC Discovery 4: where ${issuer} is looked for`, () => {
    assert.deepEqual(discoveryUrls(String(issuer)), expected)
  })
}

test('the RFC 8414 document is asked for first and settles it', async () => {
  const { asked, read } = reader({ [OAUTH]: good, [OIDC]: { ...good, jwks_uri: 'https://other.example.com/' } })
  const result = await discover(ISSUER, undefined, read)
  assert.deepEqual(result, { ok: true, jwksUri: good.jwks_uri, foundAt: OAUTH, document: good })
  assert.deepEqual(asked, [OAUTH])
})

test('OIDC discovery is asked where there is no RFC 8414 document', async () => {
  const { asked, read } = reader({ [OIDC]: good })
  const result = await discover(ISSUER, undefined, read)
  assert.ok(result.ok)
  assert.equal(result.foundAt, OIDC)
  assert.deepEqual(asked, [OAUTH, INSERTED, OIDC])
})

test('an issuer with a path that has its OpenID document before the path is found', async () => {
  const { asked, read } = reader({ [INSERTED]: good })
  const result = await discover(ISSUER, undefined, read)
  assert.ok(result.ok)
  assert.equal(result.foundAt, INSERTED)
  assert.deepEqual(asked, [OAUTH, INSERTED])
})

test('a document of another issuer at any place is not used, and the next place is asked', async () => {
  const foreign = { ...good, issuer: 'https://id.example.com' }
  const result = await discover(ISSUER, undefined, reader({ [OAUTH]: foreign, [INSERTED]: foreign, [OIDC]: good }).read)
  assert.ok(result.ok && result.foundAt === OIDC)
  assert.equal((await refusal(ISSUER, undefined, { [INSERTED]: foreign })).rejected, true)
})

test('OIDC discovery is asked where the RFC 8414 document is of another issuer', async () => {
  const result = await discover(
    ISSUER,
    undefined,
    reader({ [OAUTH]: { ...good, issuer: 'https://id.example.com' }, [OIDC]: good }).read,
  )
  assert.ok(result.ok && result.foundAt === OIDC)
})

test('an explicit discoveryUri is the only one asked, and its issuer is checked', async () => {
  const uri = 'https://cache.example.com/discovery.json'
  const { asked, read } = reader({ [uri]: good, [OAUTH]: good })
  const result = await discover(ISSUER, uri, read)
  assert.ok(result.ok && result.foundAt === uri)
  assert.deepEqual(asked, [uri])
  const refused = await refusal(ISSUER, uri, { [uri]: { ...good, issuer: 'https://evil.example.com' }, [OAUTH]: good })
  assert.equal(refused.rejected, true)
})

for (const named of [
  'https://id.example.com/realms/A',
  'https://ID.example.com/realms/a',
  'https://id.example.com:443/realms/a',
  'https://id.example.com/realms/a?',
  'https://id.example.com/realms/%61',
  ' https://id.example.com/realms/a',
  'https://id.example.com',
]) {
  test(`D1: a document of issuer "${named}" is not used: compared byte for byte`, async () => {
    const { rejected, reason } = await refusal(ISSUER, undefined, { [OAUTH]: { ...good, issuer: named } })
    assert.equal(rejected, true)
    assert.match(reason, /differs from the configured "https:\/\/id\.example\.com\/realms\/a"/)
    assert.doesNotMatch(reason, /trailing slash/)
    assert.match(reason, /keep issuer as it is in the iss of the tokens, and set jwksUri or discoveryUri/)
  })
}

for (const [configured, named] of [
  [ISSUER, `${ISSUER}/`],
  [`${ISSUER}/`, ISSUER],
] as const) {
  test(`D1: issuer differs only by a trailing slash: ${configured}`, async () => {
    const { rejected, reason } = await refusal(configured, undefined, { [OIDC]: { ...good, issuer: named } })
    assert.equal(rejected, true)
    assert.match(reason, /differs from the configured ".*" only by a trailing slash/)
  })
}

test('D4: a template issuer is refused with what to do', async () => {
  const named = 'https://login.microsoftonline.com/{tenantid}/v2.0'
  const { reason } = await refusal(ISSUER, undefined, { [OIDC]: { ...good, issuer: named } })
  assert.match(reason, /template for many tenants: configure the issuer of one tenant/)
})

test('a foreign issuer is escaped and capped in the reason', async () => {
  const { reason } = await refusal(ISSUER, undefined, { [OIDC]: { ...good, issuer: `a\n${'b'.repeat(10_000)}` } })
  assert.ok(reason.length < 700)
  assert.doesNotMatch(reason, /\n/)
})

for (const issuer of [undefined, null, 1, [ISSUER]]) {
  test(`a document whose issuer is ${JSON.stringify(issuer)} is not used`, async () => {
    const { rejected, reason } = await refusal(ISSUER, undefined, { [OAUTH]: { ...good, issuer } })
    assert.equal(rejected, true)
    assert.match(reason, /has no issuer/)
  })
}

for (const jwksUri of [undefined, null, 1, '', '/jwks', 'jwks', ['https://id.example.com/jwks']]) {
  test(`D3: jwks_uri ${JSON.stringify(jwksUri)} is not a URL`, async () => {
    const { rejected, reason } = await refusal(ISSUER, undefined, { [OAUTH]: { ...good, jwks_uri: jwksUri } })
    assert.equal(rejected, true)
    assert.match(reason, /has no jwks_uri that is a URL/)
  })
}

for (const jwksUri of [
  'https://www.googleapis.com/oauth2/v3/certs',
  'https://10.0.0.7:6443/openid/v1/jwks',
  'http://localhost:9000/jwks',
  'http://127.0.0.1/jwks',
  'http://127.1/jwks',
  'http://[::1]/jwks',
  'http://authentik.auth.svc/jwks',
  'http://authentik.auth.svc.cluster.local:9000/jwks',
]) {
  test(`D3: jwks_uri ${jwksUri} is taken from an https issuer`, async () => {
    const result = await discover(ISSUER, undefined, reader({ [OAUTH]: { ...good, jwks_uri: jwksUri } }).read)
    assert.ok(result.ok)
    assert.equal(result.jwksUri, jwksUri)
  })
}

for (const jwksUri of [
  'http://id.example.com/jwks',
  'http://169.254.169.254/latest/meta-data/',
  'http://10.0.0.7/jwks',
  'http://localhost.example.com/jwks',
  'http://127.0.0.1.example.com/jwks',
  'http://evilsvc/jwks',
  'http://svc.cluster.local.example.com/jwks',
  'http://authentik.svc.example.com/jwks',
  'file:///etc/passwd',
  'data:application/json,{}',
]) {
  test(`D3: jwks_uri ${jwksUri} is refused from an https issuer`, async () => {
    const { rejected, reason } = await refusal(ISSUER, undefined, { [OAUTH]: { ...good, jwks_uri: jwksUri } })
    assert.equal(rejected, true)
    assert.match(reason, /jwks_uri is (plain http|neither https nor http)/)
  })
}

test('D3: plain http keys are taken where the configured URL itself is plain http', async () => {
  const issuer = 'http://id.home.lan'
  const document = { issuer, jwks_uri: 'http://id.home.lan/jwks' }
  const at = `${issuer}/.well-known/oauth-authorization-server`
  assert.equal((await discover(issuer, undefined, reader({ [at]: document }).read)).ok, true)
  const uri = 'http://cache.home.lan/discovery'
  assert.equal((await discover(ISSUER, uri, reader({ [uri]: { ...document, issuer: ISSUER } }).read)).ok, true)
  const secure = 'https://cache.home.lan/discovery'
  assert.equal((await discover(issuer, secure, reader({ [secure]: document }).read)).ok, false)
})

test('nothing found: every place is named, and nothing was rejected', async () => {
  const { rejected, reason } = await refusal(ISSUER, undefined, {})
  assert.equal(rejected, false)
  assert.equal(reason, [OAUTH, INSERTED, OIDC].map((url) => `${url}: status 404`).join('; '))
})

test('an issuer that is not a URL needs its keys configured', async () => {
  const { rejected, reason } = await refusal('accounts.google.com', undefined, {})
  assert.equal(rejected, true)
  assert.match(reason, /not an http or https URL: set jwksUri or discoveryUri/)
})
