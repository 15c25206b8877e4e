import type { TokenForge } from './token-forge.ts'
import { toWireRequest, type WireRequest } from './transport.ts'
import type { Vector } from './vector.ts'

/** What a client could try where Envoy lets it through: none of it is read. */
const SPOOFED = [
  ['X-Forwarded-Method', 'OPTIONS'],
  ['X-Forwarded-Host', 'evil.example.com'],
  ['X-Forwarded-Uri', '/public'],
] as const
const OF_TRAEFIK = /^(?:host|user-agent|x-forwarded-(?:host|method|uri))$/i

/** The call that Envoy makes for a vector: the client's request itself behind the prefix, with all of its fields. */
export function toExtAuthzRequest(vector: Vector, forge: TokenForge): WireRequest {
  const { method = 'POST', host = 'api.example.com', uri = '/mcp/kubernetes' } = vector.request ?? {}
  const { headers, body } = toWireRequest(vector, forge)
  return {
    method,
    target: `/ext_authz/${vector.route ?? '-'}${uri}`,
    headers: [['Host', host], ...headers.filter(([name]) => !OF_TRAEFIK.test(name)), ...SPOOFED],
    body,
  }
}

/** It passes over /verify, as no path decides on its route. */
export const CLIMBING: Vector = {
  ...{ id: 'climbing', spec: 'RFC 3986 §5.2.4', title: 'a path that leads above the root' },
  ...{ route: 'kubernetes', token: {}, request: { uri: '/a/../../b' } },
  expect: { status: 200, reason: 'token' },
}

/** Vectors whose answer differs behind Envoy, and why. */
export const DIFFERENCES: readonly {
  readonly why: string
  readonly holds: (vector: Vector) => boolean
  /** Status and reason of the answer; undefined: whatever the rest of the request deserves. */
  readonly expect?: string
}[] = [
  {
    why: 'X-Forwarded-* are not read, so that they can be neither missing nor doubled',
    holds: ({ request = {} }) =>
      request.without !== undefined ||
      (request.headers ?? []).some(([name]) => /^x-forwarded-(?:host|method|uri)$/i.test(name)),
  },
  {
    why: 'the method of the call is the client’s, so that the two cannot differ',
    holds: ({ request = {} }) => request.ownMethod !== undefined,
  },
  {
    why: 'a target that does not begin with a slash makes another name of the route',
    holds: ({ request: { uri = '/' } = {} }) => !/^[/?]|^$/.test(uri),
    expect: '403 route_unknown',
  },
  {
    why: 'a name with a slash or a query ends there: what follows belongs to the client’s path',
    holds: ({ route }) => route !== null && /[/?]/.test(route),
  },
  {
    why: 'a path that leads above the root would leave the prefix, so it is refused where no path decides, too',
    holds: ({ request: { uri = '' } = {}, expect }) => /\.\.|%2e/i.test(uri) && expect.status === 200,
    expect: '400 forwarded_request_invalid',
  },
]
