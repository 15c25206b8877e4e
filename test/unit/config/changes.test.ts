import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Changes, changesBetween } from '../../../src/config/changes.ts'
import type { Config } from '../../../src/config/model.ts'
import { parse } from '../../../src/config/parse.ts'
import { allAtOnce } from '../../../src/config/steps.ts'
import { shownChanges } from '../../../src/telemetry/state-logs.ts'
import { FILES, NOW } from './fixtures.ts'

const OTHER_SECRET = `${'o'.repeat(32)}\n`

/** Two issuers and three routes, with every kind of file that is part of a configuration. */
const TEXT = `
defaults: { scopes: [read] }
revocations: { sub: [mallory] }
issuers:
  main: https://id.example.com
  shared: { issuer: https://hs.example.com, secretFile: secret.txt, algorithms: [HS256] }
  local: { issuer: https://local.example.com, jwksFile: keys.jwks }
  robots: { tokensFile: tokens.yaml }
routes:
  one: { resource: https://api.example.com/one, issuers: [main] }
  two: { resource: https://api.example.com/two, issuers: [shared, robots], upstreamAuthorization: { secretFile: header.txt } }
  three: { resource: https://api.example.com/three, issuers: [local], dpop: { mode: required, nonceSecretFile: nonce.txt } }
`
const NAMED = {
  'secret.txt': FILES['secret.txt'],
  'header.txt': 'Bearer abc\n',
  'nonce.txt': FILES['secret.txt'],
  'tokens.yaml': FILES['tokens.yaml'],
  'keys.jwks': FILES['good.jwks'],
}

function config(text: string, files: Readonly<Record<string, string | Buffer | undefined>> = {}): Config {
  const all: Readonly<Record<string, string | Buffer | undefined>> = { ...NAMED, ...files }
  const parsed = parse([{ file: 'config.yaml', text }], {
    now: NOW,
    readFile: (name) => {
      const content = all[name]
      return content === undefined ? { error: `there is no ${name}` } : { bytes: Buffer.from(content) }
    },
  })
  return parsed.ok ? parsed.config : assert.fail(parsed.problems.map(({ message }) => message).join('\n'))
}

const changes = (before: Config | undefined, after: Config): Changes => allAtOnce(changesBetween(before, after))

type Expected = Partial<Record<'routes' | 'issuers', Partial<Changes['routes']>>> & { readonly revocations?: boolean }

function assertChanges(actual: Changes, { routes, issuers, revocations = false }: Expected): void {
  const none = { added: [], changed: [], removed: [] }
  assert.deepEqual(actual, { routes: { ...none, ...routes }, issuers: { ...none, ...issuers }, revocations })
}

const replace = (from: string, to: string): string => {
  assert.ok(TEXT.includes(from), from)
  return TEXT.replace(from, to)
}

const ROWS: readonly (readonly [what: string, after: Config, expected: Expected])[] = [
  ['nothing', config(TEXT), {}],
  ['a comment and the order of keys', config(`# new\n${replace('sub: [mallory]', '"sub": [ mallory ]')}`), {}],
  [
    'a key of one route',
    config(replace('/one, issuers: [main]', '/one, issuers: [main], scopes: [write]')),
    { routes: { changed: ['one'] } },
  ],
  ['the mode', config(replace('/one, ', '/one, mode: observe, ')), { routes: { changed: ['one'] } }],
  [
    'a default that every route has',
    config(replace('scopes: [read]', 'scopes: [write]')),
    { routes: { changed: ['one', 'two', 'three'] } },
  ],
  [
    'a default that one route overrides',
    config(replace('{ scopes: [read] }', '{ scopes: [read], dpop: off }')),
    { routes: { changed: ['one', 'two'] } },
  ],
  ['a key of an issuer', config(replace('[HS256]', '[HS256, HS512]')), { issuers: { changed: ['shared'] } }],
  [
    'the way in of a route',
    config(replace('issuers: [main] }', 'issuers: [main, local] }')),
    { routes: { changed: ['one'] } },
  ],
  [
    'another issuer of a route',
    config(replace('/one, issuers: [main]', '/one, issuers: [local]')),
    { routes: { changed: ['one'] } },
  ],
  [
    'an added route and issuer',
    config(
      `${replace('issuers:\n', 'issuers:\n  new: https://new.example.com\n')}  four: { resource: https://api.example.com/four, issuers: [new] }\n`,
    ),
    { routes: { added: ['four'] }, issuers: { added: ['new'] } },
  ],
  ['a renamed route', config(replace('  one:', '  uno:')), { routes: { added: ['uno'], removed: ['one'] } }],
  ['secretFile of an issuer', config(TEXT, { 'secret.txt': OTHER_SECRET }), { issuers: { changed: ['shared'] } }],
  ['jwksFile', config(TEXT, { 'keys.jwks': FILES['mixed.jwks'] }), { issuers: { changed: ['local'] } }],
  [
    'tokensFile',
    config(TEXT, { 'tokens.yaml': String(FILES['tokens.yaml']).replaceAll('a1', 'b2') }),
    { issuers: { changed: ['robots'] } },
  ],
  ['secretFile for the backend', config(TEXT, { 'header.txt': 'Bearer xyz' }), { routes: { changed: ['two'] } }],
  ['nonceSecretFile', config(TEXT, { 'nonce.txt': OTHER_SECRET }), { routes: { changed: ['three'] } }],
  ['revocations', config(replace('[mallory]', '[mallory, eve]')), { revocations: true }],
]

for (const [what, after, expected] of ROWS) {
  test(`a reload reports what changed, and nothing else: ${what}`, () =>
    assertChanges(changes(config(TEXT), after), expected))
}

test('at the start everything is added', () => {
  assertChanges(changes(undefined, config(TEXT)), {
    routes: { added: ['one', 'two', 'three'] },
    issuers: { added: ['main', 'shared', 'local', 'robots'] },
    revocations: true,
  })
})

test('of thousands of routes the first names are shown, and how many more there are', () => {
  const routes = Array.from(
    { length: 3_000 },
    (_, index) => `  r${index}: { resource: https://api.example.com/r${index} }\n`,
  )
  const large = config(`issuers: { main: https://id.example.com }\nroutes:\n${routes.join('')}`)
  const shown = shownChanges(large, changes(undefined, large))
  assert.equal(shown.routes.total, 3_000)
  assert.deepEqual(shown.routes.added.slice(-2), ['r19', '… 2980 more'])
  assert.ok(JSON.stringify(shown).length < 500)
})
