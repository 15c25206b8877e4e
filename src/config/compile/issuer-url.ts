import { explainUnrendered } from '../format/schema-text.ts'
import type { KeySource } from '../model-issuer.ts'
import { oneOf, quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'

/** The keys of an entry that say where its keys are; at most one is written. */
export const KEY_SOURCES = ['discoveryUri', 'jwksUri', 'jwksFile', 'publicKeyFile', 'secretFile'] as const

/** Whether the metadata of an issuer leads to its keys. */
export function isDiscovered({ kind }: KeySource): boolean {
  return kind === 'discovery' || kind === 'discoveryUri'
}

/** Refuses an `issuer` that no token carries in `iss`: a template, an alias of Entra, the address of a document. */
export function checkIssuerText(issuer: string, place: Place): void {
  const shown = quote(issuer)
  const unrendered = explainUnrendered(issuer)
  if (unrendered !== undefined) {
    place.problem(`${shown} ${unrendered}`)
  } else if (/\{[^}]*\}/.test(issuer)) {
    place.problem(`${shown} is a template; write it with the ID of your tenant, as the iss claim has it`)
  } else if (ENTRA_ALIAS.test(issuer)) {
    place.problem(`${shown} means every tenant, and no token carries it; write the URL with the ID of your tenant`)
  } else if (/\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/.test(issuer)) {
    place.problem(`${shown} is a metadata document; write the issuer that it contains, and this URL as discoveryUri`)
  }
}

const ENTRA_ALIAS =
  /^https:\/\/login\.(?:microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn)\/(?:common|organizations|consumers)(?:\/|$)/i

/** Refuses an `issuer` from which no discovery can start. */
export function checkDiscoveryStart(issuer: string, allowHttp: boolean, place: Place): void {
  // Reported already.
  if (explainUnrendered(issuer) !== undefined) return
  const shown = quote(issuer)
  if (!/^https?:\/\/[^\s/?#\\]/.test(issuer) || !URL.canParse(issuer)) {
    const meant = `https://${issuer}`
    const fix = /^[\w-]+(\.[\w-]+)+/.test(issuer) && URL.canParse(meant) ? meant : 'https://id.example.com'
    place.problem(`${shown} is not a URL to discover keys from; write one such as ${fix}, or add ${oneOf(KEY_SOURCES)}`)
  } else if (/[?#]/.test(issuer)) {
    place.problem(`${shown} has a query or fragment, which an issuer must not have (RFC 8414 section 2); remove it`)
  } else {
    checkFetched(issuer, allowHttp, place)
  }
}

/** Refuses a URL that must not be fetched: malformed, with a password, or plain http to a host on the network. */
export function checkFetched(text: string, allowHttp: boolean, place: Place): void {
  const url = URL.parse(text)
  const shown = quote(text)
  if (url === null) {
    place.problem(`${shown} is not a well-formed URL; correct its host or port`)
  } else if (url.username !== '' || url.password !== '') {
    place.problem(`${shown} has credentials in it; remove them`)
  } else if (url.protocol !== 'https:' && !allowHttp && !mayBePlain(url.hostname)) {
    const fix = 'write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither)'
    place.problem(`${shown} is not https; ${fix}`)
  }
}

/** Whether clients may be sent to an issuer: official clients refuse a whole document that lists anything else. */
export function isLoginServer(issuer: string, allowHttp: boolean): boolean {
  const url = URL.parse(issuer)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowHttp || isLoopback(url.hostname)))
}

/** Hosts that no other machine can answer for: this one, and the services of this cluster. */
export function mayBePlain(host: string): boolean {
  return isLoopback(host) || /^.+\.svc(?:\.cluster\.local)?$/.test(host)
}

/** Whether a host is this machine itself. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)
}
