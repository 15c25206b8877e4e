import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildMetadata, buildMetadataIndex, findMetadata } from '../../../src/documents/protected-resource.ts'
import type { ServerDocument } from '../../../src/documents/registration.ts'
import { PROOF_ALGORITHMS } from '../../support/proof-maker.ts'
import { ACCEPTED, MAIN, sampleAccept, sampleIssuer, sampleResource, sampleRoute } from '../decision/sample.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const routeAt = (...urls: [string, ...string[]]) => {
  const [first, ...others] = urls
  return sampleRoute({ name: first, resources: [sampleResource(first), ...others.map(sampleResource)] })
}
const noDocument = () => undefined
const INDEX = buildMetadataIndex(
  [
    routeAt('https://api.example.com/mcp/k', 'http://home.example/k'),
    routeAt('https://api.example.com:8443/mcp'),
    routeAt('https://root.example'),
    routeAt('https://api.example.com/q?tenant=1'),
  ],
  noDocument,
)
const find = (host: string, rest: string) => {
  const body = findMetadata(INDEX, host, rest)?.body()
  return body === undefined ? undefined : JSON.parse(body).resource
}

test('members: derived ones, then those of the configuration; empty ones are left out (RFC 9728 §3.2)', () => {
  assert.deepEqual(buildMetadata(sampleRoute({ metadata: { resource_name: 'K' } }), sampleResource(), noDocument), {
    resource: 'https://api.example.com/mcp/kubernetes',
    authorization_servers: ['https://id.example.com'],
    scopes_supported: ['mcp:read'],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    resource_name: 'K',
  })
  const hidden = sampleRoute({ accept: [sampleAccept({ advertise: false })], requestScopes: [] })
  assert.deepEqual(Object.keys(buildMetadata(hidden, sampleResource(), noDocument)), [
    'resource',
    'bearer_methods_supported',
    'dpop_signing_alg_values_supported',
  ])
})

test('authorization servers: those that are advertised, in order, without repeats', () => {
  const other = sampleIssuer({ name: 'other', issuer: 'https://other.example/' })
  const accept = [sampleAccept(), sampleAccept({ issuer: other }), sampleAccept({ issuer: MAIN })]
  const servers = buildMetadata(sampleRoute({ accept }), sampleResource(), noDocument)['authorization_servers']
  assert.deepEqual(servers, ['https://id.example.com', 'https://other.example/'])
})

test('authorization servers: an issuer with a registration has a name of ours on each host, unless that was refused', () => {
  const registration = {
    kind: 'client',
    clientId: 'mcp',
    redirectUris: ['https://claude.ai/cb'],
    codeChallengeMethods: undefined,
  } as const
  const main = sampleIssuer({ registration })
  const other = sampleIssuer({ name: 'other', issuer: 'https://other.example/' })
  const accept = [sampleAccept({ issuer: main }), sampleAccept({ issuer: other })]
  const resources = [sampleResource('https://a.example:8443/mcp'), sampleResource('https://b.example/mcp')] as const
  let document: ServerDocument | undefined
  const index = buildMetadataIndex([sampleRoute({ accept, resources })], () => document)
  const servers = (host: string) => {
    const { body } = findMetadata(index, host, `${WELL_KNOWN}/mcp`) ?? assert.fail(host)
    return JSON.parse(body())['authorization_servers']
  }
  const endpoints = {
    authorization_endpoint: 'https://id.example.com/authorize',
    token_endpoint: 'https://id.example.com/token',
  }
  for (const usable of [undefined, endpoints]) {
    document = usable
    assert.deepEqual(servers('a.example:8443'), ['https://a.example:8443/forwardgate/main', 'https://other.example/'])
    assert.deepEqual(servers('b.example'), ['https://b.example/forwardgate/main', 'https://other.example/'])
  }
  document = { ...endpoints, authorization_response_iss_parameter_supported: true }
  assert.deepEqual(servers('b.example'), ['https://id.example.com', 'https://other.example/'])
})

