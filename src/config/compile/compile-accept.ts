import { withDefaults } from '../format/key-map.ts'
import type { AcceptEntry, DefaultsEntry, RouteEntry } from '../format/schema.ts'
import { acceptShape } from '../format/schema-requirement.ts'
import type { Accept } from '../model.ts'
import type { Issuer } from '../model-issuer.ts'
import { didYouMean } from '../nearest-name.ts'
import { oneOf, type Path, type ProblemSink, quote } from '../problem.ts'
import { combineAuthentication, compileAuthentication } from './compile-authentication.ts'
import { compileClaimRules } from './compile-claim-rules.ts'
import { audienceOf } from './compile-resource.ts'
import { requiredScopes, warnOfOidcWords } from './compile-scopes.ts'

/** The issuers of the file by name. */
export type IssuersByName = ReadonlyMap<string, Issuer>

/** Keys that `accept` replaces. */
const FLAT_FIELDS = ['issuers', 'audience', 'clientIds', 'scopes', 'claims', 'acr', 'maxAuthAge'] as const

/** The ways into a route, in order: one for each issuer, or those of `accept`. Empty only after a problem. */
export function compileAccept(
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  issuers: IssuersByName,
  sink: ProblemSink,
): readonly Accept[] {
  if (sink.refused([...path, 'accept']) && route.accept === undefined) return []
  if (route.accept === undefined) {
    return flatIssuers(route, defaults, path, issuers, sink).map((issuer) =>
      compileEntry(route, issuer, route, defaults, path, sink),
    )
  }
  for (const field of FLAT_FIELDS) {
    if (route[field] === undefined) continue
    sink.problem([...path, field], 'cannot be combined with accept; write it in the entries of accept instead', 'key')
  }
  return route.accept.flatMap((entry, index) => {
    const here = [...path, 'accept', index]
    const issuer = entryIssuer(entry, here, issuers, sink)
    if (issuer?.keys.kind === 'tokensFile' && entry.advertise === true) {
      sink.problem([...here, 'advertise'], 'cannot be true: a file of tokens has no login; remove it')
    }
    return issuer === undefined ? [] : [compileEntry(entry, issuer, route, defaults, here, sink)]
  })
}

/** The issuers of a list, in order; those that do not exist are reported. `path` is that of the list. */
export function resolveIssuers(
  names: readonly string[],
  path: Path,
  issuers: IssuersByName,
  sink: ProblemSink,
): readonly Issuer[] {
  return names.flatMap((name, index) => {
    const here = [...path, index]
    if (names.indexOf(name) !== index) sink.problem(here, `${quote(name)} is listed twice; remove one`)
    return resolveIssuer(name, here, issuers, sink) ?? []
  })
}

function compileEntry(
  entry: Omit<AcceptEntry, 'issuer'>,
  issuer: Issuer,
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  sink: ProblemSink,
): Accept {
  const audience = entry.audience ?? defaults.audience ?? audienceOf([route.resource ?? []].flat())
  const clientIds = [defaults.clientIds, entry.clientIds].filter((list) => list !== undefined)
  if (audience === 'unchecked' && clientIds.length === 0 && !sink.refused([...path, 'clientIds'])) {
    const message =
      'unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience'
    if (entry.audience === undefined) sink.problem(path, `the audience of defaults, ${message}`, 'key')
    else sink.problem([...path, 'audience'], message)
  }
  warnOfOidcWords(entry.scopes, [...path, 'scopes'], sink)
  if (issuer.tokenKinds.includes('id')) checkIdTokens(entry, issuer, defaults, path, sink)
  return {
    issuer,
    audience,
    clientIds,
    scopes: requiredScopes(defaults.scopes, entry.scopes),
    claims: [
      ...compileClaimRules(defaults.claims, ['defaults', 'claims'], sink),
      ...compileClaimRules(entry.claims, [...path, 'claims'], sink),
    ],
    authentication: withDefaultsOf(entry, defaults, path, sink),
    advertise:
      (issuer.isLoginServer || issuer.registration !== undefined) && withDefaults(acceptShape, entry).advertise,
  }
}

/** What `defaults` requires holds too. */
function withDefaultsOf(
  entry: Omit<AcceptEntry, 'issuer'>,
  defaults: DefaultsEntry,
  path: Path,
  sink: ProblemSink,
): Accept['authentication'] {
  const shared = compileAuthentication(defaults, ['defaults'], sink)
  const combined = combineAuthentication([shared, compileAuthentication(entry, path, sink)])
  if (combined?.acr?.length === 0) {
    sink.problem([...path, 'acr'], 'has no value of the acr of defaults, so no token passes; list one of those')
  }
  return combined
}

/** ID tokens are made for a client, never for a resource: only a list can say for which (OpenID Connect Core §2). */
function checkIdTokens(
  entry: Omit<AcceptEntry, 'issuer'>,
  issuer: Issuer,
  defaults: DefaultsEntry,
  path: Path,
  sink: ProblemSink,
): void {
  const keys = ['audience', 'clientIds'] as const
  const written = keys.some((key) => (entry[key] ?? defaults[key]) !== undefined)
  const refused = keys.some((key) => sink.refused([...path, key]) || sink.refused(['defaults', key]))
  if (written || refused) return
  const message = `accepts ID tokens of ${quote(issuer.name)} (tokenKinds) and does not say of which clients; add audience or clientIds`
  sink.problem(path, message, 'key')
}

function flatIssuers(
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  issuers: IssuersByName,
  sink: ProblemSink,
): readonly Issuer[] {
  if (route.issuers !== undefined) return resolveIssuers(route.issuers, [...path, 'issuers'], issuers, sink)
  if (sink.refused([...path, 'issuers'])) return []
  if (defaults.issuers !== undefined) return resolveIssuers(defaults.issuers, ['defaults', 'issuers'], issuers, sink)
  if (sink.refused(['defaults', 'issuers']) || sink.refused(['defaults', 'issuer'])) return []
  return onlyIssuer(path, 'issuers', issuers, sink)
}

function entryIssuer(entry: AcceptEntry, path: Path, issuers: IssuersByName, sink: ProblemSink): Issuer | undefined {
  if (entry.issuer !== undefined) return resolveIssuer(entry.issuer, [...path, 'issuer'], issuers, sink)
  if (sink.refused([...path, 'issuer'])) return undefined
  return onlyIssuer(path, 'issuer', issuers, sink)[0]
}

function onlyIssuer(path: Path, key: string, issuers: IssuersByName, sink: ProblemSink): readonly Issuer[] {
  const names = [...issuers.keys()]
  if (names.length > 1) {
    const example = key === 'issuers' ? `[${names[0]}]` : names[0]
    const shown = names.length > 5 ? [...names.slice(0, 5), '…'] : names
    sink.problem(path, `does not say which issuer: ${oneOf(shown)}; add ${key}: ${example}`, 'key')
    return []
  }
  return [...issuers.values()]
}

function resolveIssuer(name: string, path: Path, issuers: IssuersByName, sink: ProblemSink): Issuer | undefined {
  if (!issuers.has(name) && !sink.refused(['issuers', name])) {
    const hint = didYouMean(name, issuers.keys())
    const known = [...issuers.keys()].slice(0, 5).map((known) => quote(known))
    const fix = hint || (known.length === 0 ? '; add it there' : `; add it there, or write ${oneOf(known)}`)
    sink.problem(path, `${quote(name)} is not in issuers${fix}`)
  }
  return issuers.get(name)
}
