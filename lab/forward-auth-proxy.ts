import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import {
  endToEnd,
  type ForwardedFacts,
  type HeaderLines,
  headerLines,
  onwardHeaders,
  questionHeaders,
  sorted,
} from './forwarded-headers.ts'
import { closeNow, listenOnLoopback } from './loopback-server.ts'
import { readRequestTarget } from './request-target.ts'
import { DISCOVERY_PATHS, type ProxyTargets, type ReverseProxy } from './reverse-proxy.ts'

/**
 * A small proxy in this process that speaks ForwardAuth as Traefik does with `trustForwardHeader: false`: asks the
 * verifier with a GET, lets the request pass on 2xx with the verifier's identity headers in place of the client's,
 * relays any other answer whole, and says a bare 500 when there is none. It does not tunnel upgrades.
 */
export async function openForwardAuthProxy(): Promise<ReverseProxy> {
  let targets: ProxyTargets | undefined
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 2 })
  const server = createServer((request, response) => {
    const done = targets === undefined ? plain(response, 404) : handle(request, response, targets, agent)
    done.catch(() => response.destroy())
  })
  server.maxHeadersCount = 0
  const port = await listenOnLoopback(server)
  return {
    name: 'the built-in proxy',
    origin: `http://127.0.0.1:${port}`,
    connect: (behind) => {
      targets = behind
      return Promise.resolve()
    },
    stop: async () => {
      await closeNow(server)
      agent.destroy()
    },
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, targets: ProxyTargets, agent: Agent) {
  const target = readRequestTarget(request.url ?? '')
  if (target === undefined) return plain(response, 400)
  const client = headerLines(request.rawHeaders)
  const facts: ForwardedFacts = {
    method: request.method ?? '',
    host: target.host ?? request.headers.host ?? '',
    uri: target.uri,
    peer: request.socket.remoteAddress ?? '',
  }
  if (DISCOVERY_PATHS.some((path) => target.path.startsWith(path))) {
    return forward(request, response, targets.verifier, onwardHeaders(client, facts), facts, agent)
  }
  const route = targets.routes.find(({ path }) => target.path === path || target.path.startsWith(`${path}/`))
  if (route === undefined) return plain(response, 404)

  const body = route.maxBodySize === undefined ? undefined : await buffer(request)
  if (body !== undefined && body.length > (route.maxBodySize ?? 0)) return plain(response, 401)
  const answer = await ask(`${targets.verifier}${route.verify}`, client, facts, agent, body)
  if (answer === undefined) return plain(response, 500)
  if (answer.status < 200 || answer.status > 299) return relay(request, response, answer)
  const headers = withIdentity(client, answer.headers, targets.identityHeaders)
  return forward(request, response, targets.upstream, onwardHeaders(headers, facts), facts, agent, body)
}

interface Answer {
  readonly status: number
  readonly headers: HeaderLines
  readonly body: Buffer
}

/** Undefined: no usable answer within Traefik's 30 s. */
async function ask(
  url: string,
  client: HeaderLines,
  facts: ForwardedFacts,
  agent: Agent,
  body: Buffer = Buffer.alloc(0),
): Promise<Answer | undefined> {
  try {
    const signal = AbortSignal.timeout(30_000)
    const question = httpRequest(url, {
      method: 'GET',
      agent,
      signal,
      headers: [...questionHeaders(client, new URL(url).host, facts), ...lengthOf(body)].flat(),
    })
    const incoming = await responseTo(question.end(body))
    return {
      status: incoming.statusCode ?? 0,
      headers: headerLines(incoming.rawHeaders),
      body: await buffer(incoming),
    }
  } catch {
    return undefined
  }
}

function lengthOf(body: Buffer): HeaderLines {
  return body.length === 0 ? [] : [['Content-Length', String(body.length)]]
}

function withIdentity(client: HeaderLines, verdict: HeaderLines, names: readonly string[]): HeaderLines {
  const listed = new Set(names.map((name) => name.toLowerCase()))
  return [
    ...client.filter(([name]) => !listed.has(name.toLowerCase())),
    ...verdict.filter(([name]) => listed.has(name.toLowerCase())),
  ]
}

function relay(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const lines = endToEnd(answer.headers).filter(([name]) => name.toLowerCase() !== 'content-length')
  const extra: HeaderLines = [
    ['Content-Length', String(answer.body.length)],
    // A denial is given before an upload was read; the rest of it would be taken for the next request.
    ...(request.complete ? [] : [['Connection', 'close'] as const]),
  ]
  response.writeHead(answer.status, sorted([...lines, ...extra]).flat())
  response.end(answer.body)
  return Promise.resolve()
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  headers: HeaderLines,
  facts: ForwardedFacts,
  agent: Agent,
  body?: Buffer,
): Promise<void> {
  const { hostname, port } = new URL(origin)
  // A body of unknown length arrived chunked and has to leave so; the field itself was hop-by-hop.
  const chunked: HeaderLines =
    request.headers['transfer-encoding'] === undefined ? [] : [['Transfer-Encoding', 'chunked']]
  const onward = httpRequest({
    hostname,
    port,
    agent,
    method: facts.method,
    path: facts.uri,
    headers: [...headers, ...chunked].flat(),
  })
  response.on('close', () => onward.destroy())
  let incoming: IncomingMessage
  try {
    const sending = body === undefined ? request.pipe(onward) : onward.end(body)
    incoming = await responseTo(sending)
  } catch {
    return plain(response, 502, 'Bad Gateway')
  }
  response.writeHead(incoming.statusCode ?? 502, endToEnd(headerLines(incoming.rawHeaders)).flat())
  response.flushHeaders()
  await pipeline(incoming, response)
}

function responseTo(request: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
}

function plain(
  response: ServerResponse,
  status: number,
  body = status === 404 ? '404 page not found\n' : '',
): Promise<void> {
  if (response.headersSent) response.destroy()
  else response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body)
  return Promise.resolve()
}
