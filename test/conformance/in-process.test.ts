import { suite, test } from 'node:test'
import { readConfiguration } from './configuration.ts'
import { judgeAnswer, judgeDecision } from './judgement.ts'
import { openForge } from './token-forge.ts'
import { createInProcess } from './transport.ts'
import { VECTORS } from './vectors.ts'

const forge = await openForge()
const answer = createInProcess(
  readConfiguration((issuer) => `https://keys.example.com/${issuer}`),
  forge,
)

for (const [family, vectors] of Object.entries(VECTORS)) {
  suite(family, { concurrency: true }, () => {
    for (const vector of vectors) {
      test(`${vector.expect.reason}: ${vector.id}`, async () => {
        const { decision, answer: answered } = await answer(vector)
        judgeDecision(vector, decision)
        judgeAnswer(vector, answered)
      })
    }
  })
}
