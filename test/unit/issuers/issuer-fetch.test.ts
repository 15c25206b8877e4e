import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { KeySource } from '../../../src/config/model-issuer.ts'
import { createIssuerFetch } from '../../../src/issuers/issuer-fetch.ts'
import { folderFor } from '../../support/folder.ts'

async function setUp(t: TestContext, keys: KeySource, issuer = 'https://id.example.com/a') {
  const folder = folderFor(t)
  const bearerTokenFile = join(folder, 'token')
  await writeFile(bearerTokenFile, 'secret\n')
  const sent: (string | null)[] = []
  const plain: typeof fetch = (_input, init) => {
    sent.push(new Headers(init?.headers).get('authorization'))
    return Promise.resolve(new Response('{}'))
  }
  const own = createIssuerFetch({ name: 'main', issuer, keys, maxStale: 60, fetch: { bearerTokenFile } }, plain)
  return { own, sent }
}

const jwksUri = (uri: string): KeySource => ({ kind: 'jwksUri', uri })

for (const [keys, issuer, address, gets] of [
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com/jwks', true],
  [jwksUri('https://k.example.com:443/jwks'), undefined, 'https://K.example.com/other', true],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://id.example.com/a', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com:8443/jwks', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'http://k.example.com/jwks', false],
  [jwksUri('https://k.example.com/jwks'), undefined, 'https://k.example.com.evil.example/jwks', false],
  [jwksUri('http://k.example.com/jwks'), undefined, 'http://k.example.com/jwks', false],
  [{ kind: 'discoveryUri', uri: 'https://d.example.com/x' }, undefined, 'https://d.example.com/jwks', true],
  [{ kind: 'discoveryUri', uri: 'https://d.example.com/x' }, undefined, 'https://id.example.com/jwks', false],
  [{ kind: 'discovery' }, undefined, 'https://id.example.com/jwks', true],
  [{ kind: 'discovery' }, undefined, 'https://10.0.0.1/jwks', false],
  [{ kind: 'discovery' }, 'urn:example:issuer', 'https://10.0.0.1/jwks', false],
] as const) {
  test(`the bearer token is ${gets ? '' : 'not '}sent to ${address} where ${JSON.stringify(keys)} is configured`, async (t) => {
    const { own, sent } = await setUp(t, keys, issuer)
    await own(address)
    assert.deepEqual(sent, [gets ? 'Bearer secret' : null])
  })
}
