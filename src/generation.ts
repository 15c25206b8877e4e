import type { Config } from './config/model.ts'
import type { Policy } from './decision/decide.ts'
import { buildRouteTable } from './decision/request/route-table.ts'
import { assessToken } from './decision/token/assessed-token.ts'
import { buildMetadataIndex, type MetadataIndex } from './documents/protected-resource.ts'
import { buildRegistrationIndex, type RegistrationIndex } from './documents/registration.ts'
import { createIntrospector, type IntrospectionDeps } from './issuers/introspector.ts'
import type { KeyRegistry } from './issuers/registry.ts'
import { createTokenCache, type LookupResult } from './issuers/token-cache.ts'

/** One configuration and all that was built from it. Replaced whole; a request keeps the one it begins with. */
export interface Generation {
  readonly config: Config
  readonly registry: KeyRegistry
  readonly policy: Policy
  readonly metadata: MetadataIndex
  readonly registrations: RegistrationIndex
  readonly cachedTokens: () => number
}

export interface GenerationDeps {
  readonly tokenCacheEntries: number
  /** Seconds since the epoch. */
  readonly now: () => number
  readonly onLookup: (result: LookupResult) => void
  readonly introspection: Omit<IntrospectionDeps, 'findDocument'>
}

const MAX_TOKEN_CACHE_BYTES = 24 * 1024 * 1024

/** Connects what one configuration needs: its routes, the keys of its issuers, a token cache of its own. */
export function buildGeneration(config: Config, registry: KeyRegistry, ports: GenerationDeps): Generation {
  const { findKeys, findDocument } = registry
  const issuers = { findKeys, introspect: createIntrospector({ ...ports.introspection, findDocument }) }
  const cache = createTokenCache({
    entries: ports.tokenCacheEntries,
    bytes: MAX_TOKEN_CACHE_BYTES,
    assess: (token, route) => assessToken(token, route, config.revocations, issuers),
    onLookup: ports.onLookup,
  })
  return {
    config,
    registry,
    policy: { routes: buildRouteTable(config.routes), assessToken: cache.assessToken, now: ports.now },
    metadata: buildMetadataIndex(config.routes, registry.findDocument),
    registrations: buildRegistrationIndex(config.routes),
    cachedTokens: cache.size,
  }
}
