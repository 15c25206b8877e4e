import * as z from 'zod'
import { isJsonObject } from '../../keys/json-object.ts'
import { didYouMean } from '../nearest-name.ts'
import { listOf, oneOf, type Path, quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import type { Steps } from '../steps.ts'
import { type ConfigFile, configSchema } from './schema.ts'
import { ROUTE_ONLY_KEYS } from './schema-route.ts'
import { duration, plainText, webUrl } from './schema-text.ts'

type Issue = z.core.$ZodIssue

/** BCP 47, as far as its letters go. */
const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/

/** Members of the RFC 9728 document that are never written by hand. */
const DERIVED_METADATA = new Set([
  'resource',
  'authorization_servers',
  'bearer_methods_supported',
  'dpop_signing_alg_values_supported',
  'dpop_bound_access_tokens_required',
  'jwks_uri',
  'signed_metadata',
])

/**
 * Checks a whole file against the schema and reports every problem in a sentence. What was refused is cut out, so that
 * the rest can still be checked; undefined if nothing is left.
 */
export function* checkSchema(value: unknown, file: Place): Steps<ConfigFile | undefined> {
  let rest = value
  // Twice is enough for everything seen: cutting out never makes another value wrong, as nothing is required.
  for (let round = 0; round < 3; round++) {
    const judged = yield* judge(rest)
    if (judged.issues.length === 0) return judged.data
    if (round === 0) rest = structuredClone(value)
    const issues: Issue[] = []
    for (const issue of judged.issues) {
      yield
      for (const meant of [...below(issue, rest), ...flatten(issue, rest)]) issues.push(meant)
    }
    for (const issue of issues) {
      yield
      report(issue, rest, file)
    }
    for (const issue of issues) {
      const cut =
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...pathOf(issue), key]) : [pathOf(issue)]
      for (const path of cut) rest = cutOut(rest, path)
    }
    if (rest === undefined) return undefined
  }
  return undefined
}

/** What the schema says of a file: of each issuer and each route by itself, as all of them in one piece take long. */
function* judge(file: unknown): Steps<{ readonly data: ConfigFile; readonly issues: readonly Issue[] }> {
  const data: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const part of partsOf(file)) {
    yield
    const { success, data: accepted, error } = configSchema.safeParse(part)
    for (const issue of error?.issues ?? []) issues.push(issue)
    if (!success) continue
    for (const [key, value] of Object.entries(accepted)) {
      const known = data[key]
      if (isJsonObject(known) && isJsonObject(value)) Object.assign(known, value)
      else data[key] = value
    }
  }
  return { data, issues }
}

/** The file without its issuers and routes, then each of them. */
function* partsOf(file: unknown): Generator<unknown, void, void> {
  if (!isJsonObject(file)) return yield file
  const sections = (['issuers', 'routes'] as const).flatMap((name) => {
    const entries = file[name]
    return isJsonObject(entries) ? [{ name, entries }] : []
  })
  yield { ...file, ...Object.fromEntries(sections.map(({ name }) => [name, {}])) }
  for (const { name, entries } of sections) {
    for (const [key, entry] of Object.entries(entries)) yield { [name]: { [key]: entry } }
  }
}

/** `metadata` takes any key in the schema, because of its languages; this reports those that do not exist. */
export function checkMetadataKeys(metadata: object, place: Place): void {
  const known = keysAt(configSchema, place.path)
  for (const [key, value] of Object.entries(metadata)) {
    const [name = '', language] = key.split('#')
    if (language === undefined && known.includes(key)) continue
    if (known.includes(name) && name !== 'scopes_supported' && LANGUAGE_TAG.test(language ?? '')) {
      const judged = (name === 'resource_name' ? plainText : webUrl).safeParse(value)
      for (const issue of judged.error?.issues ?? []) place.at(key).problem(sentence(issue, value))
      continue
    }
    const message = DERIVED_METADATA.has(name) ? 'is derived from the rest; remove it' : unknownKey(key, known)
    place.at(key).problem(message, 'key')
  }
}

/** Of a union's failures, those of the branch that was meant. */
function flatten(issue: Issue, root: unknown): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const isRoot = ({ code, path }: Issue) =>
    path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code)
  const meant = issue.errors
    .map((branch) => branch.flatMap((inner) => flatten(inner, root)))
    .filter((branch) => !branch.some(isRoot))
    .sort((a, b) => a.length - b.length)[0]
  return meant === undefined ? [issue] : meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** zod does not look below an invalid name; what is there is checked under a valid one. */
