import type { IssuerEntry } from '../format/schema.ts'
import type { IssuerFetch, KeySource } from '../model-issuer.ts'
import type { Path, ProblemSink } from '../problem.ts'

/** The `fetch` of an issuer whose keys are fetched; it is used only if nothing was reported about it. */
export function compileFetch(
  { fetch: written, issuer }: IssuerEntry,
  keys: KeySource,
  path: Path,
  sink: ProblemSink,
): IssuerFetch | undefined {
  // With a tokensFile this was reported before.
  if (written === undefined || keys.kind === 'tokensFile') return undefined
  const { caFile, bearerTokenFile } = written
  if (caFile === undefined && bearerTokenFile === undefined && !sink.refused(path))
    sink.problem(path, 'is empty; add caFile or bearerTokenFile, or remove it', 'key')
  if (keys.kind !== 'discovery' && keys.kind !== 'discoveryUri' && keys.kind !== 'jwksUri') {
    sink.problem(path, `has no effect with ${keys.kind}, which fetches nothing; remove it`, 'key')
  } else if (bearerTokenFile !== undefined) {
    const address = keys.kind === 'discovery' ? issuer : keys.uri
    if (!/^https:/i.test(address ?? 'https:'))
      sink.problem(
        [...path, 'bearerTokenFile'],
        `is never sent over plain http; write ${keys.kind === 'discovery' ? 'issuer' : keys.kind} with https`,
      )
  }
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(bearerTokenFile === undefined ? {} : { bearerTokenFile }),
  }
}
