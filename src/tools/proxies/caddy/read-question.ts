import { isGate, type Question, type Spot } from '../fronts/front.ts'
import type { CaddyLine } from './caddyfile-blocks.ts'

/**
 * The first question in a block; undefined: none, or of another service. `isOrdered`: in a `route`, where lines take effect
 * as they are written; elsewhere Caddy has an order of its own. `isGuarded`: the site refuses paths that could be read in
 * two ways.
 */
export function readQuestion(
  block: readonly CaddyLine[],
  isOrdered: boolean,
  isGuarded: boolean,
): Question | undefined {
  const index = block.findIndex(({ words }) => words[0] === 'forward_auth')
  const line = block[index]
  if (line === undefined) return undefined
  const options = line.block ?? []
  const uri = options.find(({ words }) => words[0] === 'uri')
  const asked = (uri?.words[1] ?? '').replace(/(?<=.)\/$/, '')
  if (!isGate(line.words.slice(1).join(' '), asked)) return undefined
  const copied = options.filter(({ words }) => words[0] === 'copy_headers').flatMap(copiedNames)
  const removedBefore = removals(isOrdered ? block.slice(0, index) : block)
  const removedAfter = removals(isOrdered ? block.slice(index + 1) : block)
  const hidden = removals(options.map((option) => ({ ...option, words: ['request_header', ...option.words.slice(1)] })))
  // The client's own Connection removes what it names.
  const keepsConnection = !block.some(({ words }) => words[0] === 'request_header' && words.includes('-Connection'))
  const takes = (patterns: readonly string[], name: string) => patterns.some((pattern) => takesName(pattern, name))
  return {
    spot: spotOf(line),
    proxy: 'Caddy',
    asked,
    prefix: '/verify',
    overwrites: (name) =>
      takes(copied, name) || takes(removedAfter, name) || (takes(removedBefore, name) && name !== 'Authorization'),
    removes: (name) => takes(removedAfter, name),
    forwards: (name) => !takes(hidden, name) && !(isOrdered && takes(removedBefore, name)),
    maxBodyBytes: undefined,
    faults: {
      ...(isGuarded ? {} : { 'ambiguous-paths-pass': spotOf(line) }),
      ...(keepsConnection || copied.some((name) => takes(removedAfter, name))
        ? { 'identity-removed': spotOf(line) }
        : {}),
    },
  }
}

/** Names that `copy_headers` sets: `A>B` copies A as B. */
function copiedNames({ words, block = [] }: CaddyLine): readonly string[] {
  return [...words.slice(1), ...block.flatMap((inner) => inner.words)].map((word) => word.split('>').at(-1) ?? word)
}

/** What the lines `request_header -NAME` remove. */
function removals(lines: readonly CaddyLine[]): readonly string[] {
  return lines
    .filter(({ words }) => words[0] === 'request_header')
    .flatMap(({ words }) => words.slice(1).filter((word) => word.startsWith('-')))
    .map((word) => word.slice(1))
}

/** A star may be at the beginning or the end of a name. */
function takesName(pattern: string, name: string): boolean {
  const [own, asked] = [pattern.toLowerCase(), name.toLowerCase()]
  if (own.endsWith('*')) return asked.startsWith(own.slice(0, -1))
  return own.startsWith('*') ? asked.endsWith(own.slice(1)) : own === asked
}

/** A line as a spot. */
export function spotOf({ words, position }: CaddyLine): Spot {
  return { path: words.join(' ').slice(0, 80), position }
}
