import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Registration } from '../../../src/config/model-issuer.ts'
import {
  buildRegistrationIndex,
  findRegistration,
  registrationPaths,
  registrationState,
  registrationUrl,
  serverMetadata,
} from '../../../src/documents/registration.ts'
import { sampleAccept, sampleIssuer, sampleResource, sampleRoute } from '../decision/sample.ts'

const CLIENT: Registration = {
  kind: 'client',
  clientId: 'mcp',
  redirectUris: ['https://claude.ai/cb'],
  codeChallengeMethods: undefined,
}
const PROXY: Registration = {
  kind: 'endpoint',
  endpoint: 'https://dcr.example.com/register',
  codeChallengeMethods: ['S256'],
}
const WELL_KNOWN = '/.well-known/oauth-authorization-server/forwardgate'
const ENDPOINTS = { authorization_endpoint: 'https://id.example.com/a', token_endpoint: 'https://id.example.com/t' }

const issuers = {
  main: sampleIssuer({ registration: CLIENT }),
  proxied: sampleIssuer({ name: 'proxied', registration: PROXY }),
  hidden: sampleIssuer({ name: 'hidden', registration: CLIENT }),
  plain: sampleIssuer({ name: 'plain' }),
}
const INDEX = buildRegistrationIndex([
  sampleRoute({
    resources: [sampleResource('https://api.example.com/mcp'), sampleResource('https://other.example:8443/mcp')],
    accept: [
      sampleAccept({ issuer: issuers.main }),
      sampleAccept({ issuer: issuers.proxied }),
      sampleAccept({ issuer: issuers.hidden, advertise: false }),
      sampleAccept({ issuer: issuers.plain }),
    ],
  }),
])

test('a place is found by exactly its host and path', () => {
  const rows: readonly [host: string, target: string, found: string | undefined][] = [
    ['api.example.com', `${WELL_KNOWN}/main`, 'metadata https://api.example.com/forwardgate/main'],
    ['API.example.com.:443', `${WELL_KNOWN}/main/?x=1`, 'metadata https://api.example.com/forwardgate/main'],
    ['other.example:8443', `${WELL_KNOWN}/main`, 'metadata https://other.example:8443/forwardgate/main'],
    ['api.example.com', '/forwardgate/main/register', 'register https://api.example.com/forwardgate/main'],
    ['api.example.com', `${WELL_KNOWN}/proxied`, 'metadata https://api.example.com/forwardgate/proxied'],
    ['api.example.com', '/forwardgate/proxied/register', undefined],
    ['other.example', `${WELL_KNOWN}/main`, undefined],
    ['evil.example', `${WELL_KNOWN}/main`, undefined],
    ['api.example.com', `${WELL_KNOWN}/hidden`, undefined],
    ['api.example.com', `${WELL_KNOWN}/plain`, undefined],
    ['api.example.com', `${WELL_KNOWN}/MAIN`, undefined],
    ['api.example.com', `${WELL_KNOWN}/m%61in`, undefined],
    ['api.example.com', `${WELL_KNOWN}//main`, undefined],
    ['api.example.com', `${WELL_KNOWN}`, undefined],
    ['api.example.com', '/.well-known/oauth-authorization-server', undefined],
    ['api.example.com', '/.well-known/openid-configuration/forwardgate/main', undefined],
    ['api.example.com', '/forwardgate/main', undefined],
    ['api.example.com', '/forwardgate/main/registry', undefined],
    ['api.example.com', '/forwardgate/main/REGISTER', undefined],
    ['api.example.com', '/forwardgate/register', undefined],
    ['api.example.com', '/forwardgate/x/../main/register', undefined],
    ['api.example.com', '/register', undefined],
    ['api.example.com', '/', undefined],
  ]
  for (const [host, target, expected] of rows) {
    const found = findRegistration(INDEX, host, target)
    assert.equal(found === undefined ? undefined : `${found.kind} ${found.place.url}`, expected, `${host} ${target}`)
  }
})

