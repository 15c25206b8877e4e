/**
 * The configuration as the rest of the program sees it: every default filled in, every name resolved, every file read.
 * Built whole by `parse`, replaced whole on reload, never changed in between.
 */

/** One consistent configuration. A request takes one and keeps it to its end. */
export interface Config {
  readonly issuers: readonly Issuer[]
  readonly routes: readonly Route[]
  readonly revocations: Revocations
}

/** A configured authorization server. Identity is the entry (`name`), not the `iss` string: entries may share one. */
export interface Issuer {
  /** The name under `issuers:`; metric label and `@issuer`. */
  readonly name: string
  /** The `iss` claim, compared byte for byte (RFC 7519 §4.1.1). Empty for a file of static tokens, which have none. */
  readonly issuer: string
  /** Whether clients can be sent there: an https URL, or an http one that is loopback or was allowed. */
  readonly isLoginServer: boolean
  readonly keys: KeySource
  /** How metadata and keys are fetched; undefined: as everything is. */
  readonly fetch: IssuerFetch | undefined
  /** JWS `alg` values that this issuer's tokens may use (RFC 8725 §3.1). HS* only with a `secret` key source. */
  readonly algorithms: readonly string[]
  /** Seconds of clock difference forgiven in `exp`, `nbf` and `iat`; 0 to 60. */
  readonly clockTolerance: number
  /** Longest accepted token life in seconds; undefined: not checked. */
  readonly maxTokenLifetime: number | undefined
  /** Seconds for which the last good keys serve on while they cannot be refreshed. */
  readonly maxStale: number
  /** When set, the only accepted `typ` header, lower case and without `application/` (RFC 9068 §4). */
  readonly requireTyp: string | undefined
  /** Kinds of tokens that are accepted, as the payload shows them; `access` always. */
  readonly tokenKinds: readonly TokenKind[]
  /** Claims that carry scopes, as a space-separated string or an array of strings. */
  readonly scopeClaims: readonly string[]
  /** True: a top-level claim whose value is `true` is a granted scope (Authentik). */
  readonly booleanScopes: boolean
  /** Prefix that clients must add to a scope when they request it (Entra); tokens carry scopes without it. */
  readonly scopePrefix: string
  /** Claims that name the client; the first one present decides. */
  readonly clientClaims: readonly string[]
  /** How clients register if the issuer has no registration of its own; undefined: forwardgate offers none. */
  readonly registration: Registration | undefined
  /** How the issuer is asked about opaque tokens; undefined: they are refused. */
  readonly introspection: Introspection | undefined
}

/** With what an issuer's metadata and keys are fetched. Absolute paths; the files are read for each request. */
export interface IssuerFetch {
  /** Certificates in PEM; where it is set, only theirs are trusted. */
  readonly caFile?: string
  /** A bearer token, for the origin that is written in the configuration alone. */
  readonly bearerTokenFile?: string
}

/** Kinds of tokens that a configuration may let in. */
export type TokenKind = 'access' | 'id'

/** How an issuer is asked about tokens that only it can read (RFC 7662). */
export interface Introspection {
  /** undefined: the `introspection_endpoint` of the issuer's own metadata. */
  readonly endpoint: string | undefined
  readonly clientId: string
  /** Of `file`, without one trailing newline. */
  readonly clientSecret: string
  readonly file: string
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post'
  /** Seconds for which a good answer is relied on. */
  readonly cacheFor: number
}

/** What clients that want to register (RFC 7591) are given in place of a registration at the issuer. */
export type Registration = OneClient | RegistrationEndpoint

/** The one public client that exists at the issuer, for those whose redirect URIs are all among these. */
export interface OneClient extends VouchedPkce {
  readonly kind: 'client'
  readonly clientId: string
  readonly redirectUris: readonly string[]
}

/** A registration endpoint that is operated elsewhere. */
interface RegistrationEndpoint extends VouchedPkce {
  readonly kind: 'endpoint'
  readonly endpoint: string
}

interface VouchedPkce {
  /** PKCE methods that the issuer has and does not announce; undefined: what it announces is all. */
  readonly codeChallengeMethods: readonly string[] | undefined
}

/** Where an issuer's keys come from. Exactly one per issuer; secrets never mix with remote keys. */
export type KeySource =
  | { readonly kind: 'discovery' }
  | { readonly kind: 'discoveryUri'; readonly uri: string }
  | { readonly kind: 'jwksUri'; readonly uri: string }
  /** `document`: the parsed JSON of the file. */
  | { readonly kind: 'jwksFile'; readonly file: string; readonly document: unknown }
  | { readonly kind: 'publicKeyFile'; readonly file: string; readonly pem: string }
  /** `secret`: the bytes of the file without one trailing newline; at least 32 (RFC 7518 §3.2). */
  | { readonly kind: 'secretFile'; readonly file: string; readonly secret: Buffer }
  /** No keys at all: the tokens themselves, as hashes. */
  | { readonly kind: 'tokensFile'; readonly file: string; readonly tokens: readonly StaticToken[] }

/** A token that is not a JWT, known by its hash alone. */
export interface StaticToken {
  /** The 32 bytes of SHA-256 over the whole token. */
  readonly sha256: Buffer
  /** What a JWT would say in its payload; judged like that. */
  readonly claims: Readonly<Record<string, unknown>>
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
  /** Scopes that challenges and metadata tell a client to request, already prefixed, before those of rules. */
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

/** What a verified token must carry. */
export interface Requirement {
  /** All of them, as the token carries them. */
  readonly scopes: readonly string[]
  readonly claims: readonly ClaimRule[]
}

export interface Rule extends Requirement {
  /** Methods it applies to (GET includes HEAD); undefined: every method. */
  readonly methods: readonly string[] | undefined
  /** Canonical paths, folded to ignore case, it applies to with everything below; undefined: every path. */
  readonly paths: readonly string[] | undefined
}

/** Requirements of single MCP tools, resources and prompts. Every pattern that matches adds its own. */
export interface Mcp {
  readonly tools: readonly McpPattern[]
  readonly resources: readonly McpPattern[]
  readonly prompts: readonly McpPattern[]
  /** What calls need that no pattern matches, and methods that are not known; undefined: they are refused. */
  readonly otherwise: Requirement | undefined
  /** True: on an anonymous route, what a client sends before its first call needs no token. */
  readonly openLists: boolean
  /** Bytes of the largest body that is read. */
  readonly maxBodySize: number
}

export interface McpPattern extends Requirement {
  /** As written; `*` matches any characters or none. */
  readonly pattern: string
  /** The same as the most lenient reader would compare it. */
  readonly loose: string
}

/** A claim, named by its exact top-level name or by a JSON Pointer (RFC 6901). */
export interface ClaimSelector {
  /** As written. */
  readonly text: string
  readonly path: readonly string[]
}

export type ClaimValue = string | number | boolean

/** All operators that are set must hold. Values compare by type and code point. */
export interface ClaimRule {
  readonly claim: ClaimSelector
  readonly anyOf?: readonly ClaimValue[]
  readonly allOf?: readonly ClaimValue[]
  readonly noneOf?: readonly ClaimValue[]
  readonly exists?: boolean
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
  /** `off` where the token is not in Authorization. */
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
