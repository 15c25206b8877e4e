import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../../../src/config/parse.ts'
import { formatProblem } from '../../../../src/config/problem.ts'
import { NOW, readFixture } from '../fixtures.ts'

const asking = (name: string) =>
  `  ${name}: { issuer: "https://${name}.example.com", introspection: { clientId: gate, clientSecretFile: header.txt } }\n`
const read = (route: string) =>
  parse(
    [
      {
        file: 'config.yaml',
        text: `issuers:\n${asking('one')}${asking('two')}  plain: https://plain.example.com\nroutes:\n  api: { resource: https://api.example.com, identityHeaders: { X-I: "@issuer" }, ${route} }\n`,
      },
    ],
    { now: NOW, readFile: readFixture },
  )

test('the secret is that of the file, the rest has defaults', () => {
  const parsed = read('issuers: [one, plain]')
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.config.issuers[0]?.introspection, {
    endpoint: undefined,
    clientId: 'gate',
    clientSecret: 'Bearer abc',
    file: 'header.txt',
    clientAuthentication: 'client_secret_basic',
    cacheFor: 60,
  })
  assert.equal(parsed.config.issuers[2]?.introspection, undefined)
})

test('a route has one issuer at most that is asked about opaque tokens, in accept too', () => {
  for (const route of ['issuers: [one, two]', 'accept: [{ issuer: one }, { issuer: plain }, { issuer: two }]']) {
    const parsed = read(route)
    assert.ok(!parsed.ok)
    assert.deepEqual(parsed.problems.map(formatProblem), [
      'routes.api: accepts one and two, which both introspect opaque tokens; keep one of them (config.yaml:6:3)',
    ])
  }
  assert.ok(read('accept: [{ issuer: one, scopes: [a] }, { issuer: one, scopes: [b] }, { issuer: plain }]').ok)
})
