/** The issuers of the configuration, and how each is asked for what only it has. */

/** A configured authorization server. Identity is the entry (`name`), not the `iss` string: entries may share one. */
export interface Issuer {
  /** The name under `issuers:`; metric label and `@issuer`. */
  readonly name: string
  /** The `iss` claim, compared byte for byte (RFC 7519 §4.1.1). Empty for a file of static tokens, which have none. */
  readonly issuer: string
  /** The SPIFFE trust domain whose JWT-SVIDs, which have no `iss`, are this issuer's; undefined: it has none. */
  readonly spiffe: string | undefined
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
  /** Seconds for which the last good keys stay in use while they cannot be refreshed. */
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
  /** Certificates in PEM; if set, only theirs are trusted. */
  readonly caFile?: string | undefined
  /** A bearer token, for the origin that is written in the configuration alone. */
  readonly bearerTokenFile?: string | undefined
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
