import { describeSkipped, JWT_SVID_USES } from '../../keys/jwk-import.ts'
import { selectKeys } from '../../keys/key-selection.ts'
import type { IssuerEntry } from '../format/schema.ts'
import { explainUnrendered } from '../format/schema-text.ts'
import type { KeySource } from '../model-issuer.ts'
import { listOf, oneOf, type Path, type ProblemSink, quote } from '../problem.ts'
import {
  type KeyFile,
  type Read,
  type ReadNamedFile,
  readKeySetFile,
  readPublicKeyFile,
  readSecretFile,
} from '../reading/referenced-file.ts'

/** The keys of an entry that say where its keys are; at most one is written. */
export const KEY_SOURCES = ['discoveryUri', 'jwksUri', 'jwksFile', 'publicKeyFile', 'secretFile'] as const

/** Where the keys of an entry come from, with the content of files; undefined when that has a problem. */
export function compileKeySource(
  map: IssuerEntry,
  path: Path,
  issuerPath: Path,
  sink: ProblemSink,
  readFile: ReadNamedFile,
): KeySource | undefined {
  const written = KEY_SOURCES.filter((key) => map[key] !== undefined)
  const [kind, second] = written
  if (second !== undefined) {
    sink.problem(
      [...path, second],
      `cannot be combined with ${oneOf(written.filter((key) => key !== second))}; keep one of them`,
      'key',
    )
    return undefined
  }
  const allowHttp = map.dangerouslyAllowHttp === true
  const fetched = (kind: 'discoveryUri' | 'jwksUri', uri: string): KeySource => {
    checkFetched(uri, allowHttp, [...path, kind], sink)
    return { kind, uri }
  }
  const here = kind === undefined ? path : [...path, kind]
  const fromFile = <T>(read: Read<T>, source: (value: T) => KeySource): KeySource | undefined => {
    if (read.ok) return source(read.value)
    sink.problem(here, read.message)
    return undefined
  }

  if (map.discoveryUri !== undefined) return fetched('discoveryUri', map.discoveryUri)
  if (map.jwksUri !== undefined) return fetched('jwksUri', map.jwksUri)
  if (map.jwksFile !== undefined) {
    const file = map.jwksFile
    return fromFile(
      readKeySetFile(readFile, file, here, map.spiffe === undefined ? undefined : JWT_SVID_USES),
      (read) => {
        checkKeys(file, read, map.algorithms, here, sink)
        return { kind: 'jwksFile', file, document: read.content }
      },
    )
  }
  if (map.publicKeyFile !== undefined) {
    const file = map.publicKeyFile
    return fromFile(readPublicKeyFile(readFile, file, here), (read) => {
      checkKeys(file, read, map.algorithms, here, sink)
      return { kind: 'publicKeyFile', file, pem: read.content }
    })
  }
  if (map.secretFile !== undefined) {
    const file = map.secretFile
    return fromFile(readSecretFile(readFile, file, here), (secret) => ({ kind: 'secretFile', file, secret }))
  }
  if (KEY_SOURCES.some((key) => sink.refused([...path, key]))) return undefined
  if (map.issuer !== undefined) checkDiscoveryStart(map.issuer, allowHttp, issuerPath, sink)
  return { kind: 'discovery' }
}

/** Warns of keys that are left out, and refuses a file whose keys fit none of the algorithms: no token would pass. */
function checkKeys(
  file: string,
  { keys, skipped }: KeyFile<unknown>,
  algorithms: readonly string[] | undefined,
  path: Path,
  sink: ProblemSink,
): void {
  if (skipped.length > 0) {
    sink.warning(path, {
      id: 'keys-left-out',
      message: `some keys of the file ${quote(file)} are left out: ${describeSkipped(skipped)}`,
      why: 'a token that is signed with one of them is refused as key_unknown',
    })
  }
  if (algorithms === undefined || algorithms.some((alg) => selectKeys(keys, alg, undefined).length > 0)) return
  const message = `holds no key for the algorithms ${listOf(algorithms)}; add one there, or correct algorithms`
  sink.problem(path, `the file ${quote(file)} ${message}`)
}

function checkDiscoveryStart(issuer: string, allowHttp: boolean, path: Path, sink: ProblemSink): void {
  // Reported already.
  if (explainUnrendered(issuer) !== undefined) return
  const shown = quote(issuer)
  if (!/^https?:\/\/[^\s/?#\\]/.test(issuer) || !URL.canParse(issuer)) {
    const meant = `https://${issuer}`
    const fix = /^[\w-]+(\.[\w-]+)+/.test(issuer) && URL.canParse(meant) ? meant : 'https://id.example.com'
    sink.problem(
      path,
      `${shown} is not a URL to discover keys from; write one such as ${fix}, or add ${oneOf(KEY_SOURCES)}`,
    )
  } else if (/[?#]/.test(issuer)) {
    sink.problem(
      path,
      `${shown} has a query or fragment, which an issuer must not have (RFC 8414 section 2); remove it`,
    )
  } else {
    checkFetched(issuer, allowHttp, path, sink)
  }
}

/** Refuses a URL that must not be fetched: malformed, with a password, or plain http to a host on the network. */
export function checkFetched(text: string, allowHttp: boolean, path: Path, sink: ProblemSink): void {
  const url = URL.parse(text)
  const shown = quote(text)
  if (url === null) {
    sink.problem(path, `${shown} is not a well-formed URL; correct its host or port`)
  } else if (url.username !== '' || url.password !== '') {
    sink.problem(path, `${shown} has credentials in it; remove them`)
  } else if (url.protocol !== 'https:' && !allowHttp && !mayBePlain(url.hostname)) {
    const fix = 'write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither)'
    sink.problem(path, `${shown} is not https; ${fix}`)
  }
}

/** Hosts that no other machine can answer for: this one, and the services of this cluster. */
function mayBePlain(host: string): boolean {
  return isLoopback(host) || /^.+\.svc(?:\.cluster\.local)?$/.test(host)
}

/** Whether a host is this machine itself. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)
}
