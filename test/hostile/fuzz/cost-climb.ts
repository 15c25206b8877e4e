import { createDice } from '../../conformance/mcp-body-makers.ts'
import { callOf, changeDraft, type Draft, makeDraft } from './cost-calls.ts'
import { type CostlyCall, openCostWorld, sizeOf } from './cost-world.ts'

/** A request, and what it cost beyond a plain 401 and a signature check. */
export interface Costly {
  readonly draft: Draft
  readonly call: CostlyCall
  readonly reason: string
  readonly bytes: number
  /** CPU of the process, in milliseconds. */
  readonly milliseconds: number
  /** Milliseconds for a kilobyte, of which every request has one at least. */
  readonly perKilobyte: number
}

const FRESH_ONE_IN = 5
/** Requests before anything is measured: what is compiled meanwhile would count for whatever came first. */
const WARMING = 300
const SHOWN = 12

/**
 * Climbs towards the requests with the highest cost for a kilobyte, from a seed, until it is stopped. Each kind of
 * request climbs by itself, or the first peak that is found would be the only one.
 */
export async function climb(seed: number, goOn: (tried: number) => boolean): Promise<Climbed> {
  const dice = createDice(seed)
  const ask = openCostWorld()
  for (let warming = 0; warming < WARMING; warming++) await ask(callOf(makeDraft(dice)))()
  const plain = await plainCost(ask)
  const measure = async (draft: Draft, rounds: number): Promise<Costly> => {
    const call = callOf(draft)
    const [reason, least] = await cpuOf(ask(call), rounds)
    const bytes = sizeOf(call)
    const milliseconds = Math.max(0, least - plain)
    return { draft, call, reason, bytes, milliseconds, perKilobyte: milliseconds / Math.max(1, bytes / 1024) }
  }
  const best = new Map<string, Costly>()
  let tried = 0
  for (; goOn(tried); tried++) {
    const parent = [...best.values()][dice(Math.max(1, best.size))]
    const draft = parent === undefined || dice(FRESH_ONE_IN) === 0 ? makeDraft(dice) : changeDraft(parent.draft, dice)
    const least = best.get(kindOf(draft))?.perKilobyte ?? 0
    if ((await measure(draft, 1)).perKilobyte <= least) continue
    const found = await measure(draft, 7)
    if (found.perKilobyte > least) best.set(kindOf(draft), found)
  }
  const again: Costly[] = []
  for (const { draft } of best.values()) again.push(await measure(draft, 25))
  again.sort((one, other) => other.perKilobyte - one.perKilobyte)
  return { best: again.slice(0, SHOWN), longest: longestOf(again), tried }
}

/** What came of it: the requests that cost most for a kilobyte, and the one that holds up all others longest. */
export interface Climbed {
  readonly best: readonly Costly[]
  readonly longest: Costly | undefined
  readonly tried: number
}

function kindOf({ route, template, claim, fields }: Draft): string {
  return [route, route === '/mcp' ? template : claim, fields.at(-1)?.[0]].join(' ')
}

function longestOf(all: readonly Costly[]): Costly | undefined {
  return all.toSorted((one, other) => other.milliseconds - one.milliseconds)[0]
}

/** A small token with a signature that holds: the plain answer and the check of a signature together. */
async function plainCost(ask: (call: CostlyCall) => () => Promise<string>): Promise<number> {
  const fields = ['X-Forwarded-Method', 'POST', 'X-Forwarded-Uri', '/rules', 'X-Forwarded-Host', 'h.example.com']
  const payload = '{"iss":"https://id.example.com"}'
  const [, least] = await cpuOf(ask({ route: '/rules', fields, body: '', payload, answer: '{}' }), 300)
  return least
}

async function cpuOf(
  run: () => Promise<string>,
  rounds: number,
): Promise<readonly [reason: string, milliseconds: number]> {
  let reason = ''
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    reason = await run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return [reason, least]
}
