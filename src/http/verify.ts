import { type Answer, type AnswerOptions, rememberAnswers } from '../decision/answer.ts'
import { type Decision, decide, internalError, type Policy } from '../decision/decide.ts'
import type { RequestContent } from '../decision/mcp/mcp.ts'
import { createHeaderReader, type HeaderFields } from '../decision/request/header-fields.ts'
import type { Pending } from './wire/requests-in-flight.ts'

export interface VerifyDeps extends AnswerOptions {
  /** The policy in force; a request keeps the one it begins with. */
  readonly policy: () => Policy
  readonly onDecision: (decision: Decision, fields: HeaderFields, milliseconds: number) => void
  readonly onBug: (error: unknown) => void
  /** Told of the decisions that take their time. */
  readonly pending: Pending
}

/**
 * One call, whatever carried it: `rawHeaders` as Node has them, without HTTP/2's pseudo-header fields. `reply` is called
 * once, and a second time (with a 500) only when it threw; `readBody` once at most, only for a route that looks at bodies.
 */
export type VerifyEndpoint = (
  method: string,
  target: string,
  rawHeaders: readonly string[],
  reply: (answer: Answer) => void,
  readBody?: RequestContent['readBody'],
) => void

const PREFIX = '/verify'
/** Absolute form, repeated slashes, escapes or parameters after the word, another case: never a known route. */
const ODD_SPELLING = /^(?:https?:\/\/[^/]*)?\/+verify(?![A-Za-z0-9_-])/i

/** Whether a request target belongs to this endpoint, whatever its spelling: a 404 would look like an old MCP server. */
export function isVerifyTarget(target: string): boolean {
  if (target.startsWith(PREFIX)) {
    const next = target[PREFIX.length]
    if (next === undefined || next === '/' || next === '?') return true
  }
  return ODD_SPELLING.test(target)
}

/**
 * `/verify/<route>` and `/verify`: answers whatever method, body, content type and conditional headers come, as it
 * stands before Fastify's router: that one refuses odd URLs, methods and bodies with 400, 404, 414 and 415, which MCP
 * clients take for an old server.
 */
export function createVerifyEndpoint(ports: VerifyDeps): VerifyEndpoint {
  const answerTo = rememberAnswers(ports)
  const readHeaderFields = createHeaderReader()
  return (method, target, rawHeaders, reply, readBody) => {
    const start = performance.now()
    const fields = readHeaderFields(rawHeaders)
    let replied = false
    const finish = (decision: Decision): void => {
      reply(answerTo(decision, fields.origin))
      replied = true
      ports.onDecision(decision, fields, performance.now() - start)
    }
    const fail = (error: unknown): void => {
      ports.onBug(error)
      if (!replied) finish(internalError())
    }
    try {
      const content = readBody === undefined ? {} : { content: { readBody } }
      const decision = decide({ method, routeName: routeNameOf(target), fields, ...content }, ports.policy())
      if (decision instanceof Promise) {
        ports.pending.begin()
        decision.then(finish).catch(fail).finally(ports.pending.end)
      } else finish(decision)
    } catch (error) {
      fail(error)
    }
  }
}

/** What stands after `/verify/`, never decoded; undefined for plain `/verify`. A query, which Caddy appends, is cut off. */
function routeNameOf(target: string): string | undefined {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (path === PREFIX) return undefined
  return path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length + 1) : path
}
