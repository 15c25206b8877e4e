import { Agent, request } from 'node:http'
import { HOST } from './proxied-routes.ts'

/** Clients that ask without a pause on kept connections. */
export interface Load {
  /** Every answer so far: its status, or the code of the error in its place. */
  readonly answers: readonly (number | string)[]
  /** Lets the requests in flight end. */
  stop(): Promise<void>
}

/** Starts eight of them with a good token; every fourth request is a POST with a body. */
export function startLoad(origin: string, token: string): Load {
  const agent = new Agent({ keepAlive: true })
  const answers: (number | string)[] = []
  const state = { stopping: false }
  const client = async () => {
    while (!state.stopping) answers.push(await once(origin, token, agent, answers.length % 4 === 0))
  }
  const clients = Array.from({ length: 8 }, client)
  return {
    answers,
    stop: async () => {
      state.stopping = true
      await Promise.all(clients)
      agent.destroy()
    },
  }
}

function once(origin: string, token: string, agent: Agent, post: boolean): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>()
  const sent = request(`${origin}/mcp/kubernetes`, {
    method: post ? 'POST' : 'GET',
    agent,
    headers: { Host: HOST, Authorization: `Bearer ${token}` },
  })
  sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  sent.on('response', (response) => {
    response.resume()
    response.on('end', () => resolve(response.statusCode ?? 0))
    response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  sent.end(post ? '{"jsonrpc":"2.0"}' : undefined)
  return promise
}
