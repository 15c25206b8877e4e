import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { openPageVisits } from './page-visits.ts'

/** Where a browser is sent to log in and to consent; the interaction's id follows. */
export const INTERACTION_PATH = '/interaction/'

/** Logs the account in, or consents to all that is asked, and sends the browser on. */
export function approveInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  sub: string,
): void {
  approve(provider, request, response, sub).catch(() => {
    if (!response.headersSent) response.writeHead(400)
    response.end('this login is over; begin again')
  })
}

/**
 * Plays the browser: follows an authorization request of an auto-approving issuer, cookies and all, and promises the
 * URL that the client's redirect URI is called with (`?code=…&state=…`, or `?error=…`).
 */
export async function followLogin(authorizationUrl: URL): Promise<URL> {
  const visit = openPageVisits()
  let url = authorizationUrl
  for (let hops = 0; hops < 12; hops += 1) {
    const { location, status, text } = await visit(url)
    if (location === undefined) throw new Error(`the login stopped at ${url.pathname}: ${status} ${text}`)
    url = location
    if (url.origin !== authorizationUrl.origin) return url
  }
  throw new Error('the login goes round in circles')
}

async function approve(provider: Provider, request: IncomingMessage, response: ServerResponse, sub: string) {
  const { prompt, params, grantId } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    // As strong as the client asks for (RFC 9470): the first class that it would take.
    const [acr] = String(params['acr_values'] ?? '').split(' ')
    return provider.interactionFinished(request, response, { login: { accountId: sub, ...(acr && { acr }) } })
  }
  const clientId = String(params['client_id'])
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: sub, clientId })
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details
  if (Array.isArray(missingOIDCScope)) grant.addOIDCScope(missingOIDCScope.join(' '))
  if (Array.isArray(missingOIDCClaims)) grant.addOIDCClaims(missingOIDCClaims.map(String))
  if (typeof missingResourceScopes === 'object' && missingResourceScopes !== null) {
    for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
      if (Array.isArray(scopes)) grant.addResourceScope(resource, scopes.join(' '))
    }
  }
  return provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  )
}
