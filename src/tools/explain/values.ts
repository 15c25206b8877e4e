import type { ClaimRule } from '../../config/model-requirement.ts'
import { quote } from '../../config/problem.ts'

/** A value as JSON on one line, cut when long. */
export function shown(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : quote(value)
}

/** `a, b`, or `none`. */
export function listed(values: readonly unknown[]): string {
  return values.length === 0 ? 'none' : [...new Set(values)].map(shown).join(', ')
}

/** `anyOf [family, friends], noneOf [banned]`. */
export function shownRule(rule: Omit<ClaimRule, 'claim'>): string {
  return Object.entries(rule)
    .map(([operator, value]) => `${operator} ${Array.isArray(value) ? `[${listed(value)}]` : String(value)}`)
    .join(', ')
}
