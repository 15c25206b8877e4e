import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblem } from '../../../../src/config/problem.ts'
import type { ConfigVariables } from '../../../../src/config/reading/environment.ts'
import { load } from '../../../../src/config/source.ts'
import { NOW } from '../fixtures.ts'

const GOOD: ConfigVariables = { OIDC_ISSUER: 'https://id.example.com', RESOURCE_URL: 'https://api.example.com/mcp' }

const read = (variables: ConfigVariables) => load({ kind: 'environment', variables }, NOW)

async function problemsOf(variables: ConfigVariables): Promise<readonly string[]> {
  const { parsed } = await read(variables)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

test('two variables make one route and one issuer, both named default', async () => {
  const { parsed } = await read(GOOD)
  assert.ok(parsed.ok)
  const [route] = parsed.config.routes
  assert.deepEqual(
    [route?.name, route?.accept[0]?.issuer.name, route?.accept[0]?.issuer.keys.kind],
    ['default', 'default', 'discovery'],
  )
  assert.deepEqual(route?.accept[0]?.audience, ['https://api.example.com/mcp'])
  assert.deepEqual([route?.accept[0]?.scopes, route?.requestScopes], [[], ['openid']])
  assert.deepEqual(parsed.warnings, [])
})

test('lists are separated by spaces or commas; the words of OpenID Connect are only requested', async () => {
  const { parsed } = await read({
    ...GOOD,
    OIDC_AUDIENCE: 'mcp-api, https://api.example.com',
    OIDC_SCOPE: 'openid profile,mcp:read',
    OIDC_JWKS_URI: 'https://id.example.com/keys',
  })
  assert.ok(parsed.ok)
  const accept = parsed.config.routes[0]?.accept[0]
  assert.deepEqual(accept?.audience, ['mcp-api', 'https://api.example.com'])
  assert.deepEqual(accept?.scopes, ['mcp:read'])
  assert.deepEqual(parsed.warnings, [], 'the page says that they are only requested')
  assert.deepEqual(parsed.config.routes[0]?.requestScopes, ['openid', 'profile', 'mcp:read'])
  assert.deepEqual(accept?.issuer.keys, { kind: 'jwksUri', uri: 'https://id.example.com/keys' })
})

test('an audience may be called unchecked without switching the check off', async () => {
  const { parsed } = await read({ ...GOOD, OIDC_AUDIENCE: 'unchecked' })
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.config.routes[0]?.accept[0]?.audience, ['unchecked'])
})

test('a proxy for registrations is announced to clients in place of the issuer’s own registration', async () => {
  const { parsed } = await read({ ...GOOD, DCR_PROXY_URL: 'https://dcr.example.com/register' })
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.config.issuers[0]?.registration, {
    kind: 'endpoint',
    endpoint: 'https://dcr.example.com/register',
    codeChallengeMethods: undefined,
  })
})

test('what is missing is named, with what to set', async () => {
  assert.deepEqual(await problemsOf({ OIDC_ISSUER: ' ' }), [
    'OIDC_ISSUER: is not set; set it to the URL of the issuer, such as https://id.example.com, or write a configuration file',
    'RESOURCE_URL: is not set; set it to the URL that users type into a client, such as https://api.example.com/mcp',
  ])
})

test('problems name the variable', async () => {
  const rows: readonly (readonly [ConfigVariables, string])[] = [
    [
      { OIDC_ISSUER: 'id.example.com' },
      'OIDC_ISSUER: "id.example.com" is not a URL to discover keys from; write one such as https://id.example.com, or add discoveryUri, jwksUri, jwksFile, publicKeyFile or secretFile',
    ],
    [
      { RESOURCE_URL: 'http://api.example.com' },
      'RESOURCE_URL: "http://api.example.com" is not https; write "https://api.example.com" (http is only for localhost)',
    ],
    [
      { OIDC_SCOPE: 'a"b' },
      'OIDC_SCOPE: "a\\"b" is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3)',
    ],
    [
      { OIDC_JWKS_URI: 'http://id.example.com' },
      'OIDC_JWKS_URI: "http://id.example.com" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither)',
    ],
    [
      { DCR_PROXY_URL: 'http://dcr.example.com/register' },
      'DCR_PROXY_URL: "http://dcr.example.com/register" is not https; write "https://dcr.example.com/register" (http is only for localhost)',
    ],
    [
      { DCR_PROXY_URL: 'https://dcr.example.com/register', OIDC_JWKS_URI: 'https://id.example.com/keys' },
      'DCR_PROXY_URL: needs what discovery finds at OIDC_ISSUER; unset OIDC_JWKS_URI',
    ],
  ]
  for (const [variables, line] of rows) assert.deepEqual(await problemsOf({ ...GOOD, ...variables }), [line])
  assert.deepEqual(await problemsOf({ ...GOOD, DCR_PROXY_URL: '' }), [])
})

test('the hash follows the values', async () => {
  const [a, b, c] = await Promise.all([read(GOOD), read({ ...GOOD }), read({ ...GOOD, OIDC_SCOPE: 'x' })])
  assert.equal(a?.hash, b?.hash)
  assert.notEqual(a?.hash, c?.hash)
})
