import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { mock, test } from 'node:test'
import { NOW } from '../conformance/configuration.ts'
import { DISAGREEMENTS } from './differential/disagreements.ts'
import { compareVerifiers } from './differential/generated-tokens.ts'
import { openKeys } from './differential/token-draft.ts'
import { runs, SEED } from './effort.ts'
import { printTable } from './table.ts'

const TOKENS = runs(5_000, 100_000)

test('two other verifiers differ from us only where it is explained', async () => {
  const keys = await openKeys()
  // Theirs is the clock of the process.
  mock.timers.enable({ apis: ['Date'], now: NOW * 1000 })
  const comparison = await compareVerifiers(keys, SEED, TOKENS).finally(() => mock.timers.reset())
  const allowed = comparison.allowed()
  printTable(
    'Differential run: tokens judged by three verifiers',
    ['tokens', 'taken by forwardgate', 'by oauth4webapi', 'by jsonwebtoken', 'unexplained'],
    [
      [
        comparison.tokens(),
        ...(['forwardgate', 'oauth4webapi', 'jsonwebtoken'] as const).map((verifier) => allowed.get(verifier) ?? 0),
        0,
      ],
    ],
    [`Seed ${SEED}.`],
  )
  printTable(
    'Disagreements with forwardgate',
    ['token', 'refused by', 'against oauth4webapi', 'against jsonwebtoken'],
    [...comparison.differences()].map(([{ token, refusedBy }, by]) => [
      token,
      refusedBy,
      by.get('oauth4webapi') ?? 0,
      by.get('jsonwebtoken') ?? 0,
    ]),
  )
  const unseen = [...comparison.differences()].filter(([, by]) => by.size === 0).map(([{ token }]) => token)
  assert.deepEqual(unseen, [], 'disagreements that are none')
  assert.ok(comparison.tokens() >= TOKENS)
})

test('the page about the differences has a row for each, and no other', async () => {
  const page = await readFile(new URL('../../docs/explanation/differences.md', import.meta.url), 'utf8')
  const written = page.split('\n').filter((line) => /^\| .* \| (?:forwardgate|oauth4webapi|jsonwebtoken) \|/.test(line))
  assert.deepEqual(
    written,
    DISAGREEMENTS.map(({ token, refusedBy, why }) => `| ${token} | ${refusedBy} | ${why} |`),
  )
})
