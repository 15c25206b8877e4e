import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { forwardedHeaders } from '../../support/ask.ts'

/** How a well-behaved client fared. */
export interface Fared {
  readonly asked: number
  /** Answers other than 200, errors included. */
  readonly wrong: readonly string[]
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

export interface Neighbour {
  stop(): Promise<Fared>
}

const PAUSE_MS = 10

/**
 * Good traffic beside a flood: every 10 ms a request as a pooling proxy sends it, each tenth with a token never seen and
 * each tenth on a connection of its own.
 */
export function startNeighbour(auth: string, mint: () => string): Neighbour {
  const pool = new Agent({ keepAlive: true, maxSockets: 8 })
  const once = new Agent({ keepAlive: false })
  const wrong: string[] = []
  const times: number[] = []
  const underWay: Promise<void>[] = []
  let token = mint()
  let stopped = false

  const askOne = async (agent: Agent): Promise<void> => {
    const begin = performance.now()
    const answer = await statusOf(`${auth}/verify/api`, token, agent).catch((error: unknown) => String(error))
    times.push(performance.now() - begin)
    if (answer !== '200') wrong.push(answer)
  }

  const run = (async () => {
    for (let at = 0; !stopped; at++) {
      if (at % 10 === 0) token = mint()
      underWay.push(askOne(at % 10 === 5 ? once : pool))
      await sleep(PAUSE_MS)
    }
  })()

  return {
    async stop() {
      stopped = true
      await run
      await Promise.all(underWay)
      pool.destroy()
      const sorted = times.toSorted((a, b) => a - b)
      const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { asked: times.length, wrong, p50: quantile(0.5), p99: quantile(0.99), longest: sorted.at(-1) ?? 0 }
    },
  }
}

function statusOf(url: string, token: string, agent: Agent): Promise<string> {
  const headers = Object.fromEntries(forwardedHeaders({ uri: '/mcp', token }))
  return new Promise((resolve, reject) => {
    request(url, { agent, headers, timeout: 10_000 }, (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)))
    })
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer within 10 s')))
      .end()
  })
}
