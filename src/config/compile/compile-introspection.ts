import { durationSeconds } from '../duration.ts'
import { withDefaults } from '../format/key-map.ts'
import type { IssuerEntry } from '../format/schema.ts'
import { introspectionShape } from '../format/schema-issuer.ts'
import type { Accept } from '../model.ts'
import type { Introspection, KeySource } from '../model-issuer.ts'
import { oneOf, type Path, type ProblemSink, quote } from '../problem.ts'
import { type ReadNamedFile, readClientSecretFile } from '../reading/referenced-file.ts'
import { checkFetched } from './compile-key-source.ts'

/** A revoked token passes for as long. */
const MAX_CACHE_SECONDS = 60 * 60

/** The `introspection` of an issuer with its defaults and its secret; valid only if no problem was reported. */
export function compileIntrospection(
  { introspection: written }: IssuerEntry,
  allowHttp: boolean,
  keys: KeySource,
  path: Path,
  sink: ProblemSink,
  readFile: ReadNamedFile,
): Introspection | undefined {
  // Next to static tokens it was refused already.
  if (written === undefined || keys.kind === 'tokensFile') return undefined
  const {
    endpoint,
    clientId,
    clientSecretFile: file,
    clientAuthentication,
    cacheFor,
  } = withDefaults(introspectionShape, written)
  if (endpoint !== undefined) checkFetched(endpoint, allowHttp, [...path, 'endpoint'], sink)
  else if (keys.kind !== 'discovery' && keys.kind !== 'discoveryUri' && !sink.refused([...path, 'endpoint'])) {
    sink.problem(path, `has no endpoint, and ${keys.kind} leads to no metadata that names one; add endpoint:`, 'key')
  }
  if (clientId === undefined && !sink.refused([...path, 'clientId'])) {
    sink.problem(path, 'has no clientId; add the ID of a confidential client that may introspect', 'key')
  }
  if (file === undefined && !sink.refused([...path, 'clientSecretFile'])) {
    sink.problem(path, 'has no clientSecretFile; add the name of a file with the secret of that client', 'key')
  }
  const here = [...path, 'clientSecretFile']
  const secret = file === undefined ? undefined : readClientSecretFile(readFile, file, here)
  if (secret?.ok === false) sink.problem(here, secret.message)
  const seconds = durationSeconds(cacheFor)
  if (seconds > MAX_CACHE_SECONDS) {
    sink.problem([...path, 'cacheFor'], `${quote(cacheFor)} would delay a revocation for too long; write at most 1h`)
  }
  return {
    endpoint,
    clientId: clientId ?? '',
    clientSecret: secret?.ok === true ? secret.value : '',
    file: file ?? '',
    clientAuthentication,
    cacheFor: seconds,
  }
}

/** Refuses two: each would see the tokens of the other, and nothing in an opaque token says which of them issued it. */
export function checkOneIntrospection(accept: readonly Accept[], path: Path, sink: ProblemSink): void {
  const introspecting = accept
    .filter(({ issuer }) => issuer.introspection !== undefined)
    .map(({ issuer }) => issuer.name)
  const names = [...new Set(introspecting)]
  if (names.length < 2) return
  sink.problem(
    path,
    `accepts ${oneOf(names)}, which both introspect opaque tokens; keep one of them`.replace(' or ', ' and '),
    'key',
  )
}
