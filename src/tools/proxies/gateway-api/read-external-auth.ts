import { type Front, isBelow, isGate, type Question, serves, type Way } from '../fronts/front.ts'
import { child, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'

/** What an implementation sends with every question, whatever is listed. */
const ALWAYS: ReadonlySet<string> = new Set(['authorization', 'host'])

/** All HTTPRoutes together as a front, if a rule of theirs asks by the filter `ExternalAuth`: of all that fit, the longest path wins. */
export function readHttpRoutes(objects: readonly { readonly node: YamlNode }[]): readonly Front[] {
  const rules = objects.flatMap(({ node }) => {
    const hosts = textsOf(child(node, 'spec', 'hostnames'))
    return items(child(node, 'spec', 'rules')).map((rule) => ({ hosts, rule, question: questionIn(rule) }))
  })
  const questions = rules.flatMap(({ question }) => question ?? [])
  if (questions.length === 0) return []
  const places = rules.flatMap(({ hosts, rule }) =>
    pathsOf(rule).map((match) => ({ hosts, match, way: wayThrough(rule) })),
  )
  const way = (host: string, path: string): Way | undefined => {
    const own = places.filter(({ hosts }) => hosts.length === 0 || hosts.some((name) => serves(name, host)))
    const fitting = own.filter(({ match }) => (match.isExact ? match.path === path : isBelow(path, match.path)))
    const found = fitting.toSorted((one, other) => other.match.path.length - one.match.path.length)[0]
    return found?.way ?? (own.length === 0 ? undefined : { kind: 'closed' })
  }
  return [{ questions, unread: [], way }]
}

/** Whether a rule of an HTTPRoute has this filter, so that it does not belong to Traefik. */
export function asksExternally(rule: YamlNode): boolean {
  return filterOf(rule) !== undefined
}

function filterOf(rule: YamlNode): YamlNode | undefined {
  return items(child(rule, 'filters')).find((filter) => textOf(child(filter, 'type')) === 'ExternalAuth')
}

function questionIn(rule: YamlNode): Question | undefined {
  const filter = child(filterOf(rule), 'externalAuth')
  const http = child(filter, 'http')
  if (filter === undefined) return undefined
  const asked = (textOf(child(http, 'path')) ?? '').replace(/\/$/, '')
  if (!isGate(textOf(child(filter, 'backendRef', 'name')) ?? '', asked)) return undefined
  const listed = (list: YamlNode | undefined) => textsOf(list).map((name) => name.toLowerCase())
  const copied = listed(child(http, 'allowedResponseHeaders'))
  const sent = listed(child(http, 'allowedHeaders'))
  const removed = items(child(rule, 'filters')).flatMap((other) =>
    listed(child(other, 'requestHeaderModifier', 'remove')),
  )
  const size = textOf(child(filter, 'forwardBody', 'maxSize'))
  return {
    spot: child(http, 'path') ?? filter,
    proxy: 'Gateway API',
    asked,
    prefix: '/ext_authz',
    // An empty list copies everything.
    overwrites: (name) => copied.length === 0 || copied.includes(name.toLowerCase()),
    removes: (name) => removed.includes(name.toLowerCase()),
    forwards: (name) => ALWAYS.has(name) || sent.includes(name),
    maxBodyBytes: size === undefined || size === '0' ? undefined : Number(size),
    faults: {},
  }
}

function wayThrough(rule: YamlNode): Way {
  if (questionIn(rule) !== undefined) return { kind: 'asked' }
  if (items(child(rule, 'filters')).some((filter) => textOf(child(filter, 'type')) === 'ExtensionRef'))
    return { kind: 'unknown' }
  const services = items(child(rule, 'backendRefs')).flatMap((service) => textOf(child(service, 'name')) ?? [])
  if (services.length === 0) return { kind: 'closed' }
  return { kind: 'open', toGate: services.some((name) => isGate(name, '')), spot: rule }
}

interface PathMatch {
  readonly path: string
  readonly isExact: boolean
}

function pathsOf(rule: YamlNode): readonly PathMatch[] {
  const matches = items(child(rule, 'matches'))
  if (matches.length === 0) return [{ path: '/', isExact: false }]
  return matches.map((match) => {
    const path = textOf(child(match, 'path', 'value')) ?? '/'
    return {
      path: path === '/' ? path : path.replace(/\/$/, ''),
      isExact: textOf(child(match, 'path', 'type')) === 'Exact',
    }
  })
}
