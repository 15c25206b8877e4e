import type { ClaimRule, ClaimSelector, ClaimValue } from '../../config/model-requirement.ts'

/** The payload of a token whose signature held. Members are the issuer's; look them up with `readClaim` only. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * A top-level member; undefined when it is absent, or null: several issuers write every claim that they know. Own members
 * only: `constructor` and `__proto__` are plain names.
 */
export function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined
}

/** The value a selector names, as `own` reads a member: undefined when it, or what it is in, is absent or null. */
export function readClaim(claims: Claims, claim: ClaimSelector): unknown {
  let value: unknown = claims
  for (const name of claim.path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = own(value as Claims, name)
  }
  return value
}

/**
 * Whether all operators of the rule hold. Values compare by type and code point; strings are never split.
 * Absence satisfies only `exists: false`, so that a token of an unexpected shape is refused by every other operator.
 */
export function claimHolds(claims: Claims, rule: ClaimRule): boolean {
  const value = readClaim(claims, rule.claim)
  if (rule.exists === false) return value === undefined
  if (value === undefined) return false
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (rule.anyOf !== undefined && !rule.anyOf.some((wanted) => values.includes(wanted))) return false
  if (rule.allOf !== undefined && !rule.allOf.every((wanted) => values.includes(wanted))) return false
  return rule.noneOf === undefined || holdsNone(values, rule.noneOf)
}

/** `noneOf` fails on a value of another type: `"banned": 1` must not slip past a list of strings. */
function holdsNone(values: readonly unknown[], unwanted: readonly ClaimValue[]): boolean {
  const types = new Set(unwanted.map((value) => typeof value))
  return values.every((value) => types.has(typeof value as 'string') && !unwanted.includes(value as ClaimValue))
}

/** The operators of a rule as texts for the log: `anyOf: family`, `exists: true`. */
export function showRule({ claim: _, ...operators }: ClaimRule): readonly string[] {
  return Object.entries(operators).map(
    ([name, wanted]) => `${name}: ${Array.isArray(wanted) ? wanted.map(showScalar).join(', ') : wanted}`,
  )
}

/** What the log may show of a claim: its values, or only the kind of what may hold anything. */
export function showValue(value: unknown): readonly string[] {
  if (value === undefined) return ['absent']
  return (Array.isArray(value) ? value : [value]).map(showScalar)
}

/** Values compare by type, so that of anything but text is said. */
function showScalar(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object') return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'
  return `${value} (a ${typeof value})`
}
