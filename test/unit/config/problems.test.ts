import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../../src/config/parse.ts'
import { formatProblem } from '../../../src/config/problem.ts'
import { BASE, NOW, parseText, problemsOf, readFixture, withFragment } from './fixtures.ts'
import { FILE_ROWS } from './rows-file.ts'
import { ISSUER_ROWS } from './rows-issuer.ts'
import { ROUTE_ROWS } from './rows-route.ts'

for (const { slot, good, bad, problems } of [...FILE_ROWS, ...ISSUER_ROWS, ...ROUTE_ROWS]) {
  test(`${slot} ${JSON.stringify(bad)}`, () => {
    assert.deepEqual(problemsOf(withFragment(slot, bad)), problems)
    assert.deepEqual(problemsOf(withFragment(slot, good)), [])
  })
}

test('ten mistakes print ten problems, in the order of the file', () => {
  const text = `issuers:
  homelab: http://id.example.com
  ci: { issuer: https://ci.example.com, clockTolerance: 5m }
defaults:
  mode: observe
routes:
  kubernetes:
    resource: https://api.example.com/mcp#x
    issuers: [homelb]
    scopes: mcp:read
    rules: [{ methods: [GTE], scopes: [a] }]
  grafana:
    issuers: [homelab]
    identityHeaders: { Host: sub }
    audience: unchecked
revocations: { issuedBefore: tomorrow }
`
  assert.deepEqual(problemsOf(text), [
    'issuers.homelab: "http://id.example.com" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:12)',
    'issuers.ci.clockTolerance: "5m" is too long; write at most 60s (config.yaml:3:57)',
    'defaults.mode: is not allowed in defaults; write it on each route that needs it (config.yaml:5:3)',
    'routes.kubernetes.resource: "https://api.example.com/mcp#x" has a fragment; remove the # and what follows (config.yaml:8:15)',
    'routes.kubernetes.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:9:15)',
    'routes.kubernetes.scopes: must be a list; write [mcp:read] (config.yaml:10:13)',
    'routes.kubernetes.rules[0].methods[0]: "GTE" is not a method that can be forwarded; did you mean "GET"? (config.yaml:11:25)',
    'routes.grafana: has no resource; add resource: with the URL that users type into a client (config.yaml:12:3)',
    'routes.grafana.identityHeaders.Host: cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject (config.yaml:14:24)',
    'routes.grafana.audience: unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience (config.yaml:15:15)',
    'revocations.issuedBefore: "tomorrow" is not a date and time; write it like 2026-01-01T00:00:00Z (config.yaml:16:30)',
  ])
})

test('a way in for ID tokens says of which clients: on the route, in its entry or in defaults', () => {
  const text = (route: string, defaults = '') => `issuers:
  plain: https://plain.example.com
  both: { issuer: https://both.example.com, tokenKinds: [access, id] }
${defaults}routes:
  api:
    resource: https://api.example.com/mcp
    ${route}
`
  const reported = (place: string, at: string) =>
    `${place}: accepts ID tokens of "both" (tokenKinds) and does not say of which clients; add audience or clientIds (config.yaml:${at})`
  const entries = (of: string) => text(`accept: [{ issuer: plain }, { issuer: both${of} }]`)
  assert.deepEqual(problemsOf(text('issuers: [plain, both]')), [reported('routes.api', '5:3')])
  assert.deepEqual(problemsOf(entries('')), [reported('routes.api.accept[1]', '7:33')])
  for (const list of ['audience: [a]', 'clientIds: [a]']) {
    assert.deepEqual(problemsOf(text(`issuers: [both]\n    ${list}`)), [])
    assert.deepEqual(problemsOf(entries(`, ${list}`)), [])
    assert.deepEqual(problemsOf(text('issuers: [both]', `defaults: { ${list} }\n`)), [])
  }
  assert.deepEqual(problemsOf(text('issuers: [plain]')), [])
})

test('a file larger than 1 MiB is refused, one of 1 MiB is read', () => {
  const filler = (size: number) => `${BASE}#${'x'.repeat(size - BASE.length - 1)}`
  assert.deepEqual(problemsOf(filler(1024 * 1024)), [])
  assert.deepEqual(problemsOf(filler(1024 * 1024 + 1)), [
    'the file is larger than 1 MiB; split it into a directory of files (config.yaml:1:1)',
  ])
})

