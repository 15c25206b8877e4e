import { prefixedScopes } from '../config/compile/compile-scopes.ts'
import type { Requirement, Resource, Route } from '../config/model.ts'
import type { DenialRow } from './denial.ts'

/**
 * The WWW-Authenticate value: one line, from configuration alone, byte-identical each time (RFC 6750 §3, RFC 9728 §5.1).
 * The order of the parameters is not taste: the SDKs search with regular expressions and take the first match, and stop
 * login loops by string equality. `additions`: what this very request needs beside the route's own requirements.
 */
export function buildChallenge(
  route: Route,
  resource: Resource,
  additions: readonly Requirement[],
  row: DenialRow,
): string {
  const parameters = [`resource_metadata="${metadataUrl(resource)}"`]
  const scopes = challengeScopes(route, additions)
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

function challengeScopes(route: Route, additions: readonly Requirement[]): readonly string[] {
  const added = additions.flatMap(({ scopes }) => prefixedScopes(scopes, route.scopePrefix))
  return [...new Set([...route.requestScopes, ...added])]
}
