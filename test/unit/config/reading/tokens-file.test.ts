import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { parse } from '../../../../src/config/parse.ts'
import { formatProblem } from '../../../../src/config/problem.ts'
import { ENTRY_KEYS, MAX_TOKENS } from '../../../../src/config/reading/tokens-file.ts'
import { NOW } from '../fixtures.ts'

const CONFIG = `issuers: { robots: { tokensFile: tokens.yaml } }
routes: { api: { resource: https://api.example.com } }
`
const HASH = hash('sha256', 'fwg_something', 'hex')
const entry = (more: string) => `- { sha256: ${HASH}, sub: robot, aud: api, exp: 2027-01-01${more} }\n`

function read(tokens: string | Buffer) {
  const parsed = parse([{ file: 'config.yaml', text: CONFIG }], {
    now: NOW,
    readFile: (name) => (name === 'tokens.yaml' ? { bytes: Buffer.from(tokens) } : { error: 'there is no such file' }),
  })
  return parsed.ok ? { config: parsed.config, lines: [] } : { lines: parsed.problems.map(formatProblem) }
}

function tokensOf(text: string) {
  const { config, lines } = read(text)
  assert.deepEqual(lines, [])
  const keys = config?.issuers[0]?.keys
  return keys?.kind === 'tokensFile' ? keys.tokens : assert.fail('no tokens')
}

test('an entry becomes claims', () => {
  const [token] = tokensOf(
    `- sha256: ${HASH.toUpperCase()}
  sub: robot
  aud: [one, two]
  scope: "a b"
  exp: 2027-01-01T12:00:00+02:00
  iat: 1700000000
  jti: t1
  client_id: cron
  groups: [ops]
  claims: { department: 7 }
`,
  )
  assert.equal(token?.sha256.toString('hex'), HASH)
  assert.deepEqual(token?.claims, {
    department: 7,
    sub: 'robot',
    aud: ['one', 'two'],
    scope: 'a b',
    exp: Date.UTC(2027, 0, 1, 10) / 1000,
    iat: 1_700_000_000,
    jti: 't1',
    client_id: 'cron',
    groups: ['ops'],
  })
})

test('a date alone is its first moment in UTC; an empty list has no tokens', () => {
  assert.equal(tokensOf(entry(''))[0]?.claims['exp'], Date.UTC(2027, 0, 1) / 1000)
  assert.deepEqual(tokensOf('[]\n'), [])
})

const AT = 'issuers.robots.tokensFile'
const WRONG: readonly (readonly [text: string | Buffer, lines: readonly string[]])[] = [
  [
    '',
    [
      `${AT}: must be a list of tokens; write - { sha256: …, sub: robot, aud: https://api.example.com, exp: 2027-01-01 }, or [] for none (tokens.yaml:1:1)`,
    ],
  ],
  [
    'robot: x\n',
    [
      `${AT}: must be a list of tokens; write - { sha256: …, sub: robot, aud: https://api.example.com, exp: 2027-01-01 }, or [] for none (tokens.yaml:1:1)`,
    ],
  ],
  [Buffer.from([0xff]), [`${AT}: the file is not UTF-8; save it as UTF-8 (tokens.yaml:1:1)`]],
  ['- fwg_secret\n', [`${AT}[0]: must be a map (key: value) with the keys ${ENTRY_KEYS.join(', ')} (tokens.yaml:1:3)`]],
  [
    '- {}\n',
    [
      `${AT}[0]: has no sha256; add sha256: with the SHA-256 of the token (tokens.yaml:1:3)`,
      `${AT}[0]: has no sub; add sub: with a name for its holder (tokens.yaml:1:3)`,
      `${AT}[0]: has no aud; add aud: with the audience of the route, by default its resource (tokens.yaml:1:3)`,
      `${AT}[0]: has no exp; add exp: with a date, such as 2027-01-01 (tokens.yaml:1:3)`,
    ],
  ],
  [
    entry(', scpoe: a'),
    [`${AT}[0].scpoe: is not a known key; did you mean "scope"? (tokens.yaml:1:${entry('').length})`],
  ],
  [
    `- { sha256: fwg_secret, sub: robot, aud: api, exp: 2027-01-01 }\n`,
    [`${AT}[0].sha256: is the token itself; make a new one, and write only its SHA-256 (tokens.yaml:1:13)`],
  ],
  [
    `- { sha256: ${HASH.slice(1)}, sub: robot, aud: api, exp: 2027-01-01 }\n`,
    [
      `${AT}[0].sha256: must be the SHA-256 of the token in 64 hexadecimal digits; "forwardgate token new" makes both (tokens.yaml:1:13)`,
    ],
  ],
  [
    entry('').repeat(2),
    [
      `${AT}[1].sha256: is already on line 1; remove one of the two, as each holder has a token of its own (tokens.yaml:2:13)`,
    ],
  ],
  ['- { sub: a }\n- {\n', [`${AT}: this is not valid YAML (tokens.yaml:3:1)`]],
]

