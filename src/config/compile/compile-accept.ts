import { withDefaults } from '../format/key-map.ts'
import { type AcceptEntry, acceptShape, type DefaultsEntry, type RouteEntry } from '../format/schema.ts'
import type { Accept, Issuer } from '../model.ts'
import { didYouMean } from '../nearest-name.ts'
import { type Findings, oneOf, type Path, quote } from '../problem.ts'
import { claimRules } from './compile-claim-rules.ts'
import { requiredScopes, warnOfOidcWords } from './compile-scopes.ts'

/** The issuers of the file by name. */
export type IssuersByName = ReadonlyMap<string, Issuer>

/** Fields that `accept` stands instead of. */
const FLAT_FIELDS = ['issuers', 'audience', 'clientIds', 'scopes', 'claims'] as const

/** The ways into a route, in order: one for each issuer, or those of `accept`. Empty only after a problem. */
export function compileAccept(
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  issuers: IssuersByName,
  findings: Findings,
): readonly Accept[] {
  if (findings.refused([...path, 'accept']) && route.accept === undefined) return []
  if (route.accept === undefined) {
    return flatIssuers(route, defaults, path, issuers, findings).map((issuer) =>
      compileEntry(route, issuer, route, defaults, path, findings),
    )
  }
  for (const field of FLAT_FIELDS) {
    if (route[field] === undefined) continue
    findings.problem([...path, field], 'stands beside accept; write it in the entries of accept instead', 'key')
  }
  return route.accept.flatMap((entry, index) => {
    const here = [...path, 'accept', index]
    const issuer = entryIssuer(entry, here, issuers, findings)
    if (issuer?.keys.kind === 'tokensFile' && entry.advertise === true) {
      findings.problem([...here, 'advertise'], 'cannot be true: nobody can log in at a file of tokens; remove it')
    }
    return issuer === undefined ? [] : [compileEntry(entry, issuer, route, defaults, here, findings)]
  })
}

/** Tells issuers that do not exist; those that do, in order. `path` is that of the list. */
export function resolveIssuers(
  names: readonly string[],
  path: Path,
  issuers: IssuersByName,
  findings: Findings,
): readonly Issuer[] {
  return names.flatMap((name, index) => {
    const here = [...path, index]
    if (names.indexOf(name) !== index) findings.problem(here, `${quote(name)} is listed twice; remove one`)
    return resolveIssuer(name, here, issuers, findings) ?? []
  })
}

function compileEntry(
  entry: Omit<AcceptEntry, 'issuer'>,
  issuer: Issuer,
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  findings: Findings,
): Accept {
  const audience = entry.audience ?? defaults.audience ?? [route.resource ?? []].flat()
  const clientIds = [defaults.clientIds, entry.clientIds].filter((list) => list !== undefined)
  if (audience === 'unchecked' && clientIds.length === 0 && !findings.refused([...path, 'clientIds'])) {
    const message = 'unchecked accepts tokens made for anybody; add clientIds to say whose, or list the audience'
    if (entry.audience === undefined) findings.problem(path, `the audience of defaults, ${message}`, 'key')
    else findings.problem([...path, 'audience'], message)
  }
  warnOfOidcWords(entry.scopes, [...path, 'scopes'], findings)
  if (issuer.tokenKinds.includes('id')) checkIdTokens(entry, issuer, defaults, path, findings)
  return {
    issuer,
    audience,
    clientIds,
    scopes: requiredScopes(defaults.scopes, entry.scopes),
    claims: [
      ...claimRules(defaults.claims, ['defaults', 'claims'], findings),
      ...claimRules(entry.claims, [...path, 'claims'], findings),
    ],
    advertise: issuer.keys.kind !== 'tokensFile' && withDefaults(acceptShape, entry).advertise,
  }
}

/** ID tokens are made for a client, never for a resource: only a list can say for which (OpenID Connect Core §2). */
function checkIdTokens(
  entry: Omit<AcceptEntry, 'issuer'>,
  issuer: Issuer,
  defaults: DefaultsEntry,
  path: Path,
  findings: Findings,
): void {
  const keys = ['audience', 'clientIds'] as const
  const written = keys.some((key) => (entry[key] ?? defaults[key]) !== undefined)
  const told = keys.some((key) => findings.refused([...path, key]) || findings.refused(['defaults', key]))
  if (written || told) return
  const message = `accepts ID tokens of ${quote(issuer.name)} (tokenKinds) and does not say of which clients; add audience or clientIds`
  findings.problem(path, message, 'key')
}

function flatIssuers(
  route: RouteEntry,
  defaults: DefaultsEntry,
  path: Path,
  issuers: IssuersByName,
  findings: Findings,
): readonly Issuer[] {
  if (route.issuers !== undefined) return resolveIssuers(route.issuers, [...path, 'issuers'], issuers, findings)
  if (findings.refused([...path, 'issuers'])) return []
  if (defaults.issuers !== undefined)
    return resolveIssuers(defaults.issuers, ['defaults', 'issuers'], issuers, findings)
  if (findings.refused(['defaults', 'issuers']) || findings.refused(['defaults', 'issuer'])) return []
  return onlyIssuer(path, 'issuers', issuers, findings)
}

function entryIssuer(entry: AcceptEntry, path: Path, issuers: IssuersByName, findings: Findings): Issuer | undefined {
  if (entry.issuer !== undefined) return resolveIssuer(entry.issuer, [...path, 'issuer'], issuers, findings)
  if (findings.refused([...path, 'issuer'])) return undefined
  return onlyIssuer(path, 'issuer', issuers, findings)[0]
}

function onlyIssuer(path: Path, key: string, issuers: IssuersByName, findings: Findings): readonly Issuer[] {
  const names = [...issuers.keys()]
  if (names.length > 1) {
    const example = key === 'issuers' ? `[${names[0]}]` : names[0]
    const shown = names.length > 5 ? [...names.slice(0, 5), '…'] : names
    findings.problem(path, `does not say which issuer: ${oneOf(shown)}; add ${key}: ${example}`, 'key')
    return []
  }
  return [...issuers.values()]
}

function resolveIssuer(name: string, path: Path, issuers: IssuersByName, findings: Findings): Issuer | undefined {
  if (!issuers.has(name) && !findings.refused(['issuers', name])) {
    const hint = didYouMean(name, issuers.keys())
    const known = [...issuers.keys()].slice(0, 5).map((known) => quote(known))
    const fix = hint || (known.length === 0 ? '; add it there' : `; add it there, or write ${oneOf(known)}`)
    findings.problem(path, `${quote(name)} is not in issuers${fix}`)
  }
  return issuers.get(name)
}
