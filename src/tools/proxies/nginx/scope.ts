import type { Spot } from '../fronts/front.ts'
import type { Directive } from './directives.ts'

/** What is in force at a place: its own directives before those around it. */
export interface Scope {
  readonly own: readonly Directive[]
  readonly outer: Scope | undefined
}

/** The innermost directive of this name that is in force. */
export function inForce(scope: Scope | undefined, name: string): Directive | undefined {
  return allInForce(scope, name).at(-1)
}

/** All directives of this name at the innermost level that has any: nginx inherits lists as a whole. */
export function allInForce(scope: Scope | undefined, name: string): readonly Directive[] {
  const found = scope?.own.filter((directive) => directive.name === name) ?? []
  return found.length > 0 || scope === undefined ? found : allInForce(scope.outer, name)
}

/** A location with its directives, and the whole of its server. */
export interface Location {
  readonly directive: Directive
  readonly modifier: string
  readonly match: string
  readonly scope: Scope
}

/** Host and path of an address; the servers of an upstream in place of its name. */
export function addressOf(
  text: string,
  upstreams: ReadonlyMap<string, readonly string[]>,
): readonly [host: string, path: string] {
  const [, host = text, path = ''] = /^[a-z]+:\/\/([^/]*)(.*)$/.exec(text) ?? []
  return [[host, ...(upstreams.get(host) ?? [])].join(' '), path]
}

/** A directive as a spot. */
export function spotOf({ name, args, position }: Directive): Spot {
  return { path: [name, ...args].join(' ').slice(0, 80), position }
}
