import type { Mcp, McpPattern, Requirement } from './model-requirement.ts'

/** Kinds of things of an MCP server that have names, and requirements of their own. */
export type NamedKind = 'tool' | 'resource' | 'prompt'

/** Characters of the longest name of each kind. Longer ones are not folded and not matched against the patterns. */
export const MAX_NAME_CHARACTERS_OF: Readonly<Record<NamedKind, number>> = { tool: 256, prompt: 256, resource: 2048 }

/** What single calls may need, in the order of the configuration. */
export function requirementsOf({ tools, resources, prompts, otherwise }: Mcp): readonly Requirement[] {
  return [...tools, ...resources, ...prompts, ...(otherwise === undefined ? [] : [otherwise])]
}

/**
 * The patterns of a kind that a name matches. Undefined if a server could take the name for another one, which other
 * patterns match: by case, blanks, look-alike letters, or for a URI by percent-encoding and dot segments (the official
 * SDK looks resources up by their normalised URL).
 */
export function matchName(
  patterns: readonly McpPattern[],
  kind: NamedKind,
  name: string,
): readonly McpPattern[] | undefined {
  if (name.length > MAX_NAME_CHARACTERS_OF[kind]) return undefined
  const exact = patterns.filter(({ pattern }) => matches(pattern, name))
  const readings = kind === 'resource' ? readingsOfUri(name) : [name]
  if (readings === undefined) return undefined
  for (const reading of readings) {
    const loose = looseReading(reading)
    const same = patterns.every(
      (one) =>
        exact.includes(one) === matches(one.pattern, reading) && exact.includes(one) === matches(one.loose, loose),
    )
    if (!same) return undefined
  }
  return exact
}

/** How the most lenient reader would compare a text: without case, accents, blanks, control and compatibility characters. */
export function looseReading(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  // Marks go before too: to put a run of them in order, normalize takes time that grows with its square.
  return text.replace(IGNORED, '').normalize('NFKD').replace(IGNORED, '').toUpperCase().toLowerCase()
}

const PLAIN = /^[\x21-\x7e]*$/
const IGNORED = /[\p{M}\p{C}\p{Z}]/gu

/** Whether a name matches a pattern, in which `*` matches any characters or none. Its time grows with both lengths only. */
export function matches(pattern: string, name: string): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let retry = 0
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern
      retry = at
      inPattern += 1
    } else if (pattern[inPattern] === name[at]) {
      inPattern += 1
      at += 1
    } else if (star >= 0) {
      inPattern = star + 1
      retry += 1
      at = retry
    } else {
      return false
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}

/** A URI as it is, as the URL standard writes it, and with its escapes decoded; undefined if it climbs by dot segments. */
function readingsOfUri(uri: string): readonly string[] | undefined {
  const readings = new Set([uri])
  // A set grows while it is walked. Each round decodes something; more of them than any server does are refused.
  for (const reading of readings) {
    if (DOT_SEGMENT.test(reading)) return undefined
    if (readings.size > MAX_READINGS) return undefined
    readings.add(URL.parse(reading)?.href ?? reading)
    readings.add(decoded(reading))
  }
  return [...readings]
}

const MAX_READINGS = 8
const DOT_SEGMENT = /(?:^|[/\\:])\.\.?(?:[/\\?#]|$)/

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  }
}
