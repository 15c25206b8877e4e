import assert from 'node:assert/strict'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { imageFlagsReadingAll } from '../../../build/program.ts'
import { forwardedHeaders } from '../../support/ask.ts'
import type { FakeIssuer } from '../../support/fake-issuer.ts'
import { RESOURCE, until } from '../../support/service.ts'
import { type Gate, startGate } from '../faults/gate.ts'
import { type Plan, troubled } from './plan.ts'
import { createQuestions, type Moment } from './questions.ts'
import { createSigners } from './signers.ts'

/** What a soak saw. */
export interface Soaked {
  /** By kind of question, then by answer. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** The first few. */
  readonly wrong: readonly string[]
  readonly rotations: number
  readonly reloads: number
  readonly refused: number
  readonly fetches: number
  /** Milliseconds. */
  readonly p99: number
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly second: number
  /** MiB. */
  readonly resident: number
  readonly descriptors: number
  readonly handles: number
}

const MOST_WRONG = 20
/** Connections of the good traffic; how many are open is chance. */
const POOL = 16

/** Runs the service under steady load while everything around it changes, and judges every answer. */
export async function soak(t: TestContext, plan: Plan): Promise<Soaked> {
  const gate = await startGate(t, {
    yaml: (issuer) => configuration(issuer, 0),
    nodeOptions: imageFlagsReadingAll(),
    longest: (plan.seconds + 120) * 1000,
  })
  const start = performance.now()
  const now = () => performance.now() - start
  const signers = createSigners(gate.issuer)
  const nextQuestion = createQuestions(gate.issuer, signers)
  const trouble = troubled(plan)
  const answers = new Map<string, Map<string, number>>()
  const wrong: string[] = []
  const times: number[] = []
  const samples: Sample[] = []
  let rotations = 0
  let refused = 0
  // While a new configuration is not known to be loaded, the one before it may still be in force.
  let inForce: readonly number[] = [0]

  const note = (kind: string, answer: string, right: readonly string[]): void => {
    const counts = answers.get(kind) ?? new Map<string, number>()
    answers.set(kind, counts.set(answer, (counts.get(answer) ?? 0) + 1))
    if (right.includes(answer) || wrong.length >= MOST_WRONG) return
    wrong.push(`${(now() / 1000).toFixed(1)} s: ${kind}: ${answer}, and not ${right.join(' or ')}`)
  }

  const momentOf = (at: number): Moment => ({
    now: at,
    troubled: at > trouble.from * 1000 - 500 && at < trouble.end * 1000,
    down: at > trouble.from * 1000 + 500 && at < trouble.until * 1000 - 500,
    outageFrom: trouble.from * 1000 - 500,
  })

  const pool = new Agent({ keepAlive: true, maxSockets: POOL })
  const askOne = async (at: number): Promise<void> => {
    const { kind, route, token, right } = nextQuestion(at, momentOf(now()))
    const asked = inForce
    const begin = performance.now()
    const { answer, challenge } = await answerTo(gate, route, token, pool)
    times.push(performance.now() - begin)
    note(kind, answer, right)
    if (kind === 'no token') {
      const shown = Number(/scope="v(\d+)"/.exec(challenge)?.[1])
      const may = [...asked, ...inForce]
      note('configuration loaded', may.includes(shown) ? 'the right one' : `v${shown}`, ['the right one'])
    }
  }

  const every = async (seconds: number, act: (time: number) => Promise<void>): Promise<void> => {
    for (let time = seconds; time < plan.seconds; time += seconds) {
      await sleep(Math.max(0, time * 1000 - now()))
      await act(time)
    }
  }

  const load = async (): Promise<void> => {
    const underWay = new Set<Promise<void>>()
    for (let at = 0; now() < plan.seconds * 1000; at++) {
      const one = askOne(at).finally(() => underWay.delete(one))
      underWay.add(one)
      await sleep(Math.max(0, ((at + 1) * 1000) / plan.requestsPerSecond - now()))
    }
    await Promise.all(underWay)
  }

  const outage = async (): Promise<void> => {
    await sleep(trouble.from * 1000)
    await gate.issuer.stop()
    await sleep((trouble.until - trouble.from) * 1000)
    await gate.issuer.restart()
  }

  const rotate = async (): Promise<void> => {
    await signers.rotate(now())
    rotations += 1
  }

  const reloads = async (outcome: 'success' | 'failure') =>
    (await gate.metric(`config_reloads_total{outcome="${outcome}"}`)) ?? 0

  /** Writes it and waits until the service has read it. */
  const write = async (text: string, outcome: 'success' | 'failure'): Promise<void> => {
    const before = await reloads(outcome)
    await replace(gate.config, text)
    await until(`a configuration is read with ${outcome}`, async () => (await reloads(outcome)) > before)
  }

  const change = async (time: number): Promise<void> => {
    const turn = Math.round(time / plan.reloadEvery)
    if (turn % 5 === 0) {
      refused += 1
      return write('routes: { torn', 'failure')
    }
    inForce = [...inForce, turn]
    await write(configuration(gate.issuer, turn), 'success')
    inForce = [turn]
  }

  const sample = async (second: number): Promise<void> => {
    samples.push({ second, ...(await look(gate)) })
  }

  await Promise.all([
    load(),
    outage(),
    every(plan.rotateEvery, rotate),
    every(plan.reloadEvery, change),
    every(plan.seconds / 40, sample),
  ])
  pool.destroy()
  const sorted = times.toSorted((a, b) => a - b)
  return {
    answers,
    wrong,
    rotations,
    reloads: await reloads('success'),
    refused,
    fetches: gate.issuer.keyHits(),
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    samples,
  }
}

