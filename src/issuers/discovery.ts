import type { JsonObject } from '../keys/json-object.ts'
import type { FetchedJson } from './bounded-fetch.ts'

/** Where the keys are, or why that is not known. `rejected`: a document was there, and it must not be used. */
export type Discovery =
  | { readonly ok: true; readonly jwksUri: string; readonly foundAt: string; readonly document: JsonObject }
  | { readonly ok: false; readonly rejected: boolean; readonly reason: string }

/**
 * Finds an issuer's key set. The first document that names exactly this issuer wins; a document with another issuer is
 * never used, or the server that answers there could sign as this issuer (RFC 8414 §3.3, OpenID Connect Discovery §4.3).
 */
export async function discover(
  issuer: string,
  discoveryUri: string | undefined,
  read: (url: string) => Promise<FetchedJson>,
): Promise<Discovery> {
  const urls = discoveryUri === undefined ? discoveryUrls(issuer) : [discoveryUri]
  if (urls.length === 0) {
    return {
      ok: false,
      rejected: true,
      reason: `issuer "${issuer}" is not an http or https URL: set jwksUri or discoveryUri`,
    }
  }
  const reasons: string[] = []
  let rejected = false
  for (const url of urls) {
    const answer = await read(url)
    if (!answer.ok) {
      reasons.push(answer.failure.message)
      continue
    }
    const judged = judge(answer.document, issuer, discoveryUri ?? issuer)
    if (judged.ok) return { ok: true, jwksUri: judged.jwksUri, foundAt: url, document: answer.document }
    rejected = true
    reasons.push(`${url}: ${judged.reason}`)
  }
  return { ok: false, rejected, reason: reasons.join('; ') }
}

/**
 * The places to look, in the order of MCP clients: RFC 8414 inserts its well-known segment before the path, without the
 * terminating slash (§3.1), and also that of OpenID Connect (§5), whose own way is to append it (Discovery §4). Without a
 * path these two are one. Empty when the issuer is not an http or https URL.
 */
export function discoveryUrls(issuer: string): readonly string[] {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return []
  const path = url.pathname.replace(/\/$/, '')
  const places = [
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
    `${url.origin}/.well-known/openid-configuration${path}`,
    `${url.origin}${path}/.well-known/openid-configuration`,
  ]
  return [...new Set(places)]
}

function judge(
  document: JsonObject,
  issuer: string,
  configuredUrl: string,
): { readonly ok: true; readonly jwksUri: string } | { readonly ok: false; readonly reason: string } {
  const named = document['issuer']
  if (typeof named !== 'string') return { ok: false, reason: 'has no issuer' }
  if (named !== issuer) return { ok: false, reason: describeMismatch(named, issuer) }
  const jwksUri = document['jwks_uri']
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri))
    return { ok: false, reason: 'has no jwks_uri that is a URL' }
  const reason = refuseTransport('jwks_uri', new URL(jwksUri), configuredUrl)
  return reason === undefined ? { ok: true, jwksUri } : { ok: false, reason }
}

function describeMismatch(named: string, issuer: string): string {
  const differs = `its issuer ${quoted(named)} differs from the configured ${quoted(issuer)}`
  if (named === `${issuer}/` || `${named}/` === issuer) return `${differs} only by a trailing slash`
  if (/\{tenant(id)?\}/i.test(named))
    return `${differs}; this is a template for many tenants: configure the issuer of one tenant`
  return `${differs}; keep issuer as it is in the iss of the tokens, and set jwksUri or discoveryUri to the address that answers here`
}

/**
 * Why a URL that an issuer's metadata names must not be used. Another host than the issuer's is normal (Google, Entra,
 * Kubernetes); plain http to just anywhere is not.
 */
export function refuseTransport(member: string, url: URL, configuredUrl: string): string | undefined {
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return `its ${member} is neither https nor http: ${quoted(url.protocol)}`
  if (isLoopbackOrCluster(url.hostname) || new URL(configuredUrl).protocol === 'http:') return undefined
  return `its ${member} is plain http to ${quoted(url.hostname)}`
}

function isLoopbackOrCluster(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)) return true
  return hostname.endsWith('.svc') || hostname.endsWith('.svc.cluster.local')
}

/** Escaped and capped: the text comes from outside and ends in a log. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
