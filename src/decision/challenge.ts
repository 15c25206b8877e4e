import type { Resource, Route, Rule } from '../config/model.ts'
import { prefixedScopes } from '../config/scopes.ts'
import type { DenialRow } from './denial.ts'

/**
 * The WWW-Authenticate value: one line, from configuration alone, byte-identical each time (RFC 6750 §3, RFC 9728 §5.1).
 * The order of the parameters is not taste: the SDKs search with regular expressions and take the first match, and stop
 * login loops by string equality.
 */
export function buildChallenge(
  route: Route,
  resource: Resource,
  matchingRules: readonly Rule[],
  row: DenialRow,
): string {
  const parameters = [`resource_metadata="${metadataUrl(resource)}"`]
  const scopes = challengeScopes(route, matchingRules)
  if (scopes.length > 0) parameters.push(`scope="${scopes.join(' ')}"`)
  if (row.error !== undefined) parameters.push(`error="${row.error}"`, `error_description="${row.message}"`)
  return `Bearer ${parameters.join(', ')}`
}

/** Where clients find the metadata of a resource: the well-known segment between host and path (RFC 9728 §3.1). */
export function metadataUrl(resource: Resource): string {
  return `${resource.origin}/.well-known/oauth-protected-resource${resource.path}${resource.query}`
}

/** Of the route's resources the one at the forwarded host, else the first. */
export function resourceFor(route: Route, host: string | undefined): Resource {
  return route.resources.find((resource) => resource.hostname === host) ?? route.resources[0]
}

function challengeScopes(route: Route, matchingRules: readonly Rule[]): readonly string[] {
  const ofRules = matchingRules.flatMap((rule) => prefixedScopes(rule.scopes, route.scopePrefix))
  return [...new Set([...route.requestScopes, ...ofRules])]
}
