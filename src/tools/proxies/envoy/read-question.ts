import { type Faults, isGate, type Question, type Spot } from '../fronts/front.ts'
import { items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import { listMatches, member } from './string-matchers.ts'

/** The filter that asks, and the connection manager around it. */
export interface Authorization {
  readonly manager: YamlNode
  readonly filter: YamlNode
}

/** What Envoy sends with every question over HTTP, whatever is listed. */
const ALWAYS: ReadonlySet<string> = new Set(['authorization', 'host'])

/** The question for a route: `settings` of its own before those of the filter. Undefined: it asks another service. */
export function questionOf(
  { manager, filter }: Authorization,
  settings: YamlNode | undefined,
  levels: readonly (YamlNode | undefined)[],
): Question | undefined {
  const service = member(settings, 'http_service') ?? member(filter, 'http_service')
  const prefix = member(service, 'path_prefix')
  const asked = (textOf(prefix) ?? '').replace(/\/$/, '')
  const uri = member(service, 'server_uri')
  const host = `${textOf(member(uri, 'uri')) ?? ''} ${textOf(member(uri, 'cluster')) ?? ''}`
  if (service === undefined || !isGate(host, asked)) return undefined
  const isUnread = textOf(member(settings, 'disable_request_body_buffering')) === 'true'
  const body = isUnread ? undefined : (member(settings, 'with_request_body') ?? member(filter, 'with_request_body'))
  const answer = member(service, 'authorization_response')
  const removed = new Set(
    levels.flatMap((level) => textsOf(member(level, 'request_headers_to_remove'))).map((name) => name.toLowerCase()),
  )
  return {
    spot: prefix ?? service,
    proxy: 'Envoy',
    asked,
    prefix: '/ext_authz',
    overwrites: (name) => listMatches(member(answer, 'allowed_upstream_headers'), name),
    removes: (name) => removed.has(name.toLowerCase()),
    forwards: (name) => forwards(filter, service, name),
    maxBodyBytes: body === undefined ? undefined : Number(textOf(member(body, 'max_request_bytes')) ?? 0),
    faults: { ...faultsOf(manager, filter), ...lostChallenge(answer) },
  }
}

function forwards(filter: YamlNode, service: YamlNode, name: string): boolean {
  const lists = [member(filter, 'allowed_headers'), member(service, 'authorization_request', 'allowed_headers')]
  if (listMatches(member(filter, 'disallowed_headers'), name)) return false
  return ALWAYS.has(name) || lists.some((list) => listMatches(list, name))
}

function faultsOf(manager: YamlNode, filter: YamlNode): Faults {
  const allows = member(filter, 'failure_mode_allow')
  const enabled = member(filter, 'filter_enabled') ?? member(filter, 'filter_enabled_metadata')
  const open = textOf(allows) === 'true' ? allows : enabled
  const underscores = member(manager, 'common_http_protocol_options', 'headers_with_underscores_action')
  const passing = !['REJECT_REQUEST', 'DROP_HEADER'].includes(textOf(underscores) ?? '')
  const ambiguous = ambiguousPaths(manager)
  return {
    ...(open === undefined ? {} : { 'fails-open': open }),
    ...(passing ? { 'underscores-pass': underscores ?? manager } : {}),
    ...(ambiguous === undefined ? {} : { 'ambiguous-paths-pass': ambiguous }),
    ...(member(filter, 'status_on_error') === undefined ? { 'error-status-lost': filter } : {}),
  }
}

/** Where a path may be one thing to Envoy and another to the service. */
function ambiguousPaths(manager: YamlNode): Spot | undefined {
  for (const name of ['normalize_path', 'merge_slashes']) {
    const node = member(manager, name)
    if (textOf(node) !== 'true') return node ?? manager
  }
  const escaped = member(manager, 'path_with_escaped_slashes_action')
  const isSafe = ['REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD'].includes(textOf(escaped) ?? '')
  return isSafe ? undefined : (escaped ?? manager)
}

/** Without a list, every header of a refusal reaches the client. */
function lostChallenge(answer: YamlNode | undefined): Faults {
  const list = member(answer, 'allowed_client_headers')
  if (list === undefined || items(member(list, 'patterns')).length === 0) return {}
  return listMatches(list, 'www-authenticate') ? {} : { 'challenge-lost': list }
}
