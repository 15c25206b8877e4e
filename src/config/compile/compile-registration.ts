import type { IssuerEntry } from '../format/schema.ts'
import type { Route } from '../model.ts'
import type { Issuer, KeySource, Registration } from '../model-issuer.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'

/** The `registration` of an issuer; undefined without one, and after a problem. */
export function compileRegistration(
  written: IssuerEntry['registration'],
  keys: KeySource,
  path: Path,
  sink: ProblemSink,
): Registration | undefined {
  if (written === undefined) return undefined
  if (keys.kind !== 'discovery' && keys.kind !== 'discoveryUri' && !sink.refused(path.slice(0, -1))) {
    const message = `needs the metadata that discovery finds; remove ${keys.kind}, or write its discoveryUri in place of it`
    sink.problem(path, message, 'key')
  }
  const { clientId, redirectUris, endpoint, codeChallengeMethods } = written
  if (endpoint !== undefined) {
    checkUrl(endpoint, [...path, 'endpoint'], sink)
    for (const key of ['clientId', 'redirectUris'] as const) {
      if (written[key] !== undefined)
        sink.problem([...path, key], 'cannot be combined with endpoint; keep one of them', 'key')
    }
    return { kind: 'endpoint', endpoint, codeChallengeMethods }
  }
  if (sink.refused([...path, 'endpoint'])) return undefined
  if (clientId === undefined && !sink.refused([...path, 'clientId'])) {
    sink.problem(
      path,
      'has no clientId; add the ID of the public client that you made at the issuer, or an endpoint',
      'key',
    )
  }
  if (redirectUris === undefined && !sink.refused([...path, 'redirectUris'])) {
    sink.problem(path, 'has no redirectUris; list those that the client has at the issuer', 'key')
  }
  for (const [index, uri] of (redirectUris ?? []).entries()) {
    if (!isLoopbackPrefix(uri)) checkUrl(uri, [...path, 'redirectUris', index], sink)
  }
  return { kind: 'client', clientId: clientId ?? '', redirectUris: redirectUris ?? [], codeChallengeMethods }
}

/** Refuses registrations that no client would ever be sent to. */
export function checkRegistrationsUsed(issuers: readonly Issuer[], routes: readonly Route[], sink: ProblemSink): void {
  for (const { name, registration } of issuers) {
    if (registration === undefined || sink.refused(['routes']) || sink.refused(['issuers', name])) continue
    if (routes.some(({ accept }) => accept.some(({ advertise, issuer }) => advertise && issuer.name === name))) continue
    sink.problem(
      ['issuers', name, 'registration'],
      `no route sends clients to ${quote(name)}; add it to the issuers of a route, or remove this`,
      'key',
    )
  }
}

/** `http://127.0.0.1/callback/*`, with or without a port: every path below. */
function isLoopbackPrefix(uri: string): boolean {
  return LOOPBACK_PREFIX.test(uri) && URL.canParse(uri) && !uri.includes('..')
}

const LOOPBACK_PREFIX =
  /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::[1-9][0-9]{0,4})?\/[A-Za-z0-9._~!$&'()+,;=:/-]*(?<=\/)\*$/

function checkUrl(url: string, path: Path, sink: ProblemSink): void {
  if (!URL.canParse(url)) sink.problem(path, `${quote(url)} is not a well-formed URL; correct its host or port`)
  else if (url.includes('*')) {
    const message =
      'has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below)'
    sink.problem(path, `${quote(url)} ${message}`)
  }
}
