import { mock, test } from 'node:test'
import { createComparison } from '../hostile/differential/comparison.ts'
import { judgeEachChange, judgeRandomTokens } from '../hostile/differential/generated-tokens.ts'
import { openKeys } from '../hostile/differential/token-draft.ts'
import { NOW } from './configuration.ts'

test('oauth4webapi, jsonwebtoken and we agree on every token, but for the disagreements that are explained', async () => {
  const comparison = createComparison(await openKeys())
  // Theirs is the clock of the process.
  mock.timers.enable({ apis: ['Date'], now: NOW * 1000 })
  try {
    await judgeEachChange(comparison)
    await judgeRandomTokens(comparison, Date.now(), 300)
  } finally {
    mock.timers.reset()
  }
})
