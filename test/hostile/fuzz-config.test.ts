import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse as parseYaml } from 'yaml'
import { formatProblem } from '../../src/config/problem.ts'
import { NOW, parseText } from '../unit/config/fixtures.ts'
import { compileSchema } from '../unit/config/schema-validator.ts'
import { runs, SEED } from './effort.ts'
import { assertDemands } from './fuzz/config-demands.ts'
import { editedConfigs } from './fuzz/config-texts.ts'
import { printTable } from './table.ts'

const RUNS = runs(1_500, 100_000)
const FOLDER = new URL('../../', import.meta.url)

/** Every key of the file at least once; the examples are those of people. */
const WHOLE = `
issuers:
  main:
    issuer: https://id.example.com
    jwksUri: http://id.auth.svc/keys
    algorithms: [RS256, ES256]
    clockTolerance: 10s
    maxTokenLifetime: 24h
    maxStale: 1h
    requireTyp: at+jwt
    scopeClaims: [scope]
    booleanScopes: true
    scopePrefix: api://x/
    clientClaims: [azp]
  shared: { issuer: https://shared.example.com, secretFile: secret.txt }
  local: { issuer: local, jwksFile: good.jwks }
  pem: { issuer: pem, publicKeyFile: public.pem, dangerouslyAllowHttp: true }
defaults: { issuers: [main], scopes: [a], rules: [{ methods: [DELETE], scopes: [b] }], scopeImplies: { b: [a] } }
routes:
  one:
    resource: [https://one.example.com/a, https://two.example.com/a]
    audience: unchecked
    clientIds: [claude]
    requestScopes: [a, openid]
    claims: { groups: [x], /a/b: { allOf: [y], noneOf: [z] }, c: { exists: false }, d: 5 }
    rules: [{ paths: [/a/admin], claims: { groups: admins } }]
    identityHeaders: { X-User: sub, X-Scopes: "@scopes" }
    upstreamAuthorization: { secretFile: header.txt }
    origins: [https://app.example.com]
    preflight: pass
    metadata: { resource_name: One, resource_name#de: Eins }
  two:
    resource: https://three.example.com
    accept: [{ issuer: shared, audience: [x] }, { issuer: local, scopes: [c], advertise: false }]
    match: { hosts: [three.example.com], paths: [/] }
    anonymous: true
    mode: observe
    upstreamAuthorization: { claim: token }
revocations: { jti: [a], sub: [b], clientIds: [c], issuedBefore: 2026-01-01T00:00:00Z }
`
const EXAMPLES = globSync('examples/{config/*,**/config}.yaml', { cwd: FOLDER }).map((name) =>
  readFileSync(new URL(name, FOLDER), 'utf8'),
)

test('an edited configuration is refused with places, or is one that may be used', () => {
  const valid = compileSchema()
  let accepted = 0
  assert.ok(EXAMPLES.length > 5)
  fc.assert(
    fc.property(editedConfigs([WHOLE, WHOLE, ...EXAMPLES]), (text) => {
      const parsed = parseText(text)
      if (!parsed.ok) {
        assert.notEqual(parsed.problems.length, 0)
        const lines = text.split(/\r\n|\n|\r/).length
        for (const problem of parsed.problems) {
          assert.doesNotMatch(formatProblem(problem), /[\x00-\x1f\x7f]/)
          // A file with hundreds of problems says so, without a place.
          if (problem.position === undefined) assert.equal(parsed.problems.length, 201)
          else assert.ok(problem.position.line >= 1 && problem.position.line <= lines && problem.position.column >= 1)
        }
        return
      }
      accepted += 1
      assertDemands(parsed.config, text, NOW)
      const value: unknown = parseYaml(text)
      assert.ok(valid(value), 'the schema for editors refuses what the loader takes')
      const again = parseText(JSON.stringify(value))
      assert.ok(again.ok)
      assert.deepEqual(again.config, parsed.config)
    }),
    { numRuns: RUNS, seed: SEED },
  )
  printTable(
    'Fuzz: configurations after an edit',
    ['texts', 'accepted', 'refused with places', 'exceptions', 'accepted against a demand'],
    [[RUNS, accepted, RUNS - accepted, 0, 0]],
    [`Seed ${SEED}; begun from ${EXAMPLES.length + 1} right ones.`],
  )
  assert.ok(accepted > RUNS / 50, `only ${accepted} accepted`)
})
