import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  customFetch,
  processResourceDiscoveryResponse,
  protectedResourceRequest,
  resourceDiscoveryRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import type { Requirement } from '../../src/config/model-requirement.ts'
import { errorOf } from '../../src/decision/challenge.ts'
import { DENIALS } from '../../src/decision/denial.ts'
import { buildMetadataIndex, findMetadata } from '../../src/documents/protected-resource.ts'
import { readConfiguration } from './configuration.ts'
import { openForge } from './token-forge.ts'
import { createInProcess } from './transport.ts'
import { ALL_VECTORS } from './vectors.ts'

const config = readConfiguration((issuer) => `https://keys.example.com/${issuer}`)
const ask = createInProcess(config, await openForge())
const index = buildMetadataIndex(config.routes, () => undefined)

test('an independent client reads the same challenge out of every refusal', async () => {
  let read = 0
  for (const vector of ALL_VECTORS) {
    const { answer, decision } = await ask(vector)
    if (!answer.headers.some(([name]) => name === 'WWW-Authenticate')) continue
    const response = () =>
      Promise.resolve(
        new Response(answer.body, { status: answer.status, headers: answer.headers.map(([...pair]) => pair) }),
      )
    const refused = await protectedResourceRequest(
      'token',
      'GET',
      new URL('https://api.example.com/'),
      undefined,
      null,
      {
        [customFetch]: response,
      },
    ).catch((error: unknown) => error)
    assert.ok(refused instanceof WWWAuthenticateChallengeError, vector.id)
    assert.equal(refused.cause.length, 1, vector.id)
    const [challenge] = refused.cause
    const { resource_metadata, scope, error, error_description, algs, ...others } = challenge?.parameters ?? {}
    assert.ok(decision.outcome === 'deny' && decision.route !== undefined, vector.id)
    const required = [decision.entry, ...decision.rules, ...(decision.mcp?.needs ?? [])]
    assert.deepEqual(others, error === 'insufficient_user_authentication' ? stepUp(required) : {}, vector.id)
    const row = DENIALS[decision.reason]
    const { dpop } = decision.route
    const withProof = dpop.mode === 'required' || (dpop.mode === 'accepted' && decision.scheme === 'dpop')
    assert.equal(challenge?.scheme, withProof ? 'dpop' : 'bearer', vector.id)
    assert.equal(algs, withProof ? dpop.algorithms.join(' ') : undefined, vector.id)
    assert.equal(error, errorOf(row, decision.scheme), vector.id)
    assert.equal(error_description, row.error === undefined ? undefined : row.message, vector.id)
    const wanted = [
      ...new Set([
        ...decision.route.requestScopes,
        ...[...decision.rules, ...(decision.mcp?.needs ?? [])].flatMap((rule) =>
          rule.scopes.map((one) => decision.route?.scopePrefix + one),
        ),
      ]),
    ]
    assert.equal(scope, wanted.length === 0 ? undefined : wanted.join(' '), vector.id)
    const { host, pathname, search } = new URL(resource_metadata ?? '')
    assert.equal(findMetadata(index, host, pathname + search)?.route, decision.route, vector.id)
    read += 1
  }
  assert.ok(read > 100)
})

/** RFC 9470 §3: the login that satisfies every requirement. */
function stepUp(
  required: readonly (Pick<Requirement, 'authentication'> | undefined)[],
): Readonly<Record<string, string>> {
  const authentications = required.flatMap((one) => one?.authentication ?? [])
  const [first = [], ...others] = authentications.flatMap(({ acr }) => (acr === undefined ? [] : [acr]))
  const acr = first.filter((value) => others.every((list) => list.includes(value)))
  const ages = authentications.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? [])
  return {
    ...(acr.length === 0 ? {} : { acr_values: acr.join(' ') }),
    ...(ages.length === 0 ? {} : { max_age: `${Math.min(...ages)}` }),
  }
}

test('an independent client finds and accepts the metadata of every resource', async () => {
  for (const route of config.routes) {
    for (const resource of route.resources) {
      const identifier = new URL(resource.url)
      const serve = (url: string) => {
        const { host, pathname, search } = new URL(url)
        const found = findMetadata(index, host, pathname + search)
        assert.ok(found !== undefined, url)
        return Promise.resolve(new Response(found.body(), { headers: { 'content-type': 'application/json' } }))
      }
      const response = await resourceDiscoveryRequest(identifier, { [customFetch]: serve })
      const document = await processResourceDiscoveryResponse(identifier, response)
      assert.deepEqual(document.bearer_methods_supported, ['header'])
      assert.ok((document.authorization_servers ?? []).length > 0, route.name)
    }
  }
})
