import { didYouMean } from '../../config/nearest-name.ts'
import { formatPath, oneOf, type Path, quote } from '../../config/problem.ts'
import type { YamlDocument } from '../../config/reading/yaml-document.ts'
import type { Finding } from '../frame/findings.ts'

/** A map of a YAML file that is read key by key; what is wrong with it is reported with its place. */
export class StrictMap {
  readonly #document: YamlDocument
  readonly #path: Path
  readonly #findings: Finding[]
  readonly #members: Readonly<Record<string, unknown>>

  private constructor(
    document: YamlDocument,
    path: Path,
    findings: Finding[],
    members: Readonly<Record<string, unknown>>,
  ) {
    this.#document = document
    this.#path = path
    this.#findings = findings
    this.#members = members
  }

  /** The whole file as a map; an empty one, with a finding, if it is not one. */
  static open(document: YamlDocument, keys: readonly string[], findings: Finding[]): StrictMap {
    return StrictMap.#of(document, [], document.value, keys, findings)
  }

  static #of(
    document: YamlDocument,
    path: Path,
    value: unknown,
    keys: readonly string[] | undefined,
    findings: Finding[],
  ): StrictMap {
    const map = new StrictMap(document, path, findings, isMap(value) ? value : {})
    if (!isMap(value)) map.refuse([], `must be a map (key: value), not ${described(value)}`)
    for (const key of keys === undefined ? [] : Object.keys(map.#members)) {
      if (keys?.includes(key)) continue
      map.refuse(
        [key],
        `is not a known key${didYouMean(key, keys ?? []) || `; the keys here are ${keys?.join(', ')}`}`,
        'key',
      )
    }
    return map
  }

  /** Reports a problem of the value at `below`. */
  refuse(below: Path, what: string, at: 'key' | 'value' = 'value'): undefined {
    const path = [...this.#path, ...below]
    const position = this.#document.locate(path, at)
    this.#findings.push({ severity: 'error', id: 'policy-test', what, path: formatPath(path), position })
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#members, key)
  }

  /** All members, as they are: for maps with keys of the author's choice. */
  get members(): Readonly<Record<string, unknown>> {
    return this.#members
  }

  position() {
    return this.#document.locate(this.#path, 'value')
  }

  text(key: string, values?: readonly string[]): string | undefined {
    if (!this.has(key)) return undefined
    const value = this.#members[key]
    if (typeof value !== 'string') return this.refuse([key], `must be text, not ${described(value)}`)
    if (values === undefined || values.includes(value)) return value
    const hint = didYouMean(value, values)
    return this.refuse([key], `${quote(value)} is not known${hint || `; write ${oneOf(values)}`}`)
  }

  required(key: string): string {
    if (!this.has(key)) this.refuse([key], 'is missing; write it')
    return this.text(key) ?? ''
  }

  integer(key: string): number | undefined {
    if (!this.has(key)) return undefined
    const value = this.#members[key]
    return Number.isInteger(value)
      ? Number(value)
      : this.refuse([key], `must be a whole number, not ${described(value)}`)
  }

  isTrue(key: string): boolean {
    if (!this.has(key)) return false
    if (this.#members[key] !== true) this.refuse([key], 'must be true, or be left out')
    return true
  }

  /** A map below, with only these keys, or with any. Empty if it is not written. */
  map(key: string, keys?: readonly string[]): StrictMap {
    const path = [...this.#path, key]
    return StrictMap.#of(this.#document, path, this.has(key) ? this.#members[key] : {}, keys, this.#findings)
  }

  /** The maps of a list, each with only these keys. */
  list(key: string, keys: readonly string[]): readonly StrictMap[] {
    const value = this.#members[key]
    if (!Array.isArray(value) || value.length === 0) {
      this.refuse([key], this.has(key) ? 'must be a list with at least one entry' : 'is missing; write a list')
      return []
    }
    return value.map((item, index) =>
      StrictMap.#of(this.#document, [...this.#path, key, index], item, keys, this.#findings),
    )
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value !== 'object') return quote(value)
  return Array.isArray(value) ? 'a list' : 'a map'
}
