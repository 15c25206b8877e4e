import type { CallReading } from '../../decision/request/forwarded-request.ts'
import type { HeaderFields } from '../../decision/request/header-fields.ts'
import { isVerifyTarget, readForwardAuth } from './forward-auth.ts'

/**
 * How one kind of proxy describes the client's request in its call. Pure: it reads method, target and header fields of
 * the call, each by its exact name, without any fallback.
 */
export type Dialect = (method: string, target: string, fields: HeaderFields) => CallReading

/** The dialect that a request target belongs to; undefined for everything that is not a proxy's question. */
export function dialectOf(target: string): Dialect | undefined {
  return isVerifyTarget(target) ? readForwardAuth : undefined
}
