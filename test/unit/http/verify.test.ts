import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '../../../src/decision/answer.ts'
import type { Decision } from '../../../src/decision/decide.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import type { Assessment } from '../../../src/decision/token/assessed-token.ts'
import { createPending } from '../../../src/http/app.ts'
import { FORWARD_AUTH } from '../../../src/http/dialects/dialect.ts'
import { createVerifyEndpoint, type VerifyDeps } from '../../../src/http/verify.ts'
import { NOW, PROOFS, sampleResource, sampleRoute } from '../decision/sample.ts'

const HEADERS = [
  ...['X-Forwarded-Method', 'GET', 'X-Forwarded-Host', 'api.example.com', 'X-Forwarded-Uri', '/mcp/kubernetes'],
  ...['Authorization', 'Bearer token'],
]
const BUG = new Error('a bug')

/** Asks once; `assess` stands for everything behind the endpoint. */
async function ask(
  assess: () => Assessment | Promise<Assessment>,
  {
    target = '/verify/kubernetes',
    reply = (_: Answer) => {},
    ...changes
  }: Partial<VerifyDeps> & {
    readonly target?: string
    readonly reply?: (answer: Answer) => void
  } = {},
) {
  const elsewhere = [sampleResource('https://api.example.com/observed')] as const
  const routes = [sampleRoute(), sampleRoute({ name: 'observed', mode: 'observe', resources: elsewhere })]
  const answers: Answer[] = []
  const decisions: Decision[] = []
  const bugs: unknown[] = []
  const verify = createVerifyEndpoint({
    exposeReason: true,
    policy: () => ({ routes: buildRouteTable(routes), assessToken: assess, proofs: PROOFS, now: () => NOW }),
    onDecision: (decision) => decisions.push(decision),
    onBug: (error) => bugs.push(error),
    pending: createPending(),
    ...changes,
  })
  verify({ dialect: FORWARD_AUTH, method: 'GET', target, rawHeaders: HEADERS }, (answer) => {
    answers.push(answer)
    reply(answer)
  })
  await new Promise(setImmediate)
  return {
    answers: answers.map(({ status, body }) => [status, body === '' ? '' : JSON.parse(body).reason]),
    decisions,
    bugs,
  }
}

const thrown = () => {
  throw BUG
}

for (const target of ['/verify/kubernetes', '/verify/observed']) {
  for (const [when, assess] of [
    ['immediately', thrown],
    ['later', () => Promise.reject(BUG)],
  ] as const) {
    test(`an exception ${when} is a 500 and never an allow: ${target}`, async () => {
      const { answers, decisions, bugs } = await ask(assess, { target })
      assert.deepEqual(answers, [[500, 'internal_error']])
      assert.deepEqual(
        decisions.map(({ outcome }) => outcome),
        ['error'],
      )
      assert.deepEqual(bugs, [BUG])
    })
  }
}

test('a policy that cannot be had is a 500', async () => {
  const { answers, bugs } = await ask(thrown, { policy: thrown })
  assert.deepEqual([answers, bugs], [[[500, 'internal_error']], [BUG]])
})

test('an answer that cannot be written is followed by a 500, once', async () => {
  let first = true
  const reply = () => {
    const fails = first
    first = false
    if (fails) throw BUG
  }
  const refused = () =>
    ({ ok: false, form: 'jwt', denial: { reason: 'token_malformed', step: 'token', problem: '-' } }) as const
  const { answers, bugs } = await ask(refused, { reply })
  assert.deepEqual(
    [answers, bugs],
    [
      [
        [401, 'token_malformed'],
        [500, 'internal_error'],
      ],
      [BUG],
    ],
  )
})

test('a listener that throws causes no second answer', async () => {
  const refused = () =>
    ({ ok: false, form: 'jwt', denial: { reason: 'token_malformed', step: 'token', problem: '-' } }) as const
  const { answers, bugs } = await ask(refused, { onDecision: thrown })
  assert.deepEqual([answers, bugs], [[[401, 'token_malformed']], [BUG]])
})

test('the name of the route ends at a query, which Caddy appends, and is read as it is written', async () => {
  const refused = () =>
    ({ ok: false, form: 'jwt', denial: { reason: 'token_malformed', step: 'token', problem: '-' } }) as const
  const reasons = async (target: string) => (await ask(refused, { target })).answers
  assert.deepEqual(await reasons('/verify/kubernetes?x=1'), [[401, 'token_malformed']])
  assert.deepEqual(await reasons('/verify?kubernetes'), [[401, 'token_malformed']])
  for (const target of [
    '/verify/Kubernetes',
    '/verify/%6bubernetes',
    '/verify/kubernetes/',
    '/verify/kubernetes%3F',
    '/verify/',
  ]) {
    assert.deepEqual(await reasons(target), [[403, 'route_unknown']], target)
  }
})
