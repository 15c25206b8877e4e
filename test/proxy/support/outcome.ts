import { denialRow, type Reason } from '../../../src/decision/denial.ts'
import { HOST } from './proxied-routes.ts'
import type { Exception, Expected, Row, Seen } from './row.ts'

/** What a denial's challenge says in addition to its reason; `challenged: false` if no route is known. */
export interface DenialOptions {
  /** Path of the protected resource; default kubernetes. */
  readonly resource?: string
  /** Default `mcp:read`. */
  readonly scope?: string
  readonly challenged?: false
  /** True for HEAD: the same headers, no body. */
  readonly bodiless?: boolean
  readonly headers?: Expected['headers']
}

/** The gate's denial, relayed whole: status, challenge, reason, caching and body. */
export function denied(reason: Reason, options: DenialOptions = {}): Expected {
  const { status, error, challenge, message } = denialRow(reason)
  const { resource = '/mcp/kubernetes', scope = 'mcp:read', challenged = challenge } = options
  const details = error === undefined ? '' : `, error="${error}", error_description="${message}"`
  const body = JSON.stringify({ ...(error === undefined ? {} : { error }), reason, message })
  return {
    status,
    headers: {
      'WWW-Authenticate': challenged
        ? `Bearer resource_metadata="https://${HOST}/.well-known/oauth-protected-resource${resource}", scope="${scope}"${details}`
        : null,
      'X-Forwardgate-Reason': reason,
      'Retry-After': status === 503 ? '5' : null,
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json',
      'Set-Cookie': null,
      Location: null,
      ...options.headers,
    },
    body: options.bodiless === true ? '' : body,
    application: null,
  }
}

/** The application's own answer. */
export function passed(application: Seen = {}, headers: Expected['headers'] = {}): Expected {
  return { status: 200, headers: { 'X-Forwardgate-Reason': null, ...headers }, application }
}

/** A row whose request is denied; behind nginx with what its `auth_request` leaves of a denial. */
export function denial(
  name: string,
  request: Row['request'],
  reason: Reason,
  options: DenialOptions = {},
  but: Row['but'] = {},
): Row {
  const bodiless = request.method === 'HEAD'
  const expected = denied(reason, { bodiless, ...options })
  const envoy = throughExtAuthz(expected, bodiless)
  const usual = { nginx: throughAuthRequest(expected), ...(envoy === undefined ? {} : { Envoy: envoy }) }
  return { name, request, expected, but: { ...usual, ...but } }
}

/** What Envoy itself refuses before it asks. */
export const ENVOY_REFUSES: Exception = {
  expected: { status: 400, headers: { 'X-Forwardgate-Reason': null }, application: null },
  why: 'Envoy itself refuses header names with underscores, escaped slashes and NULs, unknown methods, and odd lists in Connection',
}

/** What Envoy makes of a denial; undefined where it passes all of it on. */
function throughExtAuthz({ status, headers, ...rest }: Expected, bodiless: boolean): Exception | undefined {
  if (status === 503) {
    const lost = { 'WWW-Authenticate': null, 'X-Forwardgate-Reason': null, 'Retry-After': null }
    return {
      expected: { status, headers: lost, body: '', application: null },
      why: 'of a 5xx Envoy keeps nothing: status_on_error makes it 503 again, empty and without Retry-After',
    }
  }
  if (!bodiless) return undefined
  const why = 'without a body, Envoy takes Content-Type away'
  return { expected: { ...rest, status, headers: { ...headers, 'Content-Type': null } }, why }
}

/** What nginx's `auth_request` makes of a denial when its configuration does not bring the rest back. */
export function throughAuthRequest({ status, headers }: Expected): Exception {
  const kept = { 'X-Forwardgate-Reason': null, 'Content-Type': 'text/html' }
  if (status === 401) {
    return {
      expected: {
        status,
        headers: { ...kept, 'WWW-Authenticate': headers?.['WWW-Authenticate'] ?? null },
        application: null,
      },
      why: 'of a 401, auth_request copies status and challenge only; the body is nginx’s own',
    }
  }
  const why =
    status === 403
      ? 'of a 403, auth_request copies no header, so no client learns which scope is missing'
      : 'auth_request knows 401 and 403; any other status is a 500'
  return {
    expected: { status: status === 403 ? 403 : 500, headers: { ...kept, 'WWW-Authenticate': null }, application: null },
    why,
  }
}
