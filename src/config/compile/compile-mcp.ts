import { withDefaults } from '../format/key-map.ts'
import type { McpEntry, RouteEntry } from '../format/schema.ts'
import { mcpShape } from '../format/schema-mcp.ts'
import { looseReading, matchName, type NamedKind } from '../mcp-names.ts'
import type { Mcp, McpPattern, Requirement } from '../model-requirement.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'
import { compileAddition } from './compile-addition.ts'
import { requestedScopes } from './compile-scopes.ts'

/** The `mcp:` of a route; undefined without one: then no body is ever read. */
export function compileMcp({ mcp: written, anonymous }: RouteEntry, path: Path, sink: ProblemSink): Mcp | undefined {
  if (written === undefined) return undefined
  const mcp = withDefaults(mcpShape, written)
  const patterns = (key: 'tools' | 'resources' | 'prompts', kind: NamedKind) =>
    compilePatterns(mcp[key], kind, [...path, key], sink)
  const compiled = {
    tools: patterns('tools', 'tool'),
    resources: patterns('resources', 'resource'),
    prompts: patterns('prompts', 'prompt'),
    otherwise: compileDefault(mcp.default, [...path, 'default'], sink),
    openLists: mcp.lists === 'open',
    maxBodySize: mcp.maxBodySize,
  }
  const named = compiled.tools.length + compiled.resources.length + compiled.prompts.length
  if (named === 0 && compiled.otherwise === undefined && !sink.refused(path)) {
    sink.warning(path, {
      ...WITHOUT_EFFECT,
      message: 'allows no tool, resource or prompt; add tools, or a default with scopes',
    })
  }
  if (compiled.openLists && anonymous !== true) {
    sink.warning([...path, 'lists'], {
      ...WITHOUT_EFFECT,
      message: 'open has no effect without anonymous: true; add it, or remove lists',
    })
  }
  if (!compiled.openLists && anonymous === true) {
    sink.warning(path, {
      ...WITHOUT_EFFECT,
      message: 'every request needs a token, also on this anonymous route; add lists: open',
    })
  }
  return compiled
}

/** Every scope that some call needs, in the order of the configuration. */
export function scopesOfMcp(mcp: Mcp | undefined): readonly string[] {
  if (mcp === undefined) return []
  const { tools, resources, prompts, otherwise } = mcp
  const needs = [...tools, ...resources, ...prompts, ...(otherwise === undefined ? [] : [otherwise])]
  return requestedScopes(...needs.map(({ scopes }) => scopes))
}

const WITHOUT_EFFECT = { id: 'mcp-without-effect', why: 'clients get less than the route seems to offer' } as const

type Written = McpEntry['tools']

function compilePatterns(written: Written, kind: NamedKind, path: Path, sink: ProblemSink): readonly McpPattern[] {
  const patterns = Object.entries(written ?? {}).map(
    ([pattern, entry]): McpPattern => ({
      pattern,
      loose: looseReading(pattern),
      ...(entry === 'allow'
        ? { scopes: [], claims: [], authentication: undefined }
        : requirement(entry, [...path, pattern], sink)),
    }),
  )
  for (const one of patterns) {
    if (canMatch(one, patterns, kind)) continue
    const message = `${quote(one.pattern)} can never match: ${whyNot(one, patterns)}`
    const why = 'requests that it was written for are refused, or need what default requires'
    sink.warning([...path, one.pattern], { id: 'mcp-pattern-dead', message, why })
  }
  return patterns
}

function compileDefault(
  entry: NonNullable<McpEntry['default']>,
  path: Path,
  sink: ProblemSink,
): Requirement | undefined {
  return entry === 'deny' ? undefined : requirement(entry, path, sink)
}

function requirement(
  entry: Exclude<NonNullable<McpEntry['default']>, 'deny'>,
  path: Path,
  sink: ProblemSink,
): Requirement {
  const written = Array.isArray(entry)
    ? { entry: { scopes: entry }, path, scopesPath: path }
    : { entry, path, scopesPath: [...path, 'scopes'] }
  return compileAddition(written, 'write allow for a name', sink)
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
