import type { Route } from '../config/model.ts'
import type { Denial } from './denial.ts'
import { findAlias, identityHeaderNames } from './identity-headers.ts'
import { type HeaderFields, METHOD_OVERRIDES, SEVERAL } from './request/header-fields.ts'
import { showUnverified } from './show-unverified.ts'

/** Header fields for which a route refuses every request: another method, an alias of an identity header, an Origin. */
export function checkHeaders(route: Route, fields: HeaderFields): Denial | undefined {
  return checkOverride(route, fields) ?? checkAlias(route, fields) ?? checkOrigin(route, fields)
}

function checkOverride(route: Route, fields: HeaderFields): Denial | undefined {
  const asked = fields.methodOverride !== undefined || findAlias(fields.oddNames ?? [], METHOD_OVERRIDES) !== undefined
  if (!asked || !methodDecides(route)) return undefined
  return {
    reason: 'forwarded_request_invalid',
    step: 'header names',
    problem: 'a header asks the backend to use another method',
  }
}

function methodDecides(route: Route): boolean {
  return route.preflight === 'pass' || route.mcp !== undefined || route.rules.some((rule) => rule.methods !== undefined)
}

function checkAlias(route: Route, fields: HeaderFields): Denial | undefined {
  if (fields.oddNames === undefined) return undefined
  const alias = findAlias(fields.oddNames, identityHeaderNames(route))
  if (alias === undefined) return undefined
  return { reason: 'identity_header_alias', step: 'header names', unverifiedHeader: showUnverified(alias) }
}

function checkOrigin(route: Route, fields: HeaderFields): Denial | undefined {
  if (route.origins === undefined || fields.origin === undefined) return undefined
  if (fields.origin !== SEVERAL && route.origins.includes(fields.origin)) return undefined
  const sent = fields.origin === SEVERAL ? 'several' : showUnverified(fields.origin)
  return { reason: 'origin_not_allowed', step: 'origin', expected: route.origins, unverifiedOrigin: sent }
}
