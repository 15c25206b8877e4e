/** The proxies of the suite. */
export type ProxyName = 'Traefik' | 'Caddy' | 'nginx' | 'Envoy'

/** Tokens by what they are; `tokens.ts` mints them. */
export type TokenName =
  | 'good'
  | 'admin'
  | 'expired'
  | 'without scope'
  | 'for another audience'
  | '20 KB'
  | 'with 5 KB of scopes'

/** What the client sends, byte for byte. */
export interface ClientRequest {
  /** Default GET. */
  readonly method?: string
  readonly target: string
  /** Default `api.example.com`. */
  readonly host?: string
  readonly token?: TokenName
  /** More fields, in order, also the same one twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** The exact value of a field, a pattern for it, or null: it must not be there. */
export type Wanted = string | RegExp | null

/** What the client gets and the application sees. */
export interface Expected {
  readonly status: number
  readonly headers?: Readonly<Record<string, Wanted>>
  readonly body?: string | RegExp
  /** Null: the application is not asked. */
  readonly application: Seen | null
}

/** What the application sees of a request that passed. */
export interface Seen {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, Wanted>>
  readonly body?: string
}

/** Another outcome behind one proxy, and the sentence that says why. */
export interface Exception {
  readonly expected: Expected
  readonly why: string
}

/** One case: a request, and its outcome behind every proxy. */
export interface Row {
  readonly name: string
  readonly request: ClientRequest
  readonly expected: Expected
  readonly but?: Partial<Readonly<Record<ProxyName, Exception>>>
}
