import type { Position } from '../../../config/problem.ts'

/** A place in a file. */
export interface Spot {
  /** As a reader would look for it; empty if the position says enough. */
  readonly path: string
  readonly position: Position
}

/** One place where a proxy other than Traefik asks forwardgate, whichever language it is written in. */
export interface Question {
  readonly spot: Spot
  readonly proxy: 'Envoy' | 'Gateway API' | 'nginx' | 'Caddy'
  /** The path that is asked, without what the proxy adds: `/verify/api`, `/ext_authz/api`. */
  readonly asked: string
  /** How such a path begins if the proxy speaks as it should. */
  readonly prefix: '/verify' | '/ext_authz'
  /** Whether the client's copy of this header is overwritten by that of the answer, or removed. */
  readonly overwrites: (name: string) => boolean
  /** Whether the service never gets this field of the client. */
  readonly removes: (name: string) => boolean
  /** Whether forwardgate gets this field of the client, by its lower-case name. */
  readonly forwards: (name: string) => boolean
  /** The largest body that is sent with the question; undefined: none is. */
  readonly maxBodyBytes: number | undefined
  /** What is wrong with the question by itself, and where. */
  readonly faults: Faults
}

/** What a file can say that is wrong whatever the route. */
export type Faults = Partial<Readonly<Record<Fault, Spot>>>

/** Names of the rules about them. */
export type Fault =
  /** Requests pass if forwardgate does not answer, or without being asked about. */
  | 'fails-open'
  /** What describes the client's request is left to the client. */
  | 'facts-unset'
  /** Names with underscores reach the service. */
  | 'underscores-pass'
  /** The path that chooses may not be the one that the service gets. */
  | 'ambiguous-paths-pass'
  /** A 5xx of forwardgate does not reach the client as such. */
  | 'error-status-lost'
  /** The challenge of a refusal does not reach the client. */
  | 'challenge-lost'
  /** What forwardgate has set is removed again. */
  | 'identity-removed'

/** What a proxy does with a request for a path. */
export type Way =
  | { readonly kind: 'asked' }
  | { readonly kind: 'open'; readonly toGate: boolean; readonly spot: Spot }
  /** Answered by the proxy itself, or not at all. */
  | { readonly kind: 'closed' }
  /** A part that is not read decides. */
  | { readonly kind: 'unknown' }

/** One file, or object, that routes requests and asks forwardgate about some of them. */
export interface Front {
  readonly questions: readonly Question[]
  /** What becomes of a request; undefined if the host is another one's. */
  readonly way: (host: string, path: string) => Way | undefined
  /** What cannot be understood, in a few words, and where. */
  readonly unread: readonly { readonly what: string; readonly spot: Spot }[]
}

/** A server or a site of a file, and the hosts that it names. */
export interface NamedFront {
  readonly front: Front
  readonly hosts: readonly string[]
}

/**
 * The fronts of one file; none if nothing in it asks. Those that ask nothing count for the hosts that they name: the one
 * for plain HTTP is easily forgotten.
 */
export function frontsOfFile(all: readonly NamedFront[]): readonly Front[] {
  if (all.every(({ front }) => front.questions.length === 0)) return []
  return all.map((named) => (named.front.questions.length > 0 ? named.front : forItsHosts(named)))
}

/** A front that asks nothing, for the hosts alone that it names. */
export function forItsHosts({ front, hosts }: NamedFront): Front {
  return { ...front, unread: [], way: (host, path) => (hosts.includes(host) ? front.way(host, path) : undefined) }
}

/** Why a file cannot be read on, and where. */
export interface Unreadable {
  readonly ok: false
  readonly what: string
  readonly position: Position
}

/** Whether this is the address of forwardgate: by the path, or by the name of its host. */
export function isGate(host: string, path: string): boolean {
  return /^\/(?:verify|ext_authz)(?:\/|$)/.test(path) || /forwardgate/.test(host)
}

/** Whether a name of a server or site, which may begin with a star, is for a host. */
export function serves(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && host.endsWith(name.slice(1)))
}

/** The way of the first that takes a path; unknown if one before might, undefined if none does. */
export function firstWay(
  all: readonly { readonly takes: (path: string) => boolean | undefined; readonly way: Way }[],
  path: string,
): Way | undefined {
  const first = all.find(({ takes }) => takes(path) !== false)
  if (first === undefined) return undefined
  return first.takes(path) === true ? first.way : { kind: 'unknown' }
}

/** Whether a path is this one or below it, by whole segments; the empty one is the root. */
export function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`)
}
