import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { formatProblem } from '../../../src/config/problem.ts'
import { BASE, parseText } from './fixtures.ts'

function neverThrows(text: string): void {
  const parsed = parseText(text)
  if (parsed.ok) return
  assert.notEqual(parsed.problems.length, 0)
  for (const problem of parsed.problems) {
    assert.doesNotMatch(
      formatProblem(problem),
      /[\n\r]|Invalid input|Unrecognized|\bexpected (?:one of|string|array|object|record)|undefined|\[object/,
    )
  }
}

const KEYS =
  `issuers homelab issuer jwksUri jwksFile secretFile algorithms clockTolerance scopePrefix defaults routes api other
resource audience clientIds scopes requestScopes claims groups anyOf noneOf exists rules methods paths scopeImplies
identityHeaders X-Auth upstreamAuthorization origins preflight metadata resource_name resource_name#de accept advertise match
hosts anonymous mode revocations jti issuedBefore __proto__ constructor toString`.split(/\s+/)
const VALUES =
  `https://id.example.com https://api.example.com/mcp homelab unchecked observe keep @scopes @x /mcp /mcp/../x GET 30s RS256
HS256 secret.txt good.jwks 2026-01-01T00:00:00Z`.split(/\s+/)

const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom<unknown>(...VALUES, null, true, 5, 1e300, ''),
    fc.string(),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

test('any text is parsed or refused in plain lines', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), neverThrows), { numRuns: 500 })
})

test('YAML syntax in any order is parsed or refused in plain lines', () => {
  const piece = fc.constantFrom(
    '- ',
    ': ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!t ',
    '? ',
    '| ',
    '"',
    "'",
    '#',
    '---',
    ',',
    'a',
    '<<',
    '%',
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
      neverThrows,
    ),
    { numRuns: 2000 },
  )
})

test('a right configuration with one byte changed is parsed or refused in plain lines', () => {
  const change = fc.tuple(fc.nat(BASE.length), fc.string({ unit: 'binary', maxLength: 3 }))
  fc.assert(
    fc.property(change, ([at, text]) => neverThrows(BASE.slice(0, at) + text + BASE.slice(at + 1))),
    { numRuns: 1000 },
  )
})

test('maps of known keys with any values are parsed or refused in plain lines', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('issuers', 'defaults', 'routes', 'revocations'), tree.node), (value) =>
      neverThrows(stringify(value)),
    ),
    { numRuns: 2000 },
  )
})

test('any value for any one key of a route is parsed or refused in plain lines', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KEYS), tree.node, (key, value) =>
      neverThrows(
        `${BASE}    ${stringify({ [key]: value })
          .trimEnd()
          .replaceAll('\n', '\n    ')}\n`,
      ),
    ),
    { numRuns: 2000 },
  )
})
