import { prefixedScopes } from '../config/compile/compile-scopes.ts'
import type { Requirement, Resource, Route } from '../config/model.ts'
import type { DenialRow } from './denial.ts'
import { type ForwardedRequest, parsePort } from './request/forwarded-request.ts'

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
  return `${resource.origin}/.well-known/oauth-protected-resource${documentPath(resource)}${resource.query}`
}

/** The path of a resource in the address of its document: with a slash at its end only beside the one without. */
export function documentPath({ path, slashed }: Resource): string {
  return slashed ? `${path}/` : path
}

/**
 * Of the route's resources the one at the forwarded host and port, else at that host, else the first. Of two that differ
 * in the slash at their end, the one that has the forwarded path.
 */
export function resourceFor(route: Route, request: ForwardedRequest | undefined): Resource {
  const here = route.resources.filter(({ hostname }) => hostname === request?.host)
  const atPort = here.filter(({ origin }) => isAtPort(origin, request?.port))
  const near = atPort.length > 0 ? atPort : here
  const spelled = near.some(({ slashed }) => slashed)
    ? near.find((one) => documentPath(one) === request?.path)
    : undefined
  return spelled ?? near[0] ?? route.resources[0]
}

/** The default port may be left out, and may be written. */
function isAtPort(origin: string, port: string | undefined): boolean {
  const standard = origin.startsWith('https:') ? 443 : 80
  return Number(parsePort(origin) ?? standard) === Number(port ?? standard)
}

function challengeScopes(route: Route, additions: readonly Requirement[]): readonly string[] {
  const added = additions.flatMap(({ scopes }) => prefixedScopes(scopes, route.scopePrefix))
  return [...new Set([...route.requestScopes, ...added])]
}
