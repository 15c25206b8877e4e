import type { CallReading } from '../../decision/request/forwarded-request.ts'
import { type HeaderFields, valuesOf } from '../../decision/request/header-fields.ts'
import { isExtAuthzTarget, readExtAuthz } from './ext-authz.ts'
import { isVerifyTarget, readForwardAuth } from './forward-auth.ts'

/**
 * How one kind of proxy describes the client's request in its call. Pure: it reads method, target and header fields of
 * the call, each by its exact name, without any fallback.
 */
export interface Dialect {
  /** As the log calls it. */
  readonly name: 'forward_auth' | 'ext_authz'
  readonly read: (method: string, target: string, fields: HeaderFields) => CallReading
  /** The caller as the proxy reports it, for the log alone: a client may have written the beginning. */
  readonly forwardedFor: (fields: HeaderFields) => string | undefined
}

/** As Traefik, Caddy and nginx ask. */
export const FORWARD_AUTH: Dialect = { name: 'forward_auth', read: readForwardAuth, forwardedFor }

/** As Envoy asks, and the gateways that are made of it. */
const EXT_AUTHZ: Dialect = { name: 'ext_authz', read: readExtAuthz, forwardedFor }

/** The dialect that a request target belongs to; undefined for everything that is not a proxy's question. */
export function dialectOf(target: string): Dialect | undefined {
  if (isVerifyTarget(target)) return FORWARD_AUTH
  return isExtAuthzTarget(target) ? EXT_AUTHZ : undefined
}

/** Traefik, Caddy, nginx and Envoy all write X-Forwarded-For. Each proxy adds what it knows at the end. */
function forwardedFor({ rawHeaders }: HeaderFields): string | undefined {
  const values = valuesOf('x-forwarded-for', rawHeaders)
  return values.length === 0 ? undefined : values.join(', ')
}
