/** What the configuration requires of a token, or of one call: by scope, by claim and by login. */

/** What a verified token must carry. */
export interface Requirement {
  /** All of them, as the token carries them. */
  readonly scopes: readonly string[]
  readonly claims: readonly ClaimRule[]
  /** How the user must have authenticated; undefined: in any way, at any time. */
  readonly authentication: Authentication | undefined
}

/** What a token has to show of the login behind it (RFC 9470). */
export interface Authentication {
  /** `acr` must be one of these; undefined: any. Empty if what applies together leaves none. */
  readonly acr: readonly string[] | undefined
  /** Seconds that may have passed since `auth_time`; undefined: any number. */
  readonly maxAgeSeconds: number | undefined
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
  readonly anyOf?: readonly ClaimValue[] | undefined
  readonly allOf?: readonly ClaimValue[] | undefined
  readonly noneOf?: readonly ClaimValue[] | undefined
  readonly exists?: boolean | undefined
}
