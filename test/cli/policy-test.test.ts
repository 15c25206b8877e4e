import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { run, runProcess } from './run.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CONFIG = `
issuers:
  main: https://id.example.com
  robots: { issuer: https://robots.example.com, secretFile: robots.secret, requireTyp: at+jwt }
routes:
  api:
    resource: https://api.example.com/mcp
    issuers: [main]
    scopes: [mcp:read]
    claims: { groups: [family] }
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
  jobs:
    resource: https://api.example.com/jobs
    accept: [{ issuer: main, scopes: [deploy] }, { issuer: robots, audience: [jobs] }]
  open: { resource: https://open.example.com/mcp, anonymous: true, issuers: [main] }
  watched: { resource: https://watched.example.com/mcp, mode: observe, issuers: [main], scopes: [mcp:read] }
  bound: { resource: https://api.example.com/bound, issuers: [main], dpop: { mode: required, nonceSecretFile: nonce } }
  loose: { resource: https://loose.example.com/mcp, audience: unchecked, clientIds: [claude], issuers: [main] }
`

async function policy(t: TestContext, tests: string, ...args: readonly string[]) {
  return policyWith(t, CONFIG, tests, ...args)
}

async function policyWith(t: TestContext, config: string, tests: string, ...args: readonly string[]) {
  const folder = folderFor(t)
  await writeFile(join(folder, 'config.yaml'), config)
  await writeFile(join(folder, 'robots.secret'), 'a secret of robots that is long enough for HS256')
  await writeFile(join(folder, 'nonce'), 'what nonces are made from, 32 bytes or more')
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'client.jwk'), JSON.stringify(ec.privateKey.export({ format: 'jwk' })))
  const ed = generateKeyPairSync('ed25519')
  await writeFile(join(folder, 'client.pem'), ed.privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const stdin = tests.replaceAll('dpopKeyFile: ', `dpopKeyFile: ${folder}/`)
  return run(['test', '-', '--config', join(folder, 'config.yaml'), ...args], { stdin })
}

const row = (body: string) => `tests:\n  - { name: it, ${body} }\n`

const PASSING: readonly (readonly [title: string, body: string])[] = [
  [
    'the usual claims are filled in',
    'request: { route: api }, claims: { scope: mcp:read, groups: [family] }, expect: { outcome: allow, reason: token, status: 200 }',
  ],
  [
    'headers of an allow',
    'request: { route: api }, claims: { sub: a, scope: mcp:read, groups: [family] }, expect: { headers: { x-auth-subject: a, X-Auth-Issuer: main, WWW-Authenticate: null } }',
  ],
  ['null takes a claim away', 'request: { route: api }, claims: { exp: null }, expect: { reason: claim_invalid }'],
  [
    'a claim replaces the usual one',
    'request: { route: api }, claims: { aud: other }, expect: { reason: audience_mismatch, status: 401 }',
  ],
  [
    'a rule',
    'request: { route: api, method: DELETE }, claims: { scope: mcp:read, groups: [family] }, expect: { reason: scope_insufficient }',
  ],
  ['nobody', 'request: { route: api }, anonymous: true, expect: { outcome: deny, reason: credentials_missing }'],
  [
    'another scheme',
    'request: { route: api, headers: { Authorization: Basic YTpi } }, anonymous: true, expect: { reason: credentials_missing }',
  ],
  [
    'a repeated header',
    'request: { route: api, headers: { Authorization: [Bearer a, Bearer b] } }, anonymous: true, expect: { status: 400, reason: credentials_ambiguous }',
  ],
  [
    'an anonymous route',
    'request: { route: open }, anonymous: true, expect: { outcome: allow, reason: anonymous, headers: { X-Auth-Subject: "" } }',
  ],
  [
    'an observed route',
    'request: { route: watched }, claims: { sub: a }, expect: { outcome: would_deny, reason: scope_insufficient, status: 200 }',
  ],
  ['an unchecked audience', 'request: { route: loose }, claims: { azp: claude }, expect: { outcome: allow }'],
  [
    'by host and path',
    'request: { host: api.example.com, uri: /mcp/x }, claims: { scope: mcp:read, groups: [family] }, expect: { outcome: allow }',
  ],
  ['no such host', 'request: { host: nowhere.example.com }, claims: { sub: a }, expect: { reason: route_unknown }'],
  [
    'an unknown route, when that is expected',
    'request: { route: gone }, anonymous: true, expect: { outcome: deny, reason: route_unknown }',
  ],
  [
    'another issuer by name, with its secret and typ',
    'request: { route: jobs }, issuer: robots, claims: { sub: r }, expect: { outcome: allow, headers: { X-Auth-Issuer: robots } }',
  ],
  [
    'another issuer by iss',
    'request: { route: jobs }, claims: { iss: https://robots.example.com }, expect: { outcome: allow }',
  ],
  [
    'an issuer that the route does not accept',
    'request: { route: api }, issuer: robots, claims: { sub: r }, expect: { reason: issuer_untrusted }',
  ],
  [
    'a member of the header',
    'request: { route: api }, header: { typ: id+jwt }, claims: { sub: a }, expect: { reason: token_type_not_allowed }',
  ],
  [
    'a bound token with its proof, on a route with a nonce',
    'request: { route: bound, method: POST, uri: "/bound/a?b=1" }, claims: { sub: a }, dpopKeyFile: client.jwk, expect: { outcome: allow }',
  ],
  [
    'a proof by another key than the token names',
    `request: { route: api }, claims: { cnf: { jkt: ${'A'.repeat(43)} } }, dpopKeyFile: client.pem, expect: { reason: proof_key_mismatch }`,
  ],
  [
    'a token without cnf as DPoP',
    'request: { route: api }, claims: { cnf: null }, dpopKeyFile: client.pem, expect: { reason: proof_key_mismatch }',
  ],
  [
    'a bearer token where only bound ones get in',
    'request: { route: bound }, claims: { sub: a }, expect: { reason: proof_missing, status: 401 }',
  ],
  [
    'a time',
    'request: { route: api }, at: 2030-01-01T00:00:00Z, claims: { exp: 1800000000 }, expect: { reason: token_expired }',
  ],
]

for (const [title, body] of PASSING) {
  test(`passes: ${title}`, async (t) => {
    const { code, stdout, stderr } = await policy(t, row(body))
    assert.equal(`${stdout}${stderr}`, 'pass  it\n\n1 passed\n')
    assert.equal(code, 0)
  })
}

test('a key file that cannot be used is named', async (t) => {
  for (const [file, what] of [
    ['nobody.jwk', 'cannot be read: there is no such file'],
    ['nonce', 'is not a private key as JWK or PEM'],
  ] as const) {
    const body = `request: { route: api }, claims: {}, dpopKeyFile: ${file}, expect: { outcome: deny }`
    const { code, stderr } = await policy(t, row(body))
    assert.equal(code, 2)
    assert.ok(stderr.includes(what), stderr)
  }
})

test('a failure shows what was expected, what came, and why', async (t) => {
  const body =
    'request: { route: api }, claims: { sub: a, scope: mcp:read, groups: [work] }, expect: { outcome: allow, headers: { X-Auth-Subject: a } }'
  const { code, stdout } = await policy(t, row(body))
  assert.equal(code, 1)
  assert.equal(
    stdout,
    [
      'FAIL  it (standard input:2:5)',
      '      - outcome: allow',
      '      + outcome: deny',
      '      - header X-Auth-Subject: a',
      '      + header X-Auth-Subject: (not there)',
      '      claims: groups: A required claim of the access token is missing or has another value',
      '        expected: anyOf: family',
      '        actual:   work',
      '',
      '0 passed, 1 failed',
      '',
    ].join('\n'),
  )
})

test('an allow that was not expected fails as well, also for programs', async (t) => {
  const body = 'request: { route: open }, anonymous: true, expect: { outcome: deny, headers: { X-Auth-Subject: null } }'
  const { code, stdout } = await policy(t, row(body), '--format', 'json')
  assert.equal(code, 1)
  const { passed, failed, tests } = JSON.parse(stdout)
  assert.deepEqual([passed, failed, tests.length, tests[0].failedStep], [0, 1, 1, null])
  assert.deepEqual(tests[0].differences, [
    { what: 'outcome', expected: 'deny', actual: 'allow' },
    { what: 'header X-Auth-Subject', expected: null, actual: '' },
  ])
})

test('a secret that is not here is noted, as check does, and the tests run without it', async (t) => {
  const without = CONFIG.replace('robots.secret', '/run/nowhere/robots.secret')
  const tests = row('request: { route: open }, anonymous: true, expect: { outcome: allow }')
  const text = await policyWith(t, without, tests)
  assert.equal(text.code, 0)
  assert.match(text.stdout, /note: issuers\.robots\.secretFile: the file "\/run\/nowhere\/robots\.secret" is not here/)
  assert.match(text.stdout, /\[file-absent\]\n[\s\S]*\n\n1 passed\n$/)
  const { passed, findings } = JSON.parse((await policyWith(t, without, tests, '--format', 'json')).stdout)
  assert.deepEqual([passed, findings.map(({ id }: { id: string }) => id)], [1, ['file-absent']])
  assert.equal(JSON.parse((await policy(t, tests, '--format', 'json')).stdout).findings, undefined)
})

const MISTAKES: readonly (readonly [text: string, expected: RegExp])[] = [
  ['', /must be a map/],
  ['tests:\n', /tests: must be a list with at least one entry/],
  ['tests: []\n', /tests: must be a list with at least one entry/],
  ['test: []\n', /test: is not a known key; did you mean "tests"\?/],
  ['{}\n', /tests: is missing/],
  ['tests: [x]\n', /tests\[0\]: must be a map \(key: value\), not "x"/],
  ['tests: [\n', /this is not valid YAML/],
  ['tests: 1\ntests: 2\n', /is written twice/],
  [row('request: { route: api }, anonymous: true, expect: {}'), /expect: is missing; write at least the outcome/],
  [row('request: { route: api }, anonymous: true'), /expect: is missing/],
  [row('anonymous: true, expect: { outcome: deny }'), /request: is missing/],
  [row('request: {}, anonymous: true, expect: { outcome: deny }'), /has neither route nor host/],
  [
    row('request: { route: apy }, anonymous: true, expect: { outcome: deny }'),
    /:2:35: error: tests\[0\]\.request\.route: "apy" is not in routes; did you mean "api"\?/,
  ],
  [
    row('request: { route: api, methd: GET }, anonymous: true, expect: { outcome: deny }'),
    /methd: is not a known key; did you mean "method"\?/,
  ],
  [
    row('request: { route: api, method: 1 }, anonymous: true, expect: { outcome: deny }'),
    /method: must be text, not 1/,
  ],
  [
    row('request: { route: api, headers: { X: 1 } }, anonymous: true, expect: { outcome: deny }'),
    /headers\.X: must be text, or a list of texts/,
  ],
  [
    row('request: { route: api, headers: { X-Forwarded-Uri: a } }, anonymous: true, expect: { outcome: deny }'),
    /is written by the proxy; use method, host and uri/,
  ],
  [
    row('request: { route: api, headers: { "X Y": a } }, anonymous: true, expect: { outcome: deny }'),
    /is not a header/,
  ],
  [row('request: { route: api }, expect: { outcome: deny }'), /has neither claims nor anonymous: true/],
  [
    row('request: { route: api }, claims: {}, anonymous: true, expect: { outcome: deny }'),
    /has claims and is anonymous/,
  ],
  [row('request: { route: api }, anonymous: false, expect: { outcome: deny }'), /anonymous: must be true/],
  [
    row('request: { route: api }, anonymous: true, issuer: main, expect: { outcome: deny }'),
    /issuer: has no effect without a token/,
  ],
  [
    row('request: { route: api }, issuer: mian, claims: {}, expect: { outcome: deny }'),
    /issuer: "mian" is not in issuers; did you mean "main"\?/,
  ],
  [
    row('request: { route: api }, claims: [], expect: { outcome: deny }'),
    /claims: must be a map \(key: value\), not a list/,
  ],
  [row('request: { route: api }, claims: {}, at: soon, expect: { outcome: deny }'), /at: is not a time/],
  [
    row('request: { route: api }, claims: {}, expect: { outcome: denied }'),
    /outcome: "denied" is not known; write allow, deny, error or would_deny/,
  ],
  [
    row('request: { route: api }, claims: {}, expect: { reason: audience }'),
    /reason: "audience" is not known; write token, anonymous/,
  ],
  [row('request: { route: api }, claims: {}, expect: { status: "200" }'), /status: must be a whole number, not "200"/],
  [row('request: { route: api }, claims: {}, expect: { headers: { X: 1 } }'), /headers\.X: must be text, or null/],
  [
    row('request: { route: api }, claims: {}, expect: { outcome: deny }').replace('it', '[a]'),
    /name: must be text, not a list/,
  ],
  [row('request: { route: api }, claims: {}, expect: { outcome: deny }').replace('name: it, ', ''), /name: is missing/],
]

for (const [text, expected] of MISTAKES) {
  test(`exit code 2: ${expected.source}`, async (t) => {
    const { code, stdout, stderr } = await policy(t, text)
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /^standard input:\d+:\d+: error: /)
    assert.match(stderr, expected)
  })
}

test('every problem of every file is reported together', async (t) => {
  const { stderr } = await policy(t, row('request: { rout: x }, claims: {}, expct: 1'), 'no-such-file.yaml')
  for (const expected of [/rout/, /expct/, /expect: is missing/, /no-such-file/]) assert.match(stderr, expected)
})

test('each example of policy tests passes against the configuration of its name', async () => {
  const files = (await readdir(join(ROOT, 'examples/policy-tests'))).filter((file) => file.endsWith('.yaml'))
  assert.ok(files.length > 0)
  for (const file of files) {
    const path = join(ROOT, 'examples/policy-tests', file)
    const config = join(ROOT, 'examples/config', file)
    const { code, stdout, stderr } = await runProcess(['test', path, '--config', config])
    assert.equal(code, 0, stdout + stderr)
    assert.match(
      await readFile(path, 'utf8'),
      new RegExp(`^# forwardgate test examples/policy-tests/${file} --config examples/config/${file}$`, 'm'),
    )
  }
})
