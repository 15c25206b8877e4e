import { withDefaults } from '../format/key-map.ts'
import type { McpEntry, RouteEntry } from '../format/schema.ts'
import { mcpShape } from '../format/schema-mcp.ts'
import { looseReading, matchName, type NamedKind, requirementsOf } from '../mcp-names.ts'
import type { Mcp, McpPattern, Requirement } from '../model-requirement.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { compileAddition, requestedScopes } from './compile-requirement.ts'

const completed = withDefaults(mcpShape)

/** The `mcp:` of a route; undefined without one: then no body is ever read. */
export function compileMcp({ mcp: written, anonymous }: RouteEntry, place: Place): Mcp | undefined {
  if (written === undefined) return undefined
  const mcp = completed(written)
  const patterns = (key: 'tools' | 'resources' | 'prompts', kind: NamedKind) =>
    compilePatterns(mcp[key], kind, place.at(key))
  const compiled = {
    tools: patterns('tools', 'tool'),
    resources: patterns('resources', 'resource'),
    prompts: patterns('prompts', 'prompt'),
    otherwise: mcp.default === 'deny' ? undefined : requirement(mcp.default, place.at('default')),
    openLists: mcp.lists === 'open',
    maxBodySize: mcp.maxBodySize,
  }
  const named = compiled.tools.length + compiled.resources.length + compiled.prompts.length
  if (named === 0 && compiled.otherwise === undefined && !place.refused()) {
    place.warning({
      ...WITHOUT_EFFECT,
      message: 'allows no tool, resource or prompt; add tools, or a default with scopes',
    })
  }
  if (compiled.openLists && anonymous !== true) {
    place.at('lists').warning({
      ...WITHOUT_EFFECT,
      message: 'open has no effect without anonymous: true; add it, or remove lists',
    })
  }
  if (!compiled.openLists && anonymous === true) {
    place.warning({
      ...WITHOUT_EFFECT,
      message: 'every request needs a token, also on this anonymous route; add lists: open',
    })
  }
  return compiled
}

/** Every scope that some call needs, in the order of the configuration. */
export function scopesOfMcp(mcp: Mcp | undefined): readonly string[] {
  return mcp === undefined ? [] : requestedScopes(...requirementsOf(mcp).map(({ scopes }) => scopes))
}

const WITHOUT_EFFECT = { id: 'mcp-without-effect', why: 'clients get less than the route seems to offer' } as const

function compilePatterns(written: McpEntry['tools'], kind: NamedKind, place: Place): readonly McpPattern[] {
  const patterns = Object.entries(written ?? {}).map(
    ([pattern, entry]): McpPattern => ({
      pattern,
      loose: looseReading(pattern),
      ...(entry === 'allow'
        ? { scopes: [], claims: [], authentication: undefined }
        : requirement(entry, place.at(pattern))),
    }),
  )
  for (const one of patterns) {
    if (canMatch(one, patterns, kind)) continue
    const message = `${quote(one.pattern)} can never match: ${whyNot(one, patterns)}`
    const why = 'requests that it was written for are refused, or need what default requires'
    place.at(one.pattern).warning({ id: 'mcp-pattern-dead', message, why })
  }
  return patterns
}

function requirement(entry: Exclude<NonNullable<McpEntry['default']>, 'deny'>, place: Place): Requirement {
  const instead = 'write allow for a name'
  if (!Array.isArray(entry)) return compileAddition(entry, instead, place)
  return compileAddition({ scopes: entry }, instead, place, place)
}

/** Whether some name would match: one with nothing for each `*`, or with a letter. */
function canMatch(one: McpPattern, patterns: readonly McpPattern[], kind: NamedKind): boolean {
  return ['', 'x', 'q7'].some((fill) => matchName(patterns, kind, one.pattern.replaceAll('*', fill))?.includes(one))
}

function whyNot(one: McpPattern, patterns: readonly McpPattern[]): string {
  const other = patterns.find((rival) => rival !== one && rival.loose === one.loose)
  if (other !== undefined) return `it differs from ${quote(other.pattern)} only in what lenient servers ignore`
  return 'a server could take its names for others; write it as the server does, a URI in its normal form'
}
