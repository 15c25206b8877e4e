import { distinctBy } from '../../frame/distinct.ts'
import { type Front, firstWay, forItsHosts, isBelow, isGate, type Question, serves, type Way } from '../fronts/front.ts'
import type { ManifestDocument } from '../manifest-documents.ts'
import { documentNode, entries, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import { type Authorization, questionOf } from './read-question.ts'
import { member } from './string-matchers.ts'

/** The listeners of a bootstrap, a discovery response (`resources`) or a listener by itself, each with its HTTP filters. */
export function readEnvoy(document: ManifestDocument): readonly Front[] {
  const root = documentNode(document, '', { loose: false })
  const listeners = [
    ...items(member(root, 'static_resources', 'listeners')),
    ...items(member(root, 'resources')),
    ...(member(root, 'filter_chains') === undefined ? [] : [root]),
  ]
  const managers = listeners.flatMap(managersOf)
  const asking = managers.flatMap((manager) => readManager(manager) ?? [])
  // One that asks nothing counts beside one that does: the listener for plain HTTP is easily forgotten.
  const isAsked = asking.some(({ questions }) => questions.length > 0)
  return isAsked ? [...asking, ...managers.flatMap((manager) => readOpenManager(manager) ?? [])] : asking
}

function managersOf(listener: YamlNode): readonly YamlNode[] {
  const chains = [...items(member(listener, 'filter_chains')), member(listener, 'default_filter_chain') ?? []].flat()
  return chains
    .flatMap((chain) => items(member(chain, 'filters')))
    .flatMap((filter) => member(filter, 'typed_config') ?? [])
    .filter((config) => typeOf(config).endsWith('.HttpConnectionManager'))
}

function typeOf(node: YamlNode | undefined): string {
  return textOf(member(node, '@type')) ?? ''
}

function filterOf(manager: YamlNode): YamlNode | undefined {
  const isAuthorization = (filter: YamlNode) =>
    typeOf(member(filter, 'typed_config')).endsWith('.ext_authz.v3.ExtAuthz')
  return items(member(manager, 'http_filters')).find(isAuthorization)
}

/** Undefined: it has an ext_authz. */
function readOpenManager(manager: YamlNode): Front | undefined {
  if (filterOf(manager) !== undefined) return undefined
  const hosts = items(member(manager, 'route_config', 'virtual_hosts')).map((host) => ({
    domains: textsOf(member(host, 'domains')),
    routes: items(member(host, 'routes')).map(readOpenRoute),
  }))
  const front: Front = { questions: [], unread: [], way: (host, path) => wayOf(hosts, host, path) }
  const named = hosts.flatMap(({ domains }) => domains.map((domain) => domain.replace(/:\*$/, '')))
  return forItsHosts({ front, hosts: named })
}

function readOpenRoute(route: YamlNode): RouteOfEnvoy {
  const takes = (path: string) => routeTakes(member(route, 'match'), path)
  const target = textOf(member(route, 'route', 'cluster'))
  if (target === undefined) return { takes, question: undefined, way: { kind: 'closed' } }
  return { takes, question: undefined, way: { kind: 'open', toGate: isGate(target, ''), spot: route } }
}

/** Undefined: no ext_authz of ours in it. */
function readManager(manager: YamlNode): Front | undefined {
  const filter = filterOf(manager)
  const filterConfig = member(filter, 'typed_config')
  if (filter === undefined || filterConfig === undefined) return undefined
  const authorization: Authorization = { manager, filter: filterConfig }
  const name = textOf(member(filter, 'name')) ?? 'envoy.filters.http.ext_authz'
  const config = member(manager, 'route_config')
  const unread = [
    ...(config === undefined ? [{ spot: manager, what: 'routes that come from elsewhere (rds)' }] : []),
    ...(member(filterConfig, 'grpc_service') === undefined
      ? []
      : [{ spot: filterConfig, what: 'ext_authz over gRPC, which forwardgate does not speak' }]),
  ]
  const hosts = items(member(config, 'virtual_hosts')).map((host) => ({
    domains: textsOf(member(host, 'domains')),
    routes: items(member(host, 'routes')).map((route) => readRoute(route, [route, host, config], name, authorization)),
  }))
  const questions = hosts.flatMap(({ routes }) => routes.flatMap(({ question }) => question ?? []))
  if (questions.length === 0 && unread.length === 0) return undefined
  const distinct = distinctBy(questions, ({ spot, asked }) => `${spot.path} ${asked}`)
  return { questions: distinct, way: (host, path) => wayOf(hosts, host, path), unread }
}

interface RouteOfEnvoy {
  /** Undefined: something decides that is not read. */
  readonly takes: (path: string) => boolean | undefined
  readonly question: Question | undefined
  readonly way: Way
}

/** `levels`: where settings may be written, the innermost first. */
function readRoute(
  route: YamlNode,
  levels: readonly (YamlNode | undefined)[],
  filterName: string,
  authorization: Authorization,
): RouteOfEnvoy {
  const own = levels
    .map((level) => entries(member(level, 'typed_per_filter_config')).find(([name]) => name === filterName)?.[1])
    .find((settings) => settings !== undefined)
  if (textOf(member(own, 'disabled')) === 'true') return readOpenRoute(route)
  const takes = (path: string) => routeTakes(member(route, 'match'), path)
  const question = questionOf(authorization, member(own, 'check_settings'), levels)
  return { takes, question, way: question === undefined ? { kind: 'unknown' } : { kind: 'asked' } }
}

function routeTakes(match: YamlNode | undefined, path: string): boolean | undefined {
  const [prefix, exact, within] = ['prefix', 'path', 'path_separated_prefix'].map((name) => textOf(member(match, name)))
  const isPlain = ['headers', 'query_parameters', 'runtime_fraction'].every((name) => member(match, name) === undefined)
  if (exact !== undefined) return path === exact && (isPlain || undefined)
  if (prefix !== undefined) return path.startsWith(prefix) && (isPlain || undefined)
  if (within !== undefined) return isBelow(path, within) && (isPlain || undefined)
  return undefined
}

interface HostOfEnvoy {
  readonly domains: readonly string[]
  readonly routes: readonly RouteOfEnvoy[]
}

/** Envoy takes the most exact domain, and of its routes the first that fits. */
function wayOf(hosts: readonly HostOfEnvoy[], host: string, path: string): Way | undefined {
  const found =
    hosts.find(({ domains }) => domains.includes(host) || domains.includes(`${host}:*`)) ??
    hosts.find(({ domains }) => domains.some((domain) => serves(domain, host))) ??
    hosts.find(({ domains }) => domains.includes('*'))
  if (found === undefined) return undefined
  return firstWay(found.routes, path) ?? { kind: 'closed' }
}
