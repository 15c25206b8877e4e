import {
  type Front,
  frontsOfFile,
  isBelow,
  isGate,
  type Question,
  serves,
  type Unreadable,
  type Way,
} from '../fronts/front.ts'
import { type Directive, readDirectives } from './directives.ts'
import { questionIn } from './read-question.ts'
import { addressOf, inForce, type Location, type Scope, spotOf } from './scope.ts'

/** The servers of a file in which one asks forwardgate, each as a front; or what cannot be read. */
export function readNginx(file: string, text: string): readonly Front[] | Unreadable {
  const read = readDirectives(file, text)
  return 'ok' in read ? read : frontsOf(read)
}

function frontsOf(directives: readonly Directive[]): readonly Front[] {
  const upstreams = new Map(
    named(directives, 'upstream').map(({ args, block = [] }) => [
      args[0] ?? '',
      named(block, 'server').map((server) => server.args[0] ?? ''),
    ]),
  )
  return frontsOfFile(
    scopesOf(directives).map((server) => ({ front: readServer(server, upstreams), hosts: namesOf(server) })),
  )
}

/** Blocks called `server` with what is around them, at any depth. */
function scopesOf(directives: readonly Directive[], outer?: Scope): readonly Scope[] {
  const scope = { own: directives, outer }
  return directives.flatMap(({ name, block }) => {
    if (block === undefined || name === 'upstream') return []
    return name === 'server' ? [{ own: block, outer: scope }] : scopesOf(block, scope)
  })
}

/** Directives with this name, at any depth outside of servers. */
function named(directives: readonly Directive[], name: string): readonly Directive[] {
  return directives.flatMap((directive) => [
    ...(directive.name === name ? [directive] : []),
    ...(name !== 'server' && directive.block !== undefined ? named(directive.block, name) : []),
  ])
}

function locationsOf(scope: Scope): readonly Location[] {
  return scope.own.flatMap((directive) => {
    if (directive.name !== 'location' || directive.block === undefined) return []
    const [first = '', second] = directive.args
    const own = { own: directive.block, outer: scope }
    const isBare = second === undefined
    const found = { directive, modifier: isBare ? '' : first, match: isBare ? first : second, scope: own }
    return [found, ...locationsOf(own)]
  })
}

function readServer(server: Scope, upstreams: ReadonlyMap<string, readonly string[]>): Front {
  const locations = locationsOf(server)
  const names = namesOf(server)
  const questions = new Map<Location, Question>()
  for (const location of locations) {
    const question = questionIn(location, locations, upstreams)
    if (question !== undefined) questions.set(location, question)
  }
  const includes = [...server.own, ...locations.flatMap(({ scope }) => scope.own)].filter(({ name, block }) =>
    block === undefined ? name === 'include' : /_by_lua/.test(name),
  )
  const unread = includes.map(({ name, args, position }) => ({
    spot: { path: '', position },
    what: [name, ...args].join(' '),
  }))
  return {
    questions: [...questions.values()],
    unread,
    way: (host, path) => {
      if (!names.some((name) => name === '_' || name.startsWith('~') || serves(name, host))) return undefined
      const location = locationFor(locations, path)
      if (location === 'unknown' || (location === undefined && unread.length > 0)) return { kind: 'unknown' }
      return location === undefined ? { kind: 'closed' } : wayThrough(location, questions.has(location), upstreams)
    },
  }
}

function namesOf(server: Scope): readonly string[] {
  return server.own.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args)
}

function wayThrough(location: Location, isAsked: boolean, upstreams: ReadonlyMap<string, readonly string[]>): Way {
  if (isAsked) return { kind: 'asked' }
  const asked = inForce(location.scope, 'auth_request')
  if (asked !== undefined && asked.args[0] !== 'off') return { kind: 'unknown' }
  const pass = location.scope.own.findLast(({ name }) => name.endsWith('_pass'))
  if (pass === undefined) {
    const answers = location.scope.own.some(({ name }) => name === 'return')
    return { kind: answers || inForce(location.scope, 'deny')?.args[0] === 'all' ? 'closed' : 'unknown' }
  }
  const [host, path] = addressOf(pass.args[0] ?? '', upstreams)
  return { kind: 'open', toGate: isGate(host, path), spot: spotOf(location.directive) }
}

/** As nginx chooses: the exact one, else the longest prefix unless a regular expression fits first. */
function locationFor(locations: readonly Location[], path: string): Location | 'unknown' | undefined {
  const exact = locations.find(({ modifier, match }) => modifier === '=' && match === path)
  if (exact !== undefined) return exact
  const prefixes = locations.filter(({ modifier, match }) => ['', '^~'].includes(modifier) && path.startsWith(match))
  const longest = prefixes.toSorted((one, other) => other.match.length - one.match.length)[0]
  if (longest?.modifier === '^~') return longest
  for (const location of locations.filter(({ modifier }) => modifier.startsWith('~'))) {
    const fits = patternFits(location, path)
    if (fits === undefined) return 'unknown'
    if (fits) return location
  }
  return longest
}

/** The patterns that are written for paths, which need no engine: everything else is not evaluated. */
function patternFits({ modifier, match }: Location, path: string): boolean | undefined {
  const written = /^\^(?<path>(?:[\w/~@:,=&-]|\\[^\w])*)(?<end>\(\/\|\$\)|\(\?:\/\|\$\)|\$|)$/.exec(match)?.groups
  if (written === undefined) return undefined
  const fold = (text: string) => (modifier === '~*' ? text.toLowerCase() : text)
  const prefix = fold((written['path'] ?? '').replace(/\\/g, ''))
  const asked = fold(path)
  if (written['end'] === '') return asked.startsWith(prefix)
  return written['end'] === '$' ? asked === prefix : isBelow(asked, prefix)
}
