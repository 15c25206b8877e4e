import { it } from 'node:test'
import { SHORT } from './soak/plan.ts'
import { showSoak } from './soak/show.ts'
import { assertSound, soak } from './soak/soak.ts'

it('soak, short form: rotations, reloads and an outage under steady load', { timeout: 180_000 }, async (t) => {
  const soaked = await soak(t, SHORT)
  showSoak(SHORT, soaked)
  assertSound(soaked, SHORT)
})
