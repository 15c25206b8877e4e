import { quote } from '../../../config/problem.ts'
import { type CheckRule, type Found, type Hit, hitAt, unknownRoute } from '../../check/check-rule.ts'
import { hasPlaceholder } from '../placeholders.ts'
import { child, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import {
  addressOf,
  emittedHeaders,
  type Gate,
  hidesProof,
  type ManifestSubject,
  methodDecides,
  pathDecides,
  removedFields,
  tokenHeaderName,
  unusedFields,
} from './gate-middleware.ts'
import { type GoPattern, goPattern } from './go-pattern.ts'

/** What a forwardAuth middleware that calls forwardgate must have, and must not have. */
export const FORWARD_AUTH_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'address-route-unknown',
    severity: 'error',
    why: 'every request is refused as route_unknown',
    fix: 'end the address in /verify/ and the name of the route',
    find: eachGate((gate, { config }) => {
      if (gate.named === undefined || gate.routes.length > 0) return undefined
      return option(gate, 'address', unknownRoute(gate.named, config))
    }),
  },
  {
    id: 'address-invalid',
    severity: 'error',
    why: 'Traefik answers every request with a bare 500',
    fix: 'write the URL of forwardgate, such as http://forwardgate.auth.svc:8080/verify/ and the name of the route',
    find: ({ landscape }) =>
      landscape.middlewares
        .filter((middleware) => middleware.kind === 'forwardAuth' && addressOf(middleware) === undefined)
        .filter(({ options }) => !hasPlaceholder(textOf(child(options, 'address')) ?? ''))
        .map(({ options }) => hitAt(child(options, 'address') ?? options, 'has no http or https URL as its address')),
  },
  {
    id: 'address-path',
    severity: 'error',
    why: 'forwardgate answers 404 there, which Traefik hands to the client instead of a challenge',
    fix: 'end the address in /verify/ and the name of the route',
    find: eachGate((gate) => {
      const path = gate.address?.pathname
      const what = `${quote(path)} is not a path that answers with decisions`
      return !/^\/verify(?:\/|$)/.test(path ?? '') && option(gate, 'address', what)
    }),
  },
  {
    id: 'address-credentials',
    severity: 'error',
    why: 'requests without a token arrive with Basic credentials instead, and Traefik logs address and password when a call fails',
    fix: 'remove user and password; forwardgate needs none',
    find: eachGate((gate) => {
      const { username, password } = gate.address ?? {}
      return (username || password) && option(gate, 'address', 'has credentials in it')
    }),
  },
  {
    id: 'address-https',
    severity: 'note',
    why: 'over TLS Traefik keeps one HTTP/2 connection to one replica, and goes on using it for minutes when that node vanishes; TLS with HTTP/1.1 is the slowest of all',
    fix: 'use plain http inside the cluster, or run forwardgate and Traefik in one pod',
    find: eachGate((gate) => {
      const { protocol, hostname = '' } = gate.address ?? {}
      const isElsewhere = protocol === 'https:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
      return isElsewhere && option(gate, 'address', 'is https to another machine')
    }),
  },
  {
    id: 'identity-header-unlisted',
    severity: 'error',
    why: 'Traefik removes only listed headers from the client’s request: any client can send this one, and the service believes it',
    fix: 'list exactly the identity headers of the route, and Authorization if upstreamAuthorization is not keep',
    find: eachGate((gate) => {
      const listed = lowerCased(child(gate.options, 'authResponseHeaders'))
      const written = textOf(child(gate.options, 'authResponseHeadersRegex'))
      const regex = written ? goPattern(written, 'i') : NOTHING
      const unread = regex === undefined ? ', and authResponseHeadersRegex is not evaluated here' : ''
      return emittedHeaders(gate.routes)
        .filter((name) => !listed.has(name.toLowerCase()) && regex?.test(canonical(name)) !== true)
        .map((name) => option(gate, 'authResponseHeaders', `${name} is missing${unread}`))
    }),
  },
  {
    id: 'proof-field-unlisted',
    severity: 'note',
    why: 'the proof of the client reaches the service without its token; Traefik removes only listed headers from a request',
    fix: 'add DPoP to authResponseHeaders: no answer has it, so Traefik removes it',
    find: eachGate((gate) => {
      const listed = lowerCased(child(gate.options, 'authResponseHeaders'))
      const missing = removedFields(gate.routes).filter((name) => !listed.has(name.toLowerCase()))
      const isError = gate.routes.some((route) => hidesProof(route) && route.dpop.mode === 'required')
      return missing.map((name) => ({
        ...option(gate, 'authResponseHeaders', `${name} is missing`),
        severity: isError ? ('error' as const) : ('note' as const),
      }))
    }),
  },
  {
    id: 'response-regex-case',
    severity: 'error',
    why: 'Traefik compares with the canonical spelling (X-Auth-Subject): the pattern matches nothing, so our headers are not copied and the client’s own pass',
    fix: 'list the names in authResponseHeaders instead',
    find: eachGate((gate) => {
      const written = textOf(child(gate.options, 'authResponseHeadersRegex'))
      const [exact, folded] = [goPattern(written ?? ''), written ? goPattern(written, 'i') : NOTHING]
      const names = emittedHeaders(gate.routes).map(canonical)
      const missed = names.filter((name) => folded?.test(name) === true && exact?.test(name) !== true)
      return (
        missed.length > 0 && option(gate, 'authResponseHeadersRegex', `${quote(written)} does not match ${missed[0]}`)
      )
    }),
  },
  {
    id: 'response-header-extra',
    severity: 'warning',
    why: 'forwardgate does not send it, so Traefik removes the client’s copy and the service gets none',
    fix: 'remove it from the list, or add it to the route (Authorization: upstreamAuthorization)',
    find: eachGate((gate) => {
      const names = [...emittedHeaders(gate.routes), ...unusedFields(gate.routes)]
      const sent = new Set(names.map((name) => name.toLowerCase()))
      if (gate.routes.length === 0) return undefined
      return items(child(gate.options, 'authResponseHeaders'))
        .filter((item) => !sent.has((textOf(item) ?? '').toLowerCase()))
        .map((item) => hitAt(item, `${quote(item.value)} is not a header of the route`))
    }),
  },
  {
    id: 'request-headers-authorization',
    severity: 'error',
    why: 'the token never reaches forwardgate: every request is refused as credentials_missing',
    fix: 'remove authRequestHeaders altogether',
    find: eachGate((gate) => {
      const listed = lowerCased(child(gate.options, 'authRequestHeaders'))
      if (listed.size === 0) return undefined
      const missing = new Set(gate.routes.map(tokenHeaderName).filter((name) => !listed.has(name.toLowerCase())))
      return [...missing].map((name) => option(gate, 'authRequestHeaders', `${name} is missing`))
    }),
  },
  {
    id: 'request-headers-list',
    severity: 'warning',
    why: 'forwardgate does not see Origin, method overrides, aliases of identity headers and traceparent any more',
    fix: 'remove authRequestHeaders',
    find: eachGate((gate) => {
      if (textsOf(child(gate.options, 'authRequestHeaders')).length === 0) return undefined
      const needed = methodDecides(gate) || gate.routes.some(({ origins }) => origins !== undefined)
      const what = needed ? 'hides headers that this route decides by' : 'hides headers from forwardgate'
      return { ...option(gate, 'authRequestHeaders', what, 'key'), severity: needed ? 'error' : 'warning' }
    }),
  },
  {
    id: 'trust-forward-header-unset',
    severity: 'warning',
    why: 'unset is a third behaviour, deprecated, which passes on X-Forwarded-* of the client that forwardgate need not see',
    fix: 'write trustForwardHeader: false',
    find: eachGate((gate) => {
      const isWritten = textOf(child(gate.options, 'trustForwardHeader')) !== undefined
      return !isWritten && option(gate, 'trustForwardHeader', 'is not written')
    }),
  },
  {
    id: 'trust-forward-header-true',
    severity: 'note',
    why: 'a peer in trustedIPs chooses the method, host and path that forwardgate judges by; the service gets the real ones',
    fix: 'write trustForwardHeader: false',
    find: eachGate((gate) => {
      if (textOf(child(gate.options, 'trustForwardHeader')) !== 'true') return undefined
      const decides = pathDecides(gate) || methodDecides(gate)
      const what = decides ? 'is true, and path or method decide on this route' : 'is true'
      return { ...option(gate, 'trustForwardHeader', what), severity: decides ? 'error' : 'note' }
    }),
  },
  {
    id: 'signin-url',
    severity: 'error',
    why: 'every 401 becomes a redirect to a page: the challenge is lost, and no client can log in',
    fix: 'remove authSigninURL',
    find: eachGate(
      (gate) =>
        textOf(child(gate.options, 'authSigninURL')) && option(gate, 'authSigninURL', 'replaces the challenge', 'key'),
    ),
  },
  {
    id: 'response-body-unbounded',
    severity: 'warning',
    why: 'a wrong address that answers without end fills Traefik’s memory (CVE-2026-26998); below our 1 KiB Traefik answers a bare 401',
    fix: 'write maxResponseBodySize: 16384',
    find: eachGate((gate) => {
      const written = child(gate.options, 'maxResponseBodySize')
      if (written === undefined) return option(gate, 'maxResponseBodySize', 'is not written')
      const size = Number(textOf(written))
      return !(size >= 1024) && hitAt(written, size < 0 ? 'is unbounded' : 'is smaller than an answer may be')
    }),
  },
]

/** A rule about each gate by itself. */
export function eachGate(
  find: (gate: Gate, subject: ManifestSubject) => Found | '',
): CheckRule<ManifestSubject>['find'] {
  return (subject) => subject.gates.flatMap((gate) => find(gate, subject) || [])
}

/** At the option, or at its middleware if it is not written. */
export function option({ options }: Gate, name: string, what: string, at: 'key' | 'value' = 'value'): Hit {
  const node = child(options, name)
  if (node !== undefined) return { what, path: node.path, position: at === 'key' ? node.keyPosition : node.position }
  return { what: `${name} ${what}`, path: options.path, position: options.keyPosition }
}

function lowerCased(node: YamlNode | undefined): ReadonlySet<string> {
  return new Set(textsOf(node).map((text) => text.toLowerCase()))
}

const NOTHING: GoPattern = { test: () => false }

/** As Go spells header names. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