for (const [text, lines] of WRONG) {
  test(`refused: ${JSON.stringify(text.toString())}`, () => assert.deepEqual(read(text).lines, lines))
}

const VALUES: readonly (readonly [more: string, key: string, message: RegExp])[] = [
  [', scope: 5', 'scope', /must be text or a list of texts/],
  [', scope: []', 'scope', /must be text or a list of texts/],
  [', groups: [1]', 'groups', /must be text or a list of texts/],
  [', jti: 7', 'jti', /must be text; write it in quotes/],
  [', client_id: ""', 'client_id', /must be text/],
  [', iat: soon', 'iat', /must be a date such as/],
  [', iat: 2026-02-30', 'iat', /must be a date such as/],
  [', iat: -1', 'iat', /must be a date such as/],
  [', iat: [1]', 'iat', /must be a date such as/],
  [', iat: 1700000000000', 'iat', /is in milliseconds/],
  [', claims: [a]', 'claims', /must be a map/],
  [', claims: { sub: a }', 'claims.sub', /has a key of its own/],
  [', claims: { cnf: {} }', 'claims.cnf', /has no effect in a static token/],
  [', claims: { iss: a }', 'claims.iss', /has no effect in a static token/],
]

for (const [more, key, message] of VALUES) {
  test(`refused:${more}`, () => {
    const { lines } = read(entry(more))
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.ok(lines[0]?.startsWith(`${AT}[0].${key}: `), lines[0])
    assert.match(lines[0] ?? '', message)
    assert.match(lines[0] ?? '', /\(tokens\.yaml:1:\d+\)$/)
  })
}

test('exp is needed: a token for ever is refused', () => {
  const { lines } = read(`- { sha256: ${HASH}, sub: robot, aud: api }\n`)
  assert.match(lines.join(), /has no exp/)
})

test('more tokens than can be compared are refused', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => entry('').replace(HASH, hash('sha256', String(at), 'hex'))).join('')
  assert.equal(tokensOf(many(MAX_TOKENS)).length, MAX_TOKENS)
  assert.match(read(many(MAX_TOKENS + 1)).lines.join(), /holds 1001 tokens; at most 1000 are compared/)
})

test('no message repeats what the file contains', () => {
  const secret = 'fwg_a-secret-that-must-not-be-shown'
  for (const text of [
    `- ${secret}\n`,
    `- { sha256: ${secret}, sub: [${secret}], aud: {x: ${secret}}, exp: ${secret}, jti: [${secret}] }\n`,
    `- sha256: "${secret}\n`,
    `- sha256: ${secret}: ${secret}\n`,
    `${secret}\n`,
    `- ${secret}: { sub: a }\n`,
    `- sha256: !x ${secret}\n`,
    `- [${secret}\n- &a b\n`,
  ]) {
    const { lines } = read(text)
    assert.ok(lines.length > 0)
    for (const line of lines) assert.ok(!line.includes('secret'), line)
  }
})

test('never advertised, in a list of issuers and in accept', () => {
  const two = `issuers: { main: https://id.example.com, robots: { tokensFile: tokens.yaml } }\n`
  const parsed = (route: string) =>
    parse([{ file: 'config.yaml', text: `${two}routes: { api: { resource: https://api.example.com, ${route} } }\n` }], {
      now: NOW,
      readFile: () => ({ bytes: Buffer.from(entry('')) }),
    })
  for (const route of ['issuers: [main, robots]', 'accept: [{ issuer: main }, { issuer: robots }]']) {
    const { ok, ...rest } = parsed(route)
    assert.ok(ok && 'config' in rest)
    assert.deepEqual(
      rest.config.routes[0]?.accept.map(({ advertise }) => advertise),
      [true, false],
    )
  }
  const wrong = parsed('accept: [{ issuer: main }, { issuer: robots, advertise: true }]')
  assert.ok(!wrong.ok)
  assert.deepEqual(wrong.problems.map(formatProblem), [
    'routes.api.accept[1].advertise: cannot be true: a file of tokens has no login; remove it (config.yaml:2:109)',
  ])
})
