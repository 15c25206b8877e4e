import { it } from 'node:test'
import { TEN_MINUTES } from './plan.ts'
import { showSoak } from './show.ts'
import { assertSound, soak } from './soak.ts'

it('soak of ten minutes', { timeout: 900_000 }, async (t) => {
  const soaked = await soak(t, TEN_MINUTES)
  showSoak(TEN_MINUTES, soaked)
  assertSound(soaked, TEN_MINUTES)
})