test('aliases are followed, and refused when they expand to too much', () => {
  const shared = `issuers: { a: https://a.example.com }
routes:
  x: { resource: https://x.example.com, claims: &c { groups: [ops] } }
  y: { resource: https://y.example.com, claims: *c }
`
  const parsed = parseText(shared)
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.config.routes[1]?.accept[0]?.claims, parsed.config.routes[0]?.accept[0]?.claims)
  const layers = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`)
  const started = performance.now()
  assert.deepEqual(problemsOf(`l0: &l0 [x, x, x]\n${layers.join('\n')}\n`), [
    'the aliases in this file expand to too much; write the values out (config.yaml:1:1)',
  ])
  assert.ok(performance.now() - started < 60_000)
})

test('a list that is suggested is one short line, whatever was written in its place', () => {
  const reported = (text: string) => problemsOf(`${BASE}    scopes: ${text}\n`).join('').replace(/ \(.*/, '')
  assert.equal(reported('a b, c'), 'routes.api.scopes: must be a list; write [a, b, c]')
  assert.equal(reported('"\\0\\e[31m a"'), 'routes.api.scopes: must be a list; write ["\\u0000\\u001b[31m", a]')
  assert.equal(reported('["a \\0"]'), 'routes.api.scopes[0]: "a \\u0000" holds several scopes; write [a, "\\u0000"]')
  assert.equal(
    reported('https://me:secret@id.example.com'),
    'routes.api.scopes: must be a list; write ["https://…@id.example.com"]',
  )
  assert.equal(reported('a b c d e f g'), 'routes.api.scopes: must be a list; write [a, b, c, d, e, …]')
})

test('nesting without end is refused', () => {
  assert.deepEqual(problemsOf('['.repeat(200_000)), ['the file is nested too deeply to be read (config.yaml:1:1)'])
  assert.match(problemsOf(`${'['.repeat(70)}${']'.repeat(70)}`)[0] ?? '', /is nested more than 64 levels deep/)
})

test('a mistake in a shared alias or in defaults is reported once', () => {
  const text = `issuers: { a: https://a.example.com }
defaults: { claims: { g: {} } }
routes:
  x: { resource: https://x.example.com, metadata: &m { nmae: x } }
  y: { resource: https://y.example.com }
`
  assert.equal(problemsOf(text).length, 2)
})

test('problems beyond two hundred are counted', () => {
  const names = Array.from({ length: 300 }, (_, i) => `  r${i}: { resource: x }\n`).join('')
  const lines = problemsOf(`issuers: { a: https://a.example.com }\nroutes:\n${names}`)
  assert.equal(lines.length, 201)
  assert.equal(lines.at(-1), '100 more problems are not shown; correct these first')
})

test('several files are one whole; a name, defaults and revocations are in one of them', () => {
  const read = (...texts: readonly string[]) =>
    parse(
      texts.map((text, i) => ({ file: `conf/${'abc'[i]}.yaml`, text })),
      { now: NOW, readFile: readFixture },
    )
  const whole = read(
    'issuers: { a: https://a.example.com }\ndefaults: { scopes: [s] }\n',
    'routes: { x: { resource: https://x.example.com } }\n',
    '# nothing\n',
  )
  assert.ok(whole.ok)
  assert.deepEqual(whole.config.routes[0]?.accept[0]?.scopes, ['s'])
  const broken = read(
    'issuers: { a: https://a.example.com }\ndefaults: { scopes: [s] }\n',
    'issuers: { a: https://b.example.com }\ndefaults: {}\nroutes: { x: { resource: https://x.example.com } }\n',
    '- x\n',
  )
  assert.ok(!broken.ok)
  assert.deepEqual(broken.problems.map(formatProblem), [
    'issuers.a: is already written in conf/a.yaml; keep it in one file (conf/b.yaml:1:12)',
    'defaults: is already written in conf/a.yaml; keep it in one file (conf/b.yaml:2:1)',
    'the file must be a map (key: value) (conf/c.yaml:1:1)',
  ])
  const place = read(
    'issuers: { a: https://a.example.com }\n',
    'routes: { x: { resource: https://x.example.com, moed: y } }\n',
  )
  assert.ok(!place.ok)
  assert.deepEqual(place.problems.map(formatProblem), [
    'routes.x.moed: is not a known key; did you mean "mode"? (conf/b.yaml:1:49)',
  ])
})

test('a file named by the configuration is looked for beside it', () => {
  const asked: string[] = []
  const readFile = (path: string) => {
    asked.push(path)
    return readFixture('good.jwks')
  }
  const issuers = 'issuers: { a: { issuer: a, jwksFile: keys/a.jwks }, b: { issuer: b, jwksFile: /run/b.jwks } }\n'
  const routes = 'routes: { x: { resource: https://x.example.com, issuers: [a, b] } }\n'
  assert.ok(parse([{ file: '/etc/gate/config.yaml', text: issuers + routes }], { now: NOW, readFile }).ok)
  assert.deepEqual(asked, ['/etc/gate/keys/a.jwks', '/run/b.jwks'])
})

/** Milliseconds of this process for one reading. */
function cost(text: string): number {
  const before = process.cpuUsage()
  problemsOf(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

test('2,500 misspelt names cost no more than a few readings of a file that is right', () => {
  const file = (issuer: (index: number) => string) => {
    const indexes = Array.from({ length: 2_500 }, (_, index) => index)
    const issuers = indexes.map((index) => `  tenant-number-${index}: https://${index}.example.com\n`)
    const routes = indexes.map((i) => `  r${i}: { resource: https://r${i}.example.com, issuers: [${issuer(i)}] }\n`)
    return `issuers:\n${issuers.join('')}routes:\n${routes.join('')}`
  }
  const right = cost(file((index) => `tenant-number-${index}`))
  const misspelt = cost(file((index) => `tenant-nunber-x${index}`))
  assert.ok(misspelt < 10 * right, `${misspelt} ms beside ${right} ms`)
})
