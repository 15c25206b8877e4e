import type { Route } from '../config/model.ts'
import { MCP_FIELD_NAMES } from './mcp/headers.ts'
import { KNOWN_FIELDS } from './request/header-fields.ts'

/** The client's header fields that decisions look at: a proxy that keeps one back takes a rule out of force. */
export interface FieldsRead {
  /** Lower-case names. */
  readonly names: readonly string[]
  /** Beginnings of lower-case names. */
  readonly prefixes: readonly string[]
  /** A pattern for whole names that could be taken for another one: anything but letters, digits and hyphens in them. */
  readonly odd: string
}

/** What the proxy writes itself, or sends of its own accord. */
const OF_THE_PROXY = /^(?:x-forwarded-(?:method|host|uri)|host|x-envoy-.*)$/

/** The fields that decisions on these routes read, from the tables by which they read them. */
export function fieldsReadOn(routes: readonly Pick<Route, 'tokenSource'>[]): FieldsRead {
  const names = [...KNOWN_FIELDS, ...MCP_FIELD_NAMES, ...ALSO, ...routes.flatMap(sourceOf)]
  return {
    names: [...new Set(names)].filter((name) => !OF_THE_PROXY.test(name)),
    prefixes: ['sec-websocket-'],
    odd: '.*[^A-Za-z0-9-].*',
  }
}

/** The address of the client, for the log. */
const ALSO = ['x-forwarded-for']

function sourceOf({ tokenSource }: Pick<Route, 'tokenSource'>): readonly string[] {
  switch (tokenSource.kind) {
    case 'authorization':
      return []
    case 'header':
      return [tokenSource.name.toLowerCase()]
    case 'cookie':
      return ['cookie']
  }
}
