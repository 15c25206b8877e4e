import { withDefaults } from '../format/key-map.ts'
import type { AcceptEntry, DefaultsEntry, RouteEntry } from '../format/schema.ts'
import { acceptShape } from '../format/schema-requirement.ts'
import type { Accept } from '../model.ts'
import type { Issuer } from '../model-issuer.ts'
import { didYouMean } from '../nearest-name.ts'
import { oneOf, quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import {
  combineAuthentication,
  compileAuthentication,
  compileClaimRules,
  requiredScopes,
  warnOfOidcWords,
} from './compile-requirement.ts'
import { audienceOf } from './compile-resource.ts'

/** What every route is compiled with. */
export interface RouteContext {
  readonly defaults: DefaultsEntry
  /** The issuers of the file by name. */
  readonly issuers: ReadonlyMap<string, Issuer>
  /** The whole file. */
  readonly file: Place
}

/** Keys that `accept` replaces. */
const FLAT_FIELDS = ['issuers', 'audience', 'clientIds', 'scopes', 'claims', 'acr', 'maxAuthAge'] as const

const completed = withDefaults(acceptShape)

/** The ways into a route, in order: one for each issuer, or those of `accept`. Empty only after a problem. */
export function compileAccept(route: RouteEntry, place: Place, context: RouteContext): readonly Accept[] {
  if (place.refused('accept') && route.accept === undefined) return []
  const accept =
    route.accept === undefined
      ? flatIssuers(route, place, context).map((issuer) => compileEntry(route, issuer, route, place, context))
      : compileEntries(route, route.accept, place, context)
  const introspecting = accept.filter(({ issuer }) => issuer.introspection !== undefined)
  const spiffe = accept.filter(({ issuer }) => issuer.spiffe !== undefined)
  // Each would see the tokens of the other, and nothing in an opaque token says which of them issued it.
  refuseTwo(introspecting, 'both introspect opaque tokens', place)
  // A JWT-SVID names no issuer, and is for no audience but its own (SPIFFE JWT-SVID §3, §5).
  refuseTwo(spiffe, 'both have spiffe', place)
  if (spiffe.some(({ audience }) => audience === 'unchecked')) {
    place.problem('accepts JWT-SVIDs for any audience; list the audience, as their validators must check it', 'key')
  }
  return accept
}

/** The issuers of a list, in order; those that do not exist are reported. */
export function resolveIssuers(names: readonly string[], place: Place, context: RouteContext): readonly Issuer[] {
  return names.flatMap((name, index) => {
    const here = place.at(index)
    if (names.indexOf(name) !== index) here.problem(`${quote(name)} is listed twice; remove one`)
    return resolveIssuer(name, here, context) ?? []
  })
}

function compileEntries(
  route: RouteEntry,
  entries: readonly AcceptEntry[],
  place: Place,
  context: RouteContext,
): readonly Accept[] {
  for (const field of FLAT_FIELDS) {
    if (route[field] === undefined) continue
    place.at(field).problem('cannot be combined with accept; write it in the entries of accept instead', 'key')
  }
  return entries.flatMap((entry, index) => {
    const here = place.at('accept', index)
    const issuer = entryIssuer(entry, here, context)
    if (issuer?.keys.kind === 'tokensFile' && entry.advertise === true) {
      here.at('advertise').problem('cannot be true: a file of tokens has no login; remove it')
    }
    return issuer === undefined ? [] : [compileEntry(entry, issuer, route, here, context)]
  })
}

function refuseTwo(accept: readonly Accept[], which: string, place: Place): void {
  const names = [...new Set(accept.map(({ issuer }) => issuer.name))]
  if (names.length < 2) return
  place.problem(`accepts ${oneOf(names)}, which ${which}; keep one of them`.replace(' or ', ' and '), 'key')
}

function compileEntry(
  entry: Omit<AcceptEntry, 'issuer'>,
  issuer: Issuer,
  route: RouteEntry,
  place: Place,
  { defaults, file }: RouteContext,
): Accept {
  const audience = entry.audience ?? defaults.audience ?? audienceOf([route.resource ?? []].flat())
  const clientIds = [defaults.clientIds, entry.clientIds].filter((list) => list !== undefined)
  if (audience === 'unchecked' && clientIds.length === 0 && !place.refused('clientIds')) {
    const message =
      'unchecked accepts tokens made for any resource; add clientIds to say of which clients, or list the audience'
    if (entry.audience === undefined) place.problem(`the audience of defaults, ${message}`, 'key')
    else place.at('audience').problem(message)
  }
  warnOfOidcWords(entry.scopes, place.at('scopes'))
  const shared = file.at('defaults')
  if (issuer.tokenKinds.includes('id')) checkIdTokens(issuer, entry, place, defaults, shared)
  const authentication = combineAuthentication([
    compileAuthentication(defaults, shared),
    compileAuthentication(entry, place),
  ])
  if (authentication?.acr?.length === 0) {
    place.at('acr').problem('has no value of the acr of defaults, so no token passes; list one of those')
  }
  return {
    issuer,
    audience,
    clientIds,
    scopes: requiredScopes(defaults.scopes, entry.scopes),
    claims: [
      ...compileClaimRules(defaults.claims, shared.at('claims')),
      ...compileClaimRules(entry.claims, place.at('claims')),
    ],
    authentication,
    advertise: (issuer.isLoginServer || issuer.registration !== undefined) && completed(entry).advertise,
  }
}

/** ID tokens are made for a client, never for a resource: only a list can say for which (OpenID Connect Core §2). */
function checkIdTokens(
  issuer: Issuer,
  entry: Omit<AcceptEntry, 'issuer'>,
  place: Place,
  defaults: DefaultsEntry,
  shared: Place,
): void {
  const keys = ['audience', 'clientIds'] as const
  const written = keys.some((key) => (entry[key] ?? defaults[key]) !== undefined)
  if (written || keys.some((key) => place.refused(key) || shared.refused(key))) return
  const message = `accepts ID tokens of ${quote(issuer.name)} (tokenKinds) and does not say of which clients; add audience or clientIds`
  place.problem(message, 'key')
}

function flatIssuers(route: RouteEntry, place: Place, context: RouteContext): readonly Issuer[] {
  const { defaults, file } = context
  const shared = file.at('defaults')
  if (route.issuers !== undefined) return resolveIssuers(route.issuers, place.at('issuers'), context)
  if (place.refused('issuers')) return []
  if (defaults.issuers !== undefined) return resolveIssuers(defaults.issuers, shared.at('issuers'), context)
  if (shared.refused('issuers') || shared.refused('issuer')) return []
  return onlyIssuer('issuers', place, context)
}

function entryIssuer(entry: AcceptEntry, place: Place, context: RouteContext): Issuer | undefined {
  if (entry.issuer !== undefined) return resolveIssuer(entry.issuer, place.at('issuer'), context)
  return place.refused('issuer') ? undefined : onlyIssuer('issuer', place, context)[0]
}

function onlyIssuer(key: 'issuers' | 'issuer', place: Place, { issuers }: RouteContext): readonly Issuer[] {
  const names = [...issuers.keys()]
  if (names.length < 2) return [...issuers.values()]
  const example = key === 'issuers' ? `[${names[0]}]` : names[0]
  const shown = names.length > 5 ? [...names.slice(0, 5), '…'] : names
  place.problem(`does not say which issuer: ${oneOf(shown)}; add ${key}: ${example}`, 'key')
  return []
}

function resolveIssuer(name: string, place: Place, { issuers, file }: RouteContext): Issuer | undefined {
  if (!issuers.has(name) && !file.refused('issuers', name)) {
    const hint = didYouMean(name, issuers.keys())
    const known = [...issuers.keys()].slice(0, 5).map((known) => quote(known))
    const fix = hint || (known.length === 0 ? '; add it there' : `; add it there, or write ${oneOf(known)}`)
    place.problem(`${quote(name)} is not in issuers${fix}`)
  }
  return issuers.get(name)
}
