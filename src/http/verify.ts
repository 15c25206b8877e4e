import { type Answer, type AnswerOptions, rememberAnswers } from '../decision/answer.ts'
import { type Decision, decide, internalError, type Policy } from '../decision/decide.ts'
import type { RequestContent } from '../decision/mcp/mcp.ts'
import { createHeaderReader, type HeaderFields } from '../decision/request/header-fields.ts'
import type { Pending } from './app.ts'
import type { Dialect } from './dialects/dialect.ts'

export interface VerifyDeps extends AnswerOptions {
  /** The policy in force; a request keeps the one it begins with. */
  readonly policy: () => Policy
  readonly onDecision: (decision: Decision, fields: HeaderFields, milliseconds: number, dialect: Dialect) => void
  readonly onBug: (error: unknown) => void
  /** Counts the decisions that are not made immediately. */
  readonly pending: Pending
}

/** One call of a proxy, whatever carried it. */
interface VerifyCall {
  readonly dialect: Dialect
  readonly method: string
  readonly target: string
  /** As Node has them, without HTTP/2's pseudo-header fields. */
  readonly rawHeaders: readonly string[]
}

/**
 * Answers a call. `reply` is called once, and a second time (with a 500) only when it threw; `readBody` once at most,
 * only for a route that looks at bodies.
 */
export type VerifyEndpoint = (
  call: VerifyCall,
  reply: (answer: Answer) => void,
  readBody?: RequestContent['readBody'],
) => void

/**
 * Answers the calls of every dialect, whatever method, body, content type and conditional headers they have. It comes
 * before Fastify's router, which refuses odd URLs, methods and bodies with 400, 404, 414 and 415: MCP clients take these
 * for an old server.
 */
export function createVerifyEndpoint(deps: VerifyDeps): VerifyEndpoint {
  const answerTo = rememberAnswers(deps)
  const readHeaderFields = createHeaderReader()
  const finishLater = async (
    decision: Promise<Decision>,
    finish: (decision: Decision) => void,
    fail: (error: unknown) => void,
  ): Promise<void> => {
    deps.pending.begin()
    try {
      finish(await decision)
    } catch (error) {
      fail(error)
    } finally {
      deps.pending.end()
    }
  }
  return ({ dialect, method, target, rawHeaders }, reply, readBody) => {
    const start = performance.now()
    const fields = readHeaderFields(rawHeaders)
    let replied = false
    const finish = (decision: Decision): void => {
      reply(answerTo(decision, fields.origin))
      replied = true
      deps.onDecision(decision, fields, performance.now() - start, dialect)
    }
    const fail = (error: unknown): void => {
      deps.onBug(error)
      if (!replied) finish(internalError())
    }
    try {
      const { routeName, forwarded } = dialect.read(method, target, fields)
      const content = readBody && { readBody }
      const decision = decide({ routeName, forwarded, fields, content }, deps.policy())
      if (decision instanceof Promise) void finishLater(decision, finish, fail)
      else finish(decision)
    } catch (error) {
      fail(error)
    }
  }
}
