import type { IssuerEntry } from '../format/schema.ts'
import type { Route } from '../model.ts'
import type { Issuer, KeySource, Registration } from '../model-issuer.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { isDiscovered } from './issuer-url.ts'

/** The `registration` of an issuer; undefined without one, and after a problem. */
export function compileRegistration(
  { registration: written }: IssuerEntry,
  keys: KeySource,
  issuer: Place,
): Registration | undefined {
  if (written === undefined) return undefined
  const place = issuer.at('registration')
  if (!isDiscovered(keys) && !issuer.refused()) {
    const message = `needs the metadata that discovery finds; remove ${keys.kind}, or write its discoveryUri in place of it`
    place.problem(message, 'key')
  }
  const { clientId, redirectUris, endpoint, codeChallengeMethods } = written
  if (endpoint !== undefined) {
    checkUrl(endpoint, place.at('endpoint'))
    for (const key of ['clientId', 'redirectUris'] as const) {
      if (written[key] !== undefined) place.at(key).problem('cannot be combined with endpoint; keep one of them', 'key')
    }
    return { kind: 'endpoint', endpoint, codeChallengeMethods }
  }
  if (place.refused('endpoint')) return undefined
  if (clientId === undefined) {
    place.lacks('clientId', 'add the ID of the public client that you made at the issuer, or an endpoint')
  }
  if (redirectUris === undefined) place.lacks('redirectUris', 'list those that the client has at the issuer')
  for (const [index, uri] of (redirectUris ?? []).entries()) {
    if (!isLoopbackPrefix(uri)) checkUrl(uri, place.at('redirectUris', index))
  }
  return { kind: 'client', clientId: clientId ?? '', redirectUris: redirectUris ?? [], codeChallengeMethods }
}

/** Refuses registrations that no client would ever be sent to. */
export function checkRegistrationsUsed(issuers: readonly Issuer[], routes: readonly Route[], file: Place): void {
  for (const { name, registration } of issuers) {
    if (registration === undefined || file.refused('routes') || file.refused('issuers', name)) continue
    if (routes.some(({ accept }) => accept.some(({ advertise, issuer }) => advertise && issuer.name === name))) continue
    const message = `no route sends clients to ${quote(name)}; add it to the issuers of a route, or remove this`
    file.at('issuers', name, 'registration').problem(message, 'key')
  }
}

/** `http://127.0.0.1/callback/*`, with or without a port: every path below. */
function isLoopbackPrefix(uri: string): boolean {
  return LOOPBACK_PREFIX.test(uri) && URL.canParse(uri) && !uri.includes('..')
}

const LOOPBACK_PREFIX =
  /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::[1-9][0-9]{0,4})?\/[A-Za-z0-9._~!$&'()+,;=:/-]*(?<=\/)\*$/

function checkUrl(url: string, place: Place): void {
  if (!URL.canParse(url)) place.problem(`${quote(url)} is not a well-formed URL; correct its host or port`)
  else if (url.includes('*')) {
    const message =
      'has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below)'
    place.problem(`${quote(url)} ${message}`)
  }
}
