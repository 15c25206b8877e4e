import { prefixedScopes } from '../config/compile/compile-requirement.ts'
import type { Resource, Route } from '../config/model.ts'
import type { Authentication, Requirement } from '../config/model-requirement.ts'
import type { DenialRow } from './denial.ts'
import { isAtPort } from './request/comparable-host.ts'
import type { Scheme } from './request/credentials.ts'
import type { ForwardedRequest } from './request/forwarded-request.ts'

/**
 * The WWW-Authenticate value: one line, from configuration alone, byte-identical each time (RFC 6750 §3, RFC 9728 §5.1).
 * The order of the parameters is not taste: the SDKs search with regular expressions and take the first match, and stop
 * login loops by string equality. `additions`: what this very request needs beside the route's own requirements;
 * `requested`: the scheme of its credentials; `authentication`: all that the login behind its token must satisfy.
 */
export function buildChallenge(
  route: Route,
  resource: Resource,
  additions: readonly Requirement[],
  row: DenialRow,
  requested?: Scheme,
  authentication?: Authentication,
): string {
  const parameters = [`resource_metadata="${metadataUrl(resource)}"`]
  const scopes = challengeScopes(route, additions)
  if (scopes.length > 0) parameters.push(`scope="${scopes.join(' ')}"`)
  const error = errorOf(row, requested)
  if (error !== undefined) parameters.push(`error="${error}"`, `error_description="${row.message}"`)
  if (error === 'insufficient_user_authentication') parameters.push(...stepUp(authentication))
  if (!challengesDpop(route, requested)) return `Bearer ${parameters.join(', ')}`
  return `DPoP ${[...parameters, `algs="${route.dpop.algorithms.join(' ')}"`].join(', ')}`
}

/** RFC 9470 §3. Nothing is named of what no login satisfies. */
function stepUp({ acr = [], maxAgeSeconds }: Partial<Authentication> = {}): readonly string[] {
  return [
    ...(acr.length === 0 ? [] : [`acr_values="${acr.join(' ')}"`]),
    ...(maxAgeSeconds === undefined ? [] : [`max_age="${maxAgeSeconds}"`]),
  ]
}

/** The `error` of an answer to credentials of this scheme: of a bearer token no proof can be wrong. */
export function errorOf({ error }: DenialRow, requested: Scheme | undefined): DenialRow['error'] {
  return error === 'invalid_dpop_proof' && requested !== 'dpop' ? 'invalid_token' : error
}

/** If a proof is accepted, a client is answered in its own scheme: those without DPoP stop at a scheme that they do not know. */
function challengesDpop({ dpop }: Route, requested: Scheme | undefined): boolean {
  return dpop.mode === 'required' || (dpop.mode === 'accepted' && requested === 'dpop')
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
  if (route.resources.length === 1) return route.resources[0]
  const here = route.resources.filter(({ hostname }) => hostname === request?.host)
  const atPort = here.filter(({ origin }) => isAtPort(origin, request?.port))
  const near = atPort.length > 0 ? atPort : here
  const spelled = near.some(({ slashed }) => slashed)
    ? near.find((one) => documentPath(one) === request?.path)
    : undefined
  return spelled ?? near[0] ?? route.resources[0]
}

function challengeScopes(route: Route, additions: readonly Requirement[]): readonly string[] {
  const added = additions.flatMap(({ scopes }) => prefixedScopes(scopes, route.scopePrefix))
  return [...new Set([...route.requestScopes, ...added])]
}
