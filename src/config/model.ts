/**
 * The configuration as the rest of the program sees it: every default filled in, every name resolved, every file read.
 * Built whole by `parse`, replaced whole on reload, never changed in between.
 */

import type { Issuer } from './model-issuer.ts'
import type { ClaimSelector, Mcp, Requirement, Rule } from './model-requirement.ts'

/** One consistent configuration. A request takes one and keeps it to its end. */
export interface Config {
  readonly issuers: readonly Issuer[]
  readonly routes: readonly Route[]
  readonly revocations: Revocations
}

/** One protected resource (RFC 9728). */
export interface Route {
  readonly name: string
  /** At least one; the first is the one named when the forwarded host is none of theirs. */
  readonly resources: readonly [Resource, ...Resource[]]
  /** Hosts and paths by which plain `/verify` selects this route. */
  readonly match: Match
  /** The hosts outside which every request is refused; undefined: no such lock. */
  readonly lockedHosts: readonly string[] | undefined
  /** The paths outside which every request is refused; undefined: no such lock. */
  readonly lockedPaths: readonly string[] | undefined
  /** Ways in, tried in order. Each binds one issuer to its own requirements; at least one. */
  readonly accept: readonly Accept[]
  /** Every rule that matches a request adds its requirements. */
  readonly rules: readonly Rule[]
  /** Scopes in challenges and metadata for clients to request, already prefixed, before those of rules. */
  readonly requestScopes: readonly string[]
  /** What `requestScopes` were prefixed with; rules' scopes get it too. */
  readonly scopePrefix: string
  /** For each broader scope, the narrower ones that it satisfies, transitively. */
  readonly scopeImplies: ReadonlyMap<string, readonly string[]>
  readonly anonymous: boolean
  readonly mode: 'enforce' | 'observe'
  readonly identityHeaders: readonly IdentityHeader[]
  readonly upstreamAuthorization: UpstreamAuthorization
  /** What becomes of tokens that are bound to a key. */
  readonly dpop: Dpop
  /** The one place that the token is taken from. */
  readonly tokenSource: TokenSource
  /** Allow-list for the Origin header; undefined: not checked. */
  readonly origins: readonly string[] | undefined
  readonly preflight: 'deny' | 'pass'
  /** Additional requirements of single MCP calls; undefined: bodies are never read. */
  readonly mcp: Mcp | undefined
  /** Claims of verified tokens that the decision line shows. */
  readonly logClaims: readonly ClaimSelector[]
  /** RFC 9728 members beyond those that are derived, in its spelling. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One public URL of a route. */
export interface Resource {
  /** As written: the `resource` of RFC 9728, byte for byte. */
  readonly url: string
  /** Scheme and authority as in the URL standard: `https://api.example.com` or `https://api.example.com:8443`. */
  readonly origin: string
  /** Lower-case host name without port. */
  readonly hostname: string
  /** Path without a trailing slash; empty for the root. */
  readonly path: string
  /** True: written with a slash at its end, in addition to the same resource without one. */
  readonly slashed?: true
  /** `?query` or empty. */
  readonly query: string
}

/** Host names (lower case, no port) and canonical paths (no trailing slash; empty is the root). */
export interface Match {
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
}

/** One way in: a token of this issuer that meets these requirements. */
export interface Accept extends Requirement {
  readonly issuer: Issuer
  /** Any of these must be in `aud`; `unchecked` only if it was written out. */
  readonly audience: readonly string[] | 'unchecked'
  /** Allow-lists on the client; each of them must hold it. */
  readonly clientIds: readonly (readonly string[])[]
  /** False: not offered to clients as a login server. */
  readonly advertise: boolean
}

export interface IdentityHeader {
  /** As written. */
  readonly name: string
  readonly source:
    | { readonly kind: 'claim'; readonly claim: ClaimSelector }
    | { readonly kind: 'scopes' | 'client' | 'issuer' }
}

/** Where a request carries its token: `Authorization: Bearer` (RFC 6750 §2.1), or what a proxy in front uses instead. */
export type TokenSource =
  | { readonly kind: 'authorization' }
  /** `name`: as written; compared without regard to case. */
  | { readonly kind: 'header'; readonly name: string }
  /** `name`: compared with regard to case (RFC 6265 §5.2). */
  | { readonly kind: 'cookie'; readonly name: string }

/** Proof of possession (RFC 9449): which tokens need one, and what it must be like. */
export interface Dpop {
  /** `off` if the token is not in Authorization. */
  readonly mode: 'off' | 'accepted' | 'required'
  readonly algorithms: readonly string[]
  readonly maxAgeSeconds: number
  /** What nonces are made from; undefined: none is required. */
  readonly nonceSecret: Buffer | undefined
  readonly refuseReplay: boolean
}

/** What the backend gets as Authorization. */
export type UpstreamAuthorization =
  | { readonly kind: 'keep' }
  | { readonly kind: 'strip' }
  /** The token that was verified, as `Bearer`, however it came. */
  | { readonly kind: 'bearer' }
  /** `value`: the whole header value, from a file. */
  | { readonly kind: 'secret'; readonly file: string; readonly value: string }
  | { readonly kind: 'claim'; readonly claim: ClaimSelector }

export interface Revocations {
  readonly jti: ReadonlySet<string>
  readonly sub: ReadonlySet<string>
  readonly clientIds: ReadonlySet<string>
  /** Seconds since the epoch; tokens issued before it are refused. */
  readonly issuedBefore: number | undefined
}