/** Fails on a wrong answer, on memory that grows and on descriptors that are not given back. */
export function assertSound({ wrong, samples, refused, reloads }: Soaked, plan: Plan): void {
  assert.deepEqual(wrong, [])
  const { early, late } = fifths(samples)
  assert.ok(
    median(late, 'resident') - median(early, 'resident') <= plan.mayGrow,
    `memory grows: ${JSON.stringify(samples)}`,
  )
  assert.ok(
    median(late, 'descriptors') - median(early, 'descriptors') <= POOL + 4,
    `descriptors leak: ${JSON.stringify(samples)}`,
  )
  const changes = Math.ceil(plan.seconds / plan.reloadEvery) - 1
  assert.ok(refused > 0)
  assert.ok(reloads >= changes - refused, `${reloads} of ${changes - refused} reloads`)
}

/** The second fifth, when caches are warm, and the last. */
export function fifths(samples: readonly Sample[]): {
  readonly early: readonly Sample[]
  readonly late: readonly Sample[]
} {
  const fifth = Math.floor(samples.length / 5)
  return { early: samples.slice(fifth, fifth * 2), late: samples.slice(-fifth) }
}

export function median(samples: readonly Sample[], field: 'resident' | 'descriptors' | 'handles'): number {
  const sorted = samples.map((sample) => sample[field]).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const configuration = (issuer: FakeIssuer, version: number): string => `
issuers: { main: ${issuer.issuer} }
routes: { api: { resource: ${RESOURCE}, scopes: [mcp:read], requestScopes: [v${version}] } }
`

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

async function look(gate: Gate): Promise<Omit<Sample, 'second'>> {
  const status = await readFile(`/proc/${gate.pid}/status`, 'utf8')
  return {
    resident: Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024),
    descriptors: (await readdir(`/proc/${gate.pid}/fd`)).length,
    handles: (await gate.metric('nodejs_active_resources_total')) ?? 0,
  }
}

function answerTo(gate: Gate, route: string, token: string | undefined, agent: Agent) {
  const forwarded = { uri: '/mcp', ...(token === undefined ? {} : { token }) }
  const { promise, resolve } = Promise.withResolvers<{ readonly answer: string; readonly challenge: string }>()
  request(`${gate.auth}/verify/${route}`, { agent, headers: Object.fromEntries(forwardedHeaders(forwarded)) })
    .on('response', (response) => {
      const reason = response.headers['x-forwardgate-reason']
      const answer = `${response.statusCode}${reason === undefined ? '' : ` ${String(reason)}`}`
      const challenge = response.headers['www-authenticate'] ?? ''
      response.resume().on('end', () => resolve({ answer, challenge }))
    })
    .on('error', (error) => resolve({ answer: String(error), challenge: '' }))
    .end()
  return promise
}
