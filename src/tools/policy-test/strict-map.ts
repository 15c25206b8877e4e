import { didYouMean } from '../../config/nearest-name.ts'
import { formatPath, oneOf, type Path, quote } from '../../config/problem.ts'
import type { YamlDocument } from '../../config/reading/yaml-document.ts'
import { isJsonObject, type JsonObject } from '../../keys/json-object.ts'
import type { Finding } from '../frame/findings.ts'

/** A map of a YAML file that is read key by key; what is wrong with it is reported with its place. */
export class StrictMap {
  readonly #document: YamlDocument
  readonly #findings: Finding[]
  readonly #path: Path
  /** All members, as they are: for maps with keys of the author's choice. */
  readonly members: JsonObject

  /** The value at a path as a map with only these keys, or with any; an empty one, with a finding, if it is not one. */
  constructor(document: YamlDocument, findings: Finding[], path: Path, value: unknown, keys?: readonly string[]) {
    this.#document = document
    this.#findings = findings
    this.#path = path
    this.members = isJsonObject(value) ? value : {}
    if (!isJsonObject(value)) this.refuse([], `must be a map (key: value), not ${described(value)}`)
    const unknown = keys === undefined ? [] : Object.keys(this.members).filter((key) => !keys.includes(key))
    for (const key of unknown) {
      const hint = didYouMean(key, keys ?? []) || `; the keys here are ${keys?.join(', ')}`
      this.refuse([key], `is not a known key${hint}`, 'key')
    }
  }

  /** Reports a problem of the value at `below`. */
  refuse(below: Path, what: string, at: 'key' | 'value' = 'value'): undefined {
    const path = [...this.#path, ...below]
    const position = this.#document.locate(path, at)
    this.#findings.push({ severity: 'error', id: 'policy-test', what, path: formatPath(path), position })
  }

  has(key: string): boolean {
    return Object.hasOwn(this.members, key)
  }

  position() {
    return this.#document.locate(this.#path, 'value')
  }

  text(key: string, values?: readonly string[]): string | undefined {
    if (!this.has(key)) return undefined
    const value = this.members[key]
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
    const value = this.members[key]
    return Number.isInteger(value)
      ? Number(value)
      : this.refuse([key], `must be a whole number, not ${described(value)}`)
  }

  isTrue(key: string): boolean {
    if (!this.has(key)) return false
    if (this.members[key] !== true) this.refuse([key], 'must be true, or be left out')
    return true
  }

  /** A map below, with only these keys, or with any. Empty if it is not written. */
  map(key: string, keys?: readonly string[]): StrictMap {
    return this.#below([key], this.has(key) ? this.members[key] : {}, keys)
  }

  /** The maps of a list, each with only these keys. */
  list(key: string, keys: readonly string[]): readonly StrictMap[] {
    const value = this.members[key]
    if (!Array.isArray(value) || value.length === 0) {
      this.refuse([key], this.has(key) ? 'must be a list with at least one entry' : 'is missing; write a list')
      return []
    }
    return value.map((item, index) => this.#below([key, index], item, keys))
  }

  #below(path: Path, value: unknown, keys: readonly string[] | undefined): StrictMap {
    return new StrictMap(this.#document, this.#findings, [...this.#path, ...path], value, keys)
  }
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value !== 'object') return quote(value)
  return Array.isArray(value) ? 'a list' : 'a map'
}
