import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildChallenge, metadataUrl, resourceFor } from '../../../src/decision/challenge.ts'
import { DENIALS, type Reason } from '../../../src/decision/denial.ts'
import { parseHost, parsePort } from '../../../src/decision/request/forwarded-request.ts'
import { ACCEPTED, sampleResource, sampleRoute, sampleRule } from './sample.ts'

const METADATA = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp/kubernetes"'
const build = (route = sampleRoute(), rules = [sampleRule()], reason: Reason = 'credentials_missing') =>
  buildChallenge(route, route.resources[0], rules, DENIALS[reason])

test('resource_metadata and scope come first, then error and its description', () => {
  assert.equal(build(), `Bearer ${METADATA}, scope="mcp:read"`)
  assert.equal(
    build(sampleRoute(), [], 'token_expired'),
    `Bearer ${METADATA}, scope="mcp:read", error="invalid_token", error_description="The access token expired"`,
  )
})

test('scopes are the requested ones, then those of the matching rules, prefixed, without repeats; none is left out', () => {
  const route = sampleRoute({ requestScopes: ['api://x/a', 'openid'], scopePrefix: 'api://x/' })
  const rules = [
    sampleRule({ scopes: ['b', 'a', 'profile'] }),
    sampleRule({ scopes: ['b', 'email', 'offline_access'] }),
  ]
  assert.equal(
    build(route, rules),
    `Bearer ${METADATA}, scope="api://x/a openid api://x/b profile email offline_access"`,
  )
  assert.equal(build(sampleRoute({ requestScopes: [] })), `Bearer ${METADATA}`)
  const alreadyPrefixed = [sampleRule({ scopes: ['api://x/a', 'api://x/b'] })]
  assert.equal(build(route, alreadyPrefixed), `Bearer ${METADATA}, scope="api://x/a openid api://x/b"`)
})

test('the well-known segment goes between host and path, the query stays (RFC 9728 §3.1)', () => {
  const urls = {
    'https://h/mcp/k': 'https://h/.well-known/oauth-protected-resource/mcp/k',
    'https://h/mcp/k/': 'https://h/.well-known/oauth-protected-resource/mcp/k',
    'https://h': 'https://h/.well-known/oauth-protected-resource',
    'https://h/': 'https://h/.well-known/oauth-protected-resource',
    'https://h:8443/a?x=1': 'https://h:8443/.well-known/oauth-protected-resource/a?x=1',
  }
  for (const [url, metadata] of Object.entries(urls)) assert.equal(metadataUrl(sampleResource(url)), metadata)
})

test('of several resources the one at the forwarded host, else the first', () => {
  const [inside, outside] = [sampleResource('https://in.example/a'), sampleResource('https://out.example/a')]
  const route = sampleRoute({ resources: [inside, outside] })
  const at = (host: string) => resourceFor(route, { method: 'GET', host, path: '/' })
  assert.equal(at('out.example'), outside)
  assert.equal(at('evil.example'), inside)
  assert.equal(resourceFor(route, undefined), inside)
})

test('one host at two ports: the resource of the port that was asked, a default port written or not', () => {
  const urls = ['https://h.example:8443/a', 'https://h.example/a', 'http://l.localhost:8080/a', 'http://l.localhost/a']
  const [first, ...others] = urls.map((url) => sampleResource(url))
  assert.ok(first !== undefined)
  const route = sampleRoute({ resources: [first, ...others] })
  for (const [forwarded, url] of [
    ['h.example', urls[1]],
    ['h.example:443', urls[1]],
    ['h.example:8443', urls[0]],
    ['H.example.:8443', urls[0]],
    ['h.example:08443', urls[0]],
    ['h.example:80', urls[0]],
    ['h.example:99999', urls[0]],
    ['l.localhost', urls[3]],
    ['l.localhost:80', urls[3]],
    ['l.localhost:8080', urls[2]],
    ['l.localhost:443', urls[2]],
    ['other.example:8080', urls[0]],
  ] as const) {
    const [host, port] = [parseHost(forwarded) ?? '', parsePort(forwarded)]
    assert.equal(resourceFor(route, { method: 'GET', host, port, path: '/' }).url, url, forwarded)
  }
})

test('the address of a document has a slash at its end only for the resource that has one', () => {
  const plain = sampleResource('https://api.example.com/a')
  const slashed = { ...plain, slashed: true as const }
  assert.match(metadataUrl(plain), /protected-resource\/a$/)
  assert.match(metadataUrl(slashed), /protected-resource\/a\/$/)
  const route = sampleRoute({ resources: [plain, slashed] })
  const at = (path: string) => resourceFor(route, { method: 'GET', host: 'api.example.com', port: undefined, path })
  assert.equal(at('/a'), plain)
  assert.equal(at('/a/'), slashed)
  assert.equal(at('/a/b'), plain)
})

test('what a login must be like is said to those alone who lack it, and nothing of what no login satisfies', () => {
  const reported = (reason: Reason, acr: readonly string[] | undefined, maxAgeSeconds?: number) =>
    buildChallenge(sampleRoute(), sampleResource(), [], DENIALS[reason], 'bearer', { acr, maxAgeSeconds })
  const stepUp = (challenge: string) => /error_description="[^"]*"(?<rest>.*)$/.exec(challenge)?.groups?.['rest']
  assert.equal(stepUp(reported('authentication_insufficient', ['b', 'a'], 60)), ', acr_values="b a", max_age="60"')
  assert.equal(stepUp(reported('authentication_insufficient', [], 60)), ', max_age="60"')
  assert.equal(stepUp(reported('authentication_insufficient', ['a'])), ', acr_values="a"')
  for (const reason of ['scope_insufficient', 'token_expired'] as const)
    assert.equal(stepUp(reported(reason, ['a'], 60)), '')
})

test('a route with dpop: off challenges in Bearer, whatever scheme was sent', () => {
  const route = sampleRoute({ dpop: { ...ACCEPTED, mode: 'off' } })
  assert.match(buildChallenge(route, sampleResource(), [], DENIALS.token_expired, 'dpop'), /^Bearer /)
})