test('a document follows what its only issuer says of itself', () => {
  const registration = {
    kind: 'endpoint',
    endpoint: 'https://dcr.example.com',
    codeChallengeMethods: ['S256'],
  } as const
  const accept = [sampleAccept({ issuer: sampleIssuer({ registration }) })]
  let document: ServerDocument | undefined
  const index = buildMetadataIndex([sampleRoute({ accept })], () => document)
  const { body } = [...index.values()][0] ?? assert.fail('no document')
  const before = body()
  document = { authorization_response_iss_parameter_supported: true }
  assert.notEqual(body(), before)
})

test('a document is found by exactly its host and path', () => {
  const k = 'https://api.example.com/mcp/k'
  const found: readonly [host: string, target: string, resource: string | undefined][] = [
    ['api.example.com', `${WELL_KNOWN}/mcp/k`, k],
    ['API.example.com.', `${WELL_KNOWN}/mcp/k`, k],
    ['api.example.com:443', `${WELL_KNOWN}/mcp/k/`, k],
    ['api.example.com', `${WELL_KNOWN}/mcp/k?x=1`, k],
    ['home.example:80', `${WELL_KNOWN}/k`, 'http://home.example/k'],
    ['api.example.com:8443', `${WELL_KNOWN}/mcp`, 'https://api.example.com:8443/mcp'],
    ['api.example.com.:8443', `${WELL_KNOWN}/mcp`, 'https://api.example.com:8443/mcp'],
    ['root.example', WELL_KNOWN, 'https://root.example'],
    ['root.example', `${WELL_KNOWN}/`, 'https://root.example'],
    ['api.example.com', `${WELL_KNOWN}/q?tenant=1`, 'https://api.example.com/q?tenant=1'],
    ['api.example.com', `${WELL_KNOWN}/q`, undefined],
    ['api.example.com', `${WELL_KNOWN}/q?tenant=2`, undefined],
    ['api.example.com', WELL_KNOWN, undefined],
    ['api.example.com', `${WELL_KNOWN}/mcp`, undefined],
    ['api.example.com:80', `${WELL_KNOWN}/mcp/k`, undefined],
    ['api.example.com:8443', `${WELL_KNOWN}/mcp/k`, undefined],
    ['evil.example', `${WELL_KNOWN}/mcp/k`, undefined],
    ['root.example', `${WELL_KNOWN}//`, undefined],
    ['root.example', `${WELL_KNOWN}x`, undefined],
    ['api.example.com', `${WELL_KNOWN}/mcp/%6b`, undefined],
    ['api.example.com', `${WELL_KNOWN}/MCP/k`, undefined],
    ['api.example.com', `${WELL_KNOWN}/x/../mcp/k`, undefined],
    ['api.example.com', '/.well-known/oauth-authorization-server', undefined],
    // The host and the path together read like a resource.
    ['api.example.co', `${WELL_KNOWN}m/mcp/k`, undefined],
    ['root.example', '/'.padEnd(WELL_KNOWN.length, 'x'), undefined],
  ]
  for (const [host, target, resource] of found) assert.equal(find(host, target), resource, `${host} ${target}`)
})

test('any host and target: never throws, and the document is the same whatever way it was found', () => {
  const bodies = new Set([...INDEX.values()].map(({ body }) => body()))
  const target = fc.oneof(
    fc.string(),
    fc.webPath().map((path) => WELL_KNOWN + path),
    fc.constant(`${WELL_KNOWN}/mcp/k`),
  )
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant('api.example.com')), target, (host, url) => {
      const found = findMetadata(INDEX, host, url)
      if (found !== undefined) assert.ok(bodies.has(found.body()))
    }),
  )
})

test('a route says whether proofs are accepted, and whether they are required (RFC 9728 §2)', () => {
  const membersOf = (mode: 'off' | 'required') => {
    const route = sampleRoute({ dpop: { ...ACCEPTED, mode, algorithms: ['ES256'] } })
    const entries = Object.entries(buildMetadata(route, sampleResource(), noDocument))
    return Object.fromEntries(entries.filter(([name]) => name.startsWith('dpop_')))
  }
  assert.deepEqual(membersOf('off'), {})
  assert.deepEqual(membersOf('required'), {
    dpop_signing_alg_values_supported: ['ES256'],
    dpop_bound_access_tokens_required: true,
  })
})