test('the paths for the proxy: the document, and the endpoint where it is ours', () => {
  assert.deepEqual(registrationPaths(issuers.main), [`${WELL_KNOWN}/main`, '/forwardgate/main/register'])
  assert.deepEqual(registrationPaths(issuers.proxied), [`${WELL_KNOWN}/proxied`])
  assert.deepEqual(registrationPaths(issuers.plain), [])
})

test('a provider that sends iss in authorization responses is refused (RFC 9207), as is one without a login', () => {
  assert.deepEqual(registrationState(undefined), { kind: 'waiting' })
  assert.deepEqual(registrationState(ENDPOINTS), { kind: 'offered', document: ENDPOINTS })
  for (const says of [false, undefined, 'true']) {
    const document = { ...ENDPOINTS, authorization_response_iss_parameter_supported: says }
    assert.equal(registrationState(document).kind, 'offered')
  }
  assert.deepEqual(registrationState({ ...ENDPOINTS, authorization_response_iss_parameter_supported: true }), {
    kind: 'refused',
    reason: 'it sends iss in authorization responses (RFC 9207), which clients compare',
  })
  for (const member of ['authorization_endpoint', 'token_endpoint']) {
    for (const value of [undefined, 5, 'not a URL', 'javascript:alert(1)', 'xhttps://a', ['https://id.example.com']]) {
      assert.deepEqual(registrationState({ ...ENDPOINTS, [member]: value }), {
        kind: 'refused',
        reason: `its metadata has no ${member} that is a URL`,
      })
    }
  }
})

test('our document repeats what is true of the provider whatever it is called', () => {
  const place = { issuer: issuers.main, registration: PROXY, url: registrationUrl(issuers.main, sampleResource()) }
  const repeated = {
    ...ENDPOINTS,
    jwks_uri: 'https://id.example.com/jwks',
    scopes_supported: ['openid'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    service_documentation: 'https://id.example.com/docs',
    ui_locales_supported: ['en'],
    acr_values_supported: ['gold'],
    op_policy_uri: 'https://id.example.com/policy',
    op_tos_uri: 'https://id.example.com/terms',
    revocation_endpoint: 'https://id.example.com/revoke',
    revocation_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_signing_alg_values_supported: ['ES256'],
  }
  assert.partialDeepStrictEqual(serverMetadata(place, repeated), repeated)
})

test('our document: the endpoints of the provider, our name, our registration, and nothing that is only true of theirs', () => {
  const place = (registration: Registration) => ({
    issuer: issuers.main,
    registration,
    url: registrationUrl(issuers.main, sampleResource()),
  })
  const document = {
    ...ENDPOINTS,
    issuer: 'https://id.example.com',
    registration_endpoint: 'https://id.example.com/reg',
    client_id_metadata_document_supported: true,
    signed_metadata: 'eyJ',
    introspection_endpoint: 'https://id.example.com/introspect',
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code', 'id_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
  }
  assert.deepEqual(serverMetadata(place(CLIENT), document), {
    issuer: 'https://api.example.com/forwardgate/main',
    response_types_supported: ['code', 'id_token'],
    ...ENDPOINTS,
    token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    registration_endpoint: 'https://api.example.com/forwardgate/main/register',
  })
  assert.deepEqual(serverMetadata(place(CLIENT), ENDPOINTS), {
    issuer: 'https://api.example.com/forwardgate/main',
    response_types_supported: ['code'],
    ...ENDPOINTS,
    registration_endpoint: 'https://api.example.com/forwardgate/main/register',
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
  })
  const vouched = serverMetadata(place(PROXY), ENDPOINTS)
  assert.deepEqual(Reflect.get(vouched, 'code_challenge_methods_supported'), ['S256'])
  assert.deepEqual(serverMetadata(place(PROXY), document), {
    issuer: 'https://api.example.com/forwardgate/main',
    response_types_supported: ['code', 'id_token'],
    ...ENDPOINTS,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
    registration_endpoint: 'https://dcr.example.com/register',
  })
})
