import assert from 'node:assert/strict'
import type { Config, Route } from '../../../src/config/model.ts'
import type { Issuer } from '../../../src/config/model-issuer.ts'

/*
 * What has to be true of every configuration that is accepted, whatever its text: the demands of the documentation, said a
 * second time and looked at in the result. `text` is what was written.
 */

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/
const LOCAL = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.svc|.*\.svc\.cluster\.local)$/
/** Headers that would change the request or the answer. */
const NEVER =
  /^(?:authorization|host|connection|te|upgrade|cookie|set-cookie|location|origin|expect|content-.*|transfer-encoding|proxy-.*|x-forwarded-.*|access-control-.*|sec-.*|mcp-.*)$/

export function assertDemands(config: Config, text: string, now: number): void {
  assert.ok(config.issuers.length > 0 && config.routes.length > 0)
  for (const issuer of config.issuers) assertIssuer(issuer, text)
  for (const route of config.routes) assertRoute(route, text)
  assertUnique(config.routes.map(({ name }) => name))
  assertUnique(config.routes.flatMap(({ resources }) => resources.map(({ url }) => url)))
  assertUnique(
    config.routes.flatMap(({ match }) =>
      match.hosts.flatMap((host) => match.paths.map((path) => host + path.toUpperCase())),
    ),
  )
  assert.ok((config.revocations.issuedBefore ?? 0) <= now)
}

function assertIssuer(
  { name, issuer, spiffe, keys, algorithms, clockTolerance, maxTokenLifetime }: Issuer,
  text: string,
): void {
  assert.match(name, NAME)
  assert.notEqual(name, 'none')
  // Static tokens have no issuer, and the tokens of a trust domain need none.
  if (spiffe === undefined) assert.equal(issuer === '', keys.kind === 'tokensFile')
  assert.ok(clockTolerance >= 0 && clockTolerance <= 60, `${clockTolerance}`)
  assert.ok(maxTokenLifetime === undefined || maxTokenLifetime > 0)
  const symmetric = algorithms.filter((algorithm) => algorithm.startsWith('HS'))
  assert.ok(algorithms.length > 0)
  assert.equal(symmetric.length, keys.kind === 'secretFile' ? algorithms.length : 0)
  if (keys.kind === 'secretFile') assert.ok(keys.secret.length >= 32)
  const address = keys.kind === 'discovery' ? issuer : 'uri' in keys ? keys.uri : undefined
  if (address === undefined) return
  const { protocol, hostname, username } = new URL(address)
  assert.equal(username, '')
  assert.ok(protocol === 'https:' || text.includes('dangerouslyAllowHttp') || LOCAL.test(hostname), address)
}

function assertRoute(route: Route, text: string): void {
  assert.match(route.name, NAME)
  assert.notEqual(route.name, 'unmatched')
  assert.ok(route.accept.length > 0)
  for (const { audience, clientIds } of route.accept) {
    assert.ok(audience === 'unchecked' ? clientIds.length > 0 : audience.length > 0 && !audience.includes(''))
    for (const list of clientIds) assert.ok(list.length > 0)
  }
  for (const { url } of route.resources) {
    const { protocol, hostname } = new URL(url)
    assert.ok(protocol === 'https:' || LOCAL.test(hostname), url)
  }
  const headers = route.identityHeaders.map(({ name }) => name.toLowerCase())
  assertUnique(headers)
  for (const header of headers) {
    assert.match(header, /^[a-z0-9-]+$/)
    assert.doesNotMatch(header, NEVER)
  }
  for (const { scopes, claims } of route.rules) assert.ok(scopes.length + claims.length > 0)
  if (route.rules.some(({ paths }) => paths !== undefined)) assert.ok(route.lockedPaths !== undefined)
  for (const path of [...route.match.paths, ...route.rules.flatMap(({ paths }) => paths ?? [])]) {
    assert.doesNotMatch(path, /\/\/|\/\.{1,2}(?:\/|$)|[\\;?#]|%(?:2f|5c|25)/i)
  }
  // What opens a route has to be written.
  if (route.anonymous) assert.match(text, /anonymous/)
  if (route.mode === 'observe') assert.match(text, /observe/)
  if (route.preflight === 'pass') assert.match(text, /preflight/)
}

function assertUnique(values: readonly string[]): void {
  assert.equal(new Set(values).size, values.length, values.join(' '))
}
