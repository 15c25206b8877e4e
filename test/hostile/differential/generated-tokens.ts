import fc from 'fast-check'
import { NOW } from '../../conformance/configuration.ts'
import { type Comparison, createComparison } from './comparison.ts'
import { CHANGES } from './token-changes.ts'
import { ALGORITHMS, type Change, type Keys } from './token-draft.ts'

/** Each change alone, with each algorithm: every disagreement shows, whatever the seed. */
export async function judgeEachChange(comparison: Comparison): Promise<void> {
  for (const alg of ALGORITHMS) {
    await comparison.judge(alg, [])
    for (const change of Object.values(CHANGES)) await comparison.judge(alg, [change])
  }
}

/** Random tokens: up to three changes together, times around every boundary, any text in a claim. */
export async function judgeRandomTokens(comparison: Comparison, seed: number, tokens: number): Promise<void> {
  const offset = fc.oneof(
    fc.integer({ min: -33, max: 33 }),
    fc.constantFrom(-30, -29.5, 30, 30.5, 300, 86_400, -86_400),
    fc.double({ min: -100, max: 100, noNaN: true }),
  )
  const recipe = fc.record({
    alg: fc.constantFrom(...['ES256', 'ES256', 'EdDSA', 'ES256', ...ALGORITHMS]),
    names: fc.uniqueArray(fc.constantFrom(...Object.keys(CHANGES)), { maxLength: 3 }),
    exp: fc.oneof(offset, fc.constant(300)),
    nbf: fc.option(offset, { freq: 2 }),
    text: fc.string({ unit: 'binary', maxLength: 20 }),
  })
  await fc.assert(
    fc.asyncProperty(recipe, async ({ alg, names, exp, nbf, text }) => {
      const claims = { exp: NOW + exp, ...(nbf === null ? {} : { nbf: NOW + nbf }), name: text }
      const changes: readonly Change[] = [{ claims }, ...names.map((name) => CHANGES[name] ?? {})]
      await comparison.judge(alg, changes)
    }),
    { seed, numRuns: tokens },
  )
}

/** Everything: each change alone, and so many random tokens. The clock of the process must be at NOW. */
export async function compareVerifiers(keys: Keys, seed: number, tokens: number): Promise<Comparison> {
  const comparison = createComparison(keys)
  await judgeEachChange(comparison)
  await judgeRandomTokens(comparison, seed, Math.max(1, tokens - comparison.tokens()))
  return comparison
}
