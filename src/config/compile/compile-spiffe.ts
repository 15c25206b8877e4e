import type { IssuerEntry } from '../format/schema.ts'
import type { Accept } from '../model.ts'
import type { KeySource } from '../model-issuer.ts'
import { oneOf, type Path, type ProblemSink } from '../problem.ts'

/** JWT-SVIDs are signed with a key pair of their trust domain, and without an issuer nothing leads to its keys. */
export function checkSpiffeIssuer(
  { spiffe, issuer }: IssuerEntry,
  keys: KeySource,
  path: Path,
  sink: ProblemSink,
): void {
  if (spiffe === undefined) return
  const here = [...path, 'spiffe']
  if (keys.kind === 'secretFile') {
    sink.problem(here, 'cannot be combined with secretFile; a JWT-SVID is signed with a key pair', 'key')
  } else if (issuer === undefined && (keys.kind === 'discovery' || keys.kind === 'discoveryUri')) {
    sink.problem(here, 'needs the keys of the trust domain; add jwksUri or jwksFile with its bundle', 'key')
  }
}

/** Refuses two issuers for tokens that name none, and tokens that are for no audience (SPIFFE JWT-SVID §3, §5). */
export function checkSpiffeAccept(accept: readonly Accept[], path: Path, sink: ProblemSink): void {
  const entries = accept.filter(({ issuer }) => issuer.spiffe !== undefined)
  const names = [...new Set(entries.map(({ issuer }) => issuer.name))]
  if (names.length > 1) {
    const message = `accepts ${oneOf(names)}, which both have spiffe; keep one of them`.replace(' or ', ' and ')
    sink.problem(path, message, 'key')
  }
  if (entries.some(({ audience }) => audience === 'unchecked')) {
    sink.problem(
      path,
      'accepts JWT-SVIDs for any audience; list the audience, as their validators must check it',
      'key',
    )
  }
}