function below(issue: Issue, root: unknown): Issue[] {
  const [section, name, ...deeper] = issue.path
  if (issue.code !== 'invalid_key' || deeper.length > 0 || (section !== 'routes' && section !== 'issuers')) return []
  const value = valueAt(root, pathOf(issue))
  const judged = configSchema.safeParse({ [section]: { name: value } })
  const issues = (judged.error?.issues ?? []).flatMap((inner) => flatten(inner, root))
  return issues.map((inner) => ({ ...inner, path: [section, name ?? '', ...inner.path.slice(2)] }))
}

function report(issue: Issue, root: unknown, file: Place): void {
  const path = pathOf(issue)
  const place = file.at(...path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(configSchema, path)
    for (const key of issue.keys) place.at(key).problem(unrecognized(key, path, known), 'key')
    return
  }
  place.problem(sentence(issue, valueAt(root, path)), issue.code === 'invalid_key' ? 'key' : 'value')
}

function unrecognized(key: string, path: Path, known: readonly string[]): string {
  if (path.length === 1 && path[0] === 'defaults' && ROUTE_ONLY_KEYS.includes(key)) {
    return 'is not allowed in defaults; write it on each route that needs it'
  }
  return unknownKey(key, known)
}

function unknownKey(key: string, known: readonly string[]): string {
  const hint = didYouMean(key, known)
  return `is not a known key${hint === '' ? `; the keys here are ${known.join(', ')}` : hint}`
}

function sentence(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      // A bare number most likely means seconds.
      if (typeof value === 'number' && typesAt(configSchema, pathOf(issue)).includes(duration)) {
        return `must be a duration; write ${value}s, or another unit of ms, s, m, h and d`
      }
      return wrongType(issue.expected, value)
    case 'invalid_value': {
      const values = issue.values.map(String)
      const fix = typeof value === 'string' ? didYouMean(value, values) : ''
      return `must be ${oneOf(values)}, not ${quote(value)}${fix}`
    }
    case 'too_small':
    case 'too_big':
      if (issue.path.at(-1) === 'maxBodySize') return issue.message
      return issue.origin === 'array'
        ? 'must not be an empty list; write at least one entry or remove the key'
        : `${quote(value)} is too large to be compared exactly; write it in quotes`
    case 'invalid_union':
      return value === null ? EMPTY : issue.message
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
    case 'unrecognized_keys':
      return issue.message
  }
}

const EMPTY = 'has no value; write one or remove the key'

function wrongType(expected: string, value: unknown): string {
  if (value === undefined) return 'is missing; write it'
  if (value === null) return EMPTY
  switch (expected) {
    case 'string':
      return typeof value === 'object'
        ? 'must be text, not a list or map'
        : `must be text; write ${quote(String(value))} in quotes`
    case 'boolean':
      return `must be true or false, not ${quote(value)}`
    case 'array':
      return typeof value === 'object'
        ? 'must be a list, not a map'
        : `must be a list; write ${listOf(String(value).split(/[\s,]+/))}`
    case 'object':
    case 'record':
      return `must be a map (key: value), not ${Array.isArray(value) ? 'a list' : quote(value)}`
    case 'number':
    case 'int':
      return `must be a whole number, not ${quote(value)}`
    default:
      return `must be a ${expected}, not ${quote(value)}`
  }
}

/** The types that a value at this path of the file may have; none if there is no such place. */
function typesAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return typesAt(schema.unwrap(), path)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => typesAt(option, path))
  const [part, ...rest] = path
  if (part === undefined) return [schema]
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, part) ? typesAt(schema.shape[part], rest) : []
  }
  if (schema instanceof z.ZodRecord) return typesAt(schema.valueType, rest)
  if (schema instanceof z.ZodArray) return typesAt(schema.element, rest)
  return []
}

/** The keys that a map at this path of the file may have. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  return typesAt(schema, path).flatMap((type) => (type instanceof z.ZodObject ? Object.keys(type.shape) : []))
}

function pathOf({ path }: Issue): Path {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part))
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** Removes the value at a path; of a list the whole list, because the indexes of its other entries must stay true. */
function cutOut(root: unknown, path: Path): unknown {
  const last = path.at(-1)
  if (last === undefined) return undefined
  const parent = valueAt(root, path.slice(0, -1))
  if (typeof last === 'number' || Array.isArray(parent)) return cutOut(root, path.slice(0, -1))
  if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last)
  return root
}
