import { isDeepStrictEqual } from 'node:util'
import { quote } from '../../../config/problem.ts'
import { type CheckRule, hitAt } from '../../check/check-rule.ts'
import { UNWRITTEN } from '../placeholders.ts'
import type { GatedRouter, ManifestSubject } from './gate-middleware.ts'
import type { EntryPoint, Landscape, Router } from './landscape.ts'

/** Where protected routers listen, and where they lead. */
export const DESTINATION_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'gate-behind-itself',
    severity: 'error',
    why: 'the request is judged and then sent to forwardgate, which answers 404: the service behind it is never reached',
    fix: 'let the router lead to the protected service; give the service of forwardgate a name of its own',
    find: ({ gated }) =>
      gated.flatMap(({ router, gate }) => {
        const host = gate.address?.host ?? ''
        const leadsBack = !host.includes(UNWRITTEN) && router.backends.some((backend) => isSame(backend, host))
        if (!leadsBack || isAboutDocuments(router)) return []
        return hitAt(router.node, `leads to ${host}, which is forwardgate itself`)
      }),
  },
  {
    id: 'router-without-tls',
    severity: 'warning',
    why: 'unless the entry point itself has TLS, Traefik answers https requests there with 404, and plain http ones reach the router',
    fix: 'write tls: {} (as a label: tls=true), or give check the static configuration that has TLS on the entry point',
    find: (subject) =>
      httpRouters(subject).flatMap(({ router }) =>
        pointsOf(router, subject.landscape)
          .filter((point) => point.isSecure && !point.known.some(({ tls }) => tls))
          .map(({ name }) => hitAt(router.node, `is on entry point ${quote(name)} and has no TLS`)),
      ),
  },
  {
    id: 'resource-scheme',
    severity: 'warning',
    why: 'clients compare the resource with the URL that their user typed, scheme and port included: they cannot log in at another one',
    fix: 'give the router an entry point with TLS, or write the resource as users reach it; if TLS ends in front of Traefik, accept this finding',
    find: (subject) =>
      httpRouters(subject).flatMap(({ router, gate }) => {
        const points = pointsOf(router, subject.landscape)
        const isPlain = points.every(
          ({ known, isSecure }) => !isSecure && known.length > 0 && known.every(({ tls }) => !tls),
        )
        if (points.length === 0 || !isPlain) return []
        const url = gate.routes
          .flatMap(({ resources }) => resources)
          .find(({ origin }) => origin.startsWith('https:'))?.url
        const names = points.map(({ name }) => quote(name)).join(', ')
        return hitAt(router.node, `answers plain http on ${names}, and the resource is ${url}`)
      }),
  },
  {
    id: 'object-conflict',
    severity: 'warning',
    why: 'the one that is applied last wins, and a reconciliation undoes the other one: what works now may end within the hour',
    fix: 'give one of them another name, or leave one out',
    find: ({ landscape }) =>
      [...Map.groupBy(landscape.declared, ({ name }) => name).values()].flatMap(([first, ...others]) =>
        others
          .filter(({ node }) => !isDeepStrictEqual(node.value, first?.node.value))
          .map(({ name, node }) => {
            const { file, line } = first?.node.position ?? {}
            return hitAt(node, `${name} is also defined at ${file}:${line}, and differently`)
          }),
      ),
  },
]

/** Protected routers without TLS of their own, for a resource that is https. */
function httpRouters({ gated }: ManifestSubject): readonly GatedRouter[] {
  return gated.filter(
    ({ router, gate }) =>
      router.tls === false &&
      (router.layer?.parents.length ?? 0) === 0 &&
      gate.routes.some(({ resources }) => resources.some(({ origin }) => origin.startsWith('https:'))),
  )
}

interface Point {
  readonly name: string
  readonly known: readonly EntryPoint[]
  /** By its port, or by the usual name. */
  readonly isSecure: boolean
}

function pointsOf({ entryPoints }: Router, landscape: Landscape): readonly Point[] {
  return entryPoints.map((name) => {
    const known = landscape.entryPoints.filter((point) => point.name.toLowerCase() === name.toLowerCase())
    const isSecure = known.some(({ port }) => port === 443 || port === 8443) || /^(?:web-?secure|https)$/i.test(name)
    return { name, known, isSecure }
  })
}

/** Whether a service is the one with this host and port; a name without a namespace may be in any. */
function isSame(backend: string, host: string): boolean {
  const [one, other] = [parts(backend), parts(host)]
  if (one.name === '' || (one.port !== undefined && one.port !== (other.port ?? '80'))) return false
  return one.name === other.name || (!one.name.includes('.') && one.name === other.name.split('.')[0])
}

function parts(address: string): { readonly name: string; readonly port: string | undefined } {
  const { name = '', port } = /^(?<name>[^:]*)(?::(?<port>\d+))?$/.exec(address)?.groups ?? {}
  return { name: name.replace(/@.*$/, '').replace(/\.svc(?:\..*)?$/, ''), port }
}

function isAboutDocuments({ rule }: Router): boolean {
  const paths = rule?.paths ?? []
  return paths.length > 0 && paths.every((path) => /^\/(?:\.well-known|forwardgate)\//.test(path))
}
