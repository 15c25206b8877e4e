import { durationSeconds } from '../duration.ts'
import { withDefaults } from '../format/key-map.ts'
import type { IssuerEntry } from '../format/schema.ts'
import { ASYMMETRIC_ALGORITHMS, issuerShape, SYMMETRIC_ALGORITHMS } from '../format/schema-issuer.ts'
import { explainUnrendered } from '../format/schema-text.ts'
import type { Issuer, KeySource } from '../model-issuer.ts'
import { oneOf, type Path, type ProblemSink, quote } from '../problem.ts'
import type { ReadNamedFile } from '../reading/referenced-file.ts'
import { readTokensFile } from '../reading/tokens-file.ts'
import type { Steps } from '../steps.ts'
import { compileFetch } from './compile-fetch.ts'
import { compileIntrospection } from './compile-introspection.ts'
import { compileKeySource, isLoopback, KEY_SOURCES } from './compile-key-source.ts'
import { compileRegistration } from './compile-registration.ts'
import { checkSpiffeIssuer } from './compile-spiffe.ts'

const MAX_CLOCK_TOLERANCE_SECONDS = 60

/** One entry of `issuers:` with its defaults and its keys; valid only if no problem was reported. */
export function* compileIssuer(
  name: string,
  entry: IssuerEntry | string,
  sink: ProblemSink,
  readFile: ReadNamedFile,
): Steps<Issuer> {
  const written: IssuerEntry = typeof entry === 'string' ? { issuer: entry } : entry
  const map = withDefaults(issuerShape, written)
  const path: Path = ['issuers', name]
  const tokens =
    map.tokensFile === undefined ? undefined : yield* staticTokens(map.tokensFile, written, path, sink, readFile)
  const issuerPath = typeof entry === 'string' ? path : [...path, 'issuer']
  const keys = tokens ?? compileKeySource(map, path, issuerPath, sink, readFile) ?? { kind: 'discovery' }
  const algorithms = algorithmsOf(map, path, sink)
  checkSpiffeIssuer(map, keys, path, sink)
  if (map.issuer !== undefined) {
    checkIssuerText(map.issuer, issuerPath, sink)
  } else if (
    tokens === undefined &&
    map.spiffe === undefined &&
    !['issuer', 'tokensFile'].some((key) => sink.refused([...path, key]))
  ) {
    sink.problem(path, 'has no issuer; add issuer: with the iss claim of its tokens', 'key')
  }
  const clockTolerance = durationSeconds(map.clockTolerance)
  if (clockTolerance > MAX_CLOCK_TOLERANCE_SECONDS) {
    sink.problem([...path, 'clockTolerance'], `${quote(map.clockTolerance)} is too long; write at most 60s`)
  }
  if (map.maxTokenLifetime !== undefined && durationSeconds(map.maxTokenLifetime) <= 0) {
    sink.problem(
      [...path, 'maxTokenLifetime'],
      `${quote(map.maxTokenLifetime)} would refuse every token; write one such as 24h`,
    )
  }
  return {
    name,
    issuer: map.issuer ?? '',
    spiffe: map.spiffe,
    isLoginServer: isLoginServer(map.issuer ?? '', map.dangerouslyAllowHttp),
    keys,
    fetch: compileFetch(map, keys, [...path, 'fetch'], sink),
    algorithms,
    clockTolerance,
    maxTokenLifetime: map.maxTokenLifetime === undefined ? undefined : durationSeconds(map.maxTokenLifetime),
    maxStale: durationSeconds(map.maxStale),
    requireTyp: map.requireTyp?.toLowerCase().replace(/^application\//, ''),
    tokenKinds: checkTokenKinds(map.tokenKinds, path, sink),
    scopeClaims: map.scopeClaims,
    booleanScopes: map.booleanScopes,
    scopePrefix: map.scopePrefix ?? '',
    clientClaims: map.clientClaims,
    introspection: compileIntrospection(
      map,
      map.dangerouslyAllowHttp,
      keys,
      [...path, 'introspection'],
      sink,
      readFile,
    ),
    registration: compileRegistration(map.registration, keys, [...path, 'registration'], sink),
  }
}

/** Official clients refuse a whole document that lists anything else. */
function isLoginServer(issuer: string, allowHttp: boolean): boolean {
  const url = URL.parse(issuer)
  if (url?.protocol === 'https:') return true
  return url?.protocol === 'http:' && (allowHttp || isLoopback(url.hostname))
}

/** The keys that apply to static tokens; all others are about key sets, authorization servers or the form of JWTs. */
const STATIC_TOKEN_KEYS: ReadonlySet<string> = new Set(['tokensFile', 'clockTolerance', 'maxTokenLifetime'])

function* staticTokens(
  file: string,
  map: IssuerEntry,
  path: Path,
  sink: ProblemSink,
  readFile: ReadNamedFile,
): Steps<KeySource> {
  for (const key of Object.keys(map)) {
    if (!STATIC_TOKEN_KEYS.has(key)) {
      sink.problem([...path, key], 'has no effect with tokensFile; remove it, or write a separate issuer', 'key')
    }
  }
  const tokens = yield* readTokensFile(readFile, file, [...path, 'tokensFile'], sink)
  return { kind: 'tokensFile', file, tokens: tokens ?? [] }
}

/** Issuers with the same `iss` differ in their keys alone, so each must say where its keys are. */
export function checkSharedIssuers(issuers: readonly Issuer[], sink: ProblemSink): void {
  for (const [issuer, sharing] of Map.groupBy(issuers, (entry) => entry.issuer)) {
    if (sharing.length < 2 || issuer === '') continue
    for (const { name, keys } of sharing) {
      if (keys.kind !== 'discovery' || sink.refused(['issuers', name])) continue
      const others = sharing.filter((other) => other.name !== name).map((other) => quote(other.name))
      const message = `has the issuer ${quote(issuer)} of ${oneOf(others)} too; add ${oneOf(KEY_SOURCES)} to each of them, or remove one`
      sink.problem(['issuers', name], message, 'key')
    }
  }
}

/** A shared secret and public keys never mix: an attacker would sign HS256 with the public key (RFC 8725 §3.1). */
function algorithmsOf(map: IssuerEntry, path: Path, sink: ProblemSink): readonly string[] {
  const symmetric = map.secretFile !== undefined
  const allowed: readonly string[] = symmetric ? SYMMETRIC_ALGORITHMS : ASYMMETRIC_ALGORITHMS
  const fix = symmetric
    ? 'is not for a secretFile; write HS256, HS384 or HS512'
    : 'needs a shared secret; add secretFile, or let the issuer sign with a key pair'
  for (const [index, algorithm] of (map.algorithms ?? []).entries()) {
    if (!allowed.includes(algorithm)) sink.problem([...path, 'algorithms', index], `${quote(algorithm)} ${fix}`)
  }
  return map.algorithms ?? allowed
}

function checkTokenKinds(tokenKinds: Issuer['tokenKinds'], path: Path, sink: ProblemSink): Issuer['tokenKinds'] {
  const here = [...path, 'tokenKinds']
  if (!tokenKinds.includes('access')) sink.problem(here, 'has no access; write [access, id] to accept ID tokens too')
  for (const [index, kind] of tokenKinds.entries()) {
    if (tokenKinds.indexOf(kind) !== index) sink.problem([...here, index], `${quote(kind)} is listed twice; remove one`)
  }
  return tokenKinds
}

/** Entra's placeholders: no token ever carries them in `iss`. */
function checkIssuerText(issuer: string, path: Path, sink: ProblemSink): void {
  const unrendered = explainUnrendered(issuer)
  if (unrendered !== undefined) {
    sink.problem(path, `${quote(issuer)} ${unrendered}`)
  } else if (/\{[^}]*\}/.test(issuer)) {
    sink.problem(path, `${quote(issuer)} is a template; write it with the ID of your tenant, as the iss claim has it`)
  } else if (
    /^https:\/\/login\.(?:microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn)\/(?:common|organizations|consumers)(?:\/|$)/i.test(
      issuer,
    )
  ) {
    sink.problem(
      path,
      `${quote(issuer)} means every tenant, and no token carries it; write the URL with the ID of your tenant`,
    )
  } else if (/\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/.test(issuer)) {
    sink.problem(
      path,
      `${quote(issuer)} is a metadata document; write the issuer that it contains, and this URL as discoveryUri`,
    )
  }
}
