import { isJsonObject } from '../../keys/json-object.ts'
import type { StaticToken } from '../model-issuer.ts'
import { didYouMean } from '../nearest-name.ts'
import { type Path, quote } from '../problem.ts'
import type { Steps } from '../steps.ts'
import { dateTimeSeconds } from '../time.ts'
import type { Place } from './places.ts'
import { readYamlBytes, type YamlDocument } from './yaml-document.ts'

/** Most tokens of one file: every one of them is compared for every unknown token. */
export const MAX_TOKENS = 1_000

/** The keys of an entry. */
export const ENTRY_KEYS = [
  'sha256',
  'sub',
  'aud',
  'scope',
  'exp',
  'iat',
  'jti',
  'client_id',
  'groups',
  'claims',
] as const

/**
 * The static tokens of a file; undefined after a problem, which is reported with its place in that file. No message
 * repeats a value: it may be a token, written in the place of its hash.
 */
export function* readTokensFile(name: string, place: Place): Steps<readonly StaticToken[] | undefined> {
  const refuse = (what: string): undefined => place.problem(`the file ${quote(name)} ${what}`)
  const content = place.read(name)
  if ('error' in content) return refuse(`cannot be read: ${content.error}`)
  const document = yield* readYamlBytes(name, content.bytes)
  for (const problem of document.problems) {
    // The parser's own message may quote the text.
    place.problem(problem.message.replace(/^this is not valid YAML: .*/s, 'this is not valid YAML'), problem.position)
  }
  if (document.problems.length > 0) return undefined
  if (!Array.isArray(document.value)) {
    return place.problem(`must be a list of tokens; write ${EXAMPLE}`, document.locate([], 'value'))
  }
  if (document.value.length > MAX_TOKENS) {
    return refuse(`holds ${document.value.length} tokens; at most ${MAX_TOKENS} are compared, write fewer`)
  }
  const report: Report = (below, message, at = 'value') =>
    place.at(...below).problem(message, document.locate(below, at))
  const tokens = document.value.map((entry, index) => readEntry(entry, index, report))
  reportRepeated(tokens, document, report)
  return place.refused() ? undefined : tokens
}

const EXAMPLE = '- { sha256: …, sub: robot, aud: https://api.example.com, exp: 2027-01-01 }, or [] for none'

type Report = (below: Path, message: string, at?: 'key' | 'value') => void

function readEntry(entry: unknown, index: number, report: Report): StaticToken {
  if (!isJsonObject(entry)) {
    report([index], `must be a map (key: value) with the keys ${ENTRY_KEYS.join(', ')}`)
    return { sha256: Buffer.alloc(0), claims: {} }
  }
  for (const key of Object.keys(entry)) {
    if (ENTRY_KEYS.some((known) => known === key)) continue
    const hint = didYouMean(key, ENTRY_KEYS)
    const fix = hint === '' ? `; the keys here are ${ENTRY_KEYS.join(', ')}` : hint
    // A long key may be a token.
    report(key.length > 24 ? [index] : [index, key], `is not a known key${fix}`, 'key')
  }
  for (const key of ['sha256', 'sub', 'aud', 'exp'] as const) {
    if (entry[key] === undefined) report([index], `has no ${key}; add ${key}: ${MEANING[key]}`)
  }
  const { sha256, claims, ...named } = entry
  const members: Record<string, unknown> = { ...readClaims(claims, index, report) }
  for (const [key, value] of Object.entries(named)) {
    if (!isClaim(key)) continue
    const problem = PROBLEM[key](value)
    if (problem !== undefined) report([index, key], problem)
    members[key] = key === 'exp' || key === 'iat' ? timeOf(value) : value
  }
  return { sha256: readHash(sha256, index, report), claims: members }
}

const MEANING = {
  sha256: 'with the SHA-256 of the token',
  sub: 'with a name for its holder',
  aud: 'with the audience of the route, by default its resource',
  exp: 'with a date, such as 2027-01-01',
} as const

type ClaimKey = Exclude<(typeof ENTRY_KEYS)[number], 'sha256' | 'claims'>

/** What is wrong with a value of each key. */
const PROBLEM: Readonly<Record<ClaimKey, (value: unknown) => string | undefined>> = {
  sub: notText,
  aud: notTexts,
  scope: notTexts,
  exp: notTime,
  iat: notTime,
  jti: notText,
  client_id: notText,
  groups: notTexts,
}

function isClaim(key: string): key is ClaimKey {
  return Object.hasOwn(PROBLEM, key)
}

function readHash(value: unknown, index: number, report: Report): Buffer {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return Buffer.from(value, 'hex')
  const isToken = typeof value === 'string' && value.startsWith('fwg_')
  if (isToken) report([index, 'sha256'], 'is the token itself; make a new one, and write only its SHA-256')
  else if (value !== undefined)
    report(
      [index, 'sha256'],
      'must be the SHA-256 of the token in 64 hexadecimal digits; "forwardgate token new" makes both',
    )
  return Buffer.alloc(0)
}

function readClaims(value: unknown, index: number, report: Report): Readonly<Record<string, unknown>> {
  if (value === undefined) return {}
  if (!isJsonObject(value)) {
    report([index, 'claims'], 'must be a map (claim: value)')
    return {}
  }
  for (const claim of Object.keys(value)) {
    if (ENTRY_KEYS.some((key) => key === claim))
      report([index, 'claims', claim], 'has a key of its own; write it beside sha256', 'key')
    if (RESERVED.has(claim)) report([index, 'claims', claim], 'has no effect in a static token; remove it', 'key')
  }
  return value
}

/** A static token has no issuer, no type and no proof, and is valid from the reload on. */
const RESERVED: ReadonlySet<string> = new Set(['iss', 'cnf', 'typ', 'nbf'])

function reportRepeated(tokens: readonly StaticToken[], document: YamlDocument, report: Report): void {
  const first = new Map<string, number>()
  for (const [index, { sha256 }] of tokens.entries()) {
    const hash = sha256.toString('hex')
    const earlier = first.get(hash)
    if (earlier === undefined) first.set(hash, index)
    else if (hash !== '') {
      const { line } = document.locate([earlier, 'sha256'], 'value')
      report(
        [index, 'sha256'],
        `is already on line ${line}; remove one of the two, as each holder has a token of its own`,
      )
    }
  }
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : dateTimeSeconds(String(value))
}

function notTime(value: unknown): string | undefined {
  if (typeof value === 'number' && value >= 1e11)
    return 'is in milliseconds; write seconds, or a date such as 2027-01-01'
  const seconds = typeof value === 'number' || typeof value === 'string' ? timeOf(value) : undefined
  if (seconds !== undefined && Number.isFinite(seconds) && seconds > 0) return undefined
  return 'must be a date such as 2027-01-01 or 2027-01-01T00:00:00Z, or seconds since 1970'
}

function notText(value: unknown): string | undefined {
  return isText(value) ? undefined : 'must be text; write it in quotes if it looks like a number'
}

function notTexts(value: unknown): string | undefined {
  if (isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))) return undefined
  return 'must be text or a list of texts'
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
