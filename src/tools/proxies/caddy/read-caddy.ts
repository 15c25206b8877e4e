import {
  type Front,
  firstWay,
  frontsOfFile,
  isGate,
  type Question,
  serves,
  type Unreadable,
  type Way,
} from '../fronts/front.ts'
import { type CaddyLine, readCaddyLines } from './caddyfile-blocks.ts'
import { readQuestion, spotOf } from './read-question.ts'

/** The sites of a Caddyfile in which one asks forwardgate, each as a front; or what cannot be read. */
export function readCaddy(file: string, text: string): readonly Front[] | Unreadable {
  const read = readCaddyLines(file, text)
  return 'ok' in read ? read : frontsOf(read)
}

function frontsOf(lines: readonly CaddyLine[]): readonly Front[] {
  const isOneSite = lines.length > 0 && lines[0]?.block === undefined
  const sites = isOneSite ? [{ names: lines[0]?.words ?? [], block: lines.slice(1) }] : sitesOf(lines)
  return frontsOfFile(
    sites.map(({ names, block }) => {
      const hosts = names.map(hostOf)
      return { front: readSite(hosts, block), hosts }
    }),
  )
}

/** Neither global options nor snippets are sites. */
function sitesOf(lines: readonly CaddyLine[]) {
  return lines.flatMap(({ words, block }) =>
    block === undefined || words.length === 0 || words[0]?.startsWith('(') ? [] : [{ names: words, block }],
  )
}

/** The host of a site's address; empty for any. */
function hostOf(address: string): string {
  const host = address
    .replace(/,$/, '')
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/:[0-9]*$/, '')
  return host.toLowerCase()
}

/** What is done with requests that a matcher takes, in the order of the file. */
interface Handler {
  readonly takes: (path: string) => boolean | undefined
  readonly question: Question | undefined
  readonly way: Way
}

function readSite(hosts: readonly string[], block: readonly CaddyLine[]): Front {
  const isGuarded = guardsPaths(block)
  const handlers = block.flatMap((line) => readHandler(line, block, isGuarded) ?? [])
  const bare = readQuestion(block, false, isGuarded)
  const rest = wayOf(block, bare)
  const unread = importsIn(block).map(({ words, position }) => ({
    spot: { path: '', position },
    what: words.join(' '),
  }))
  return {
    questions: [...handlers, { question: bare }].flatMap(({ question }) => question ?? []),
    unread,
    way: (host, path) => {
      if (!hosts.some((own) => own === '' || serves(own, host))) return undefined
      return firstWay(handlers, path) ?? (rest.kind === 'closed' && unread.length > 0 ? { kind: 'unknown' } : rest)
    },
  }
}

const HANDLERS: ReadonlySet<string> = new Set(['handle', 'handle_path', 'route'])

/** Undefined: not a block that takes requests. */
function readHandler(line: CaddyLine, site: readonly CaddyLine[], isGuarded: boolean): Handler | undefined {
  const [name = '', matcher] = line.words
  if (!HANDLERS.has(name) || line.block === undefined) return undefined
  const inner = line.block.find(({ words, block }) => words[0] === 'route' && block !== undefined)
  const block = inner?.block ?? line.block
  const isOrdered = name === 'route' || inner !== undefined
  const question = readQuestion(block, isOrdered, isGuarded)
  return { takes: takerOf(matcher, site), question, way: wayOf(block, question) }
}

function wayOf(block: readonly CaddyLine[], question: Question | undefined): Way {
  const pass = block.find(({ words }) => words[0] === 'reverse_proxy')
  if (question !== undefined) return { kind: 'asked' }
  if (pass === undefined) return { kind: 'closed' }
  const upstreams = pass.words.slice(1).join(' ')
  return { kind: 'open', toGate: isGate(upstreams, ''), spot: spotOf(pass) }
}

/** Paths that a matcher takes; undefined: it looks at something else, too. */
function takerOf(matcher: string | undefined, site: readonly CaddyLine[]): Handler['takes'] {
  if (matcher === undefined || matcher === '*') return () => true
  if (matcher.startsWith('/')) return (path) => patternTakes(matcher, path)
  const line = site.find(({ words }) => words[0] === matcher)
  if (line?.words[1] === 'path') return (path) => line.words.slice(2).some((pattern) => patternTakes(pattern, path))
  // The guard against ambiguous paths takes none that is asked about here.
  return isGuard(line) ? () => false : () => undefined
}

/** A star at the end takes everything below; without regard to case. */
function patternTakes(pattern: string, path: string): boolean {
  const [own, asked] = [pattern.toLowerCase(), path.toLowerCase()]
  return own.endsWith('*') ? asked.startsWith(own.slice(0, -1)) : asked === own
}

function guardsPaths(site: readonly CaddyLine[]): boolean {
  const guards = site.filter(isGuard).map(({ words }) => words[0])
  return site.some(({ words, block }) => guards.includes(words[1]) && (block !== undefined || words[0] === 'error'))
}

function isGuard(line: CaddyLine | undefined): boolean {
  return line?.words[1] === 'vars_regexp' && (line.words[2] ?? '').includes('uri')
}

function importsIn(block: readonly CaddyLine[]): readonly CaddyLine[] {
  return block.flatMap((line) => [...(line.words[0] === 'import' ? [line] : []), ...importsIn(line.block ?? [])])
}
