import type { Config } from './config/model.ts'
import { buildRouteTable } from './decision/request/route-table.ts'
import type { ProofDeps } from './decision/sender.ts'
import { assessToken } from './decision/token/assessed-token.ts'
import type { IssuerStatus } from './documents/issuer-status.ts'
import { buildMetadataIndex } from './documents/protected-resource.ts'
import { buildRegistrationIndex, registrationState } from './documents/registration.ts'
import { createIntrospector, type IntrospectionDeps } from './issuers/introspector.ts'
import type { KeyRegistry } from './issuers/registry.ts'
import { createTokenCache, type LookupResult } from './issuers/token-cache.ts'

/** One configuration and all that was built from it. Replaced whole; a request keeps the one it begins with. */
export type Generation = ReturnType<typeof buildGeneration>

export interface GenerationDeps {
  readonly tokenCacheEntries: number
  /** Seconds since the epoch. */
  readonly now: () => number
  readonly onLookup: (result: LookupResult) => void
  readonly proofs: ProofDeps
  readonly introspection: Omit<IntrospectionDeps, 'findDocument'>
}

const MAX_TOKEN_CACHE_BYTES = 24 * 1024 * 1024

/** Connects what one configuration needs: its routes, the keys of its issuers, a token cache of its own. */
export function buildGeneration(config: Config, registry: KeyRegistry, deps: GenerationDeps) {
  const { findKeys, findDocument } = registry
  const issuers = { findKeys, introspect: createIntrospector({ ...deps.introspection, findDocument }) }
  const cache = createTokenCache({
    entries: deps.tokenCacheEntries,
    bytes: MAX_TOKEN_CACHE_BYTES,
    assess: (token, route) => assessToken(token, route, config.revocations, issuers),
    onLookup: deps.onLookup,
  })
  return {
    config,
    registry,
    policy: {
      routes: buildRouteTable(config.routes),
      assessToken: cache.assessToken,
      proofs: deps.proofs,
      now: deps.now,
    },
    metadata: buildMetadataIndex(config.routes, registry.findDocument),
    registrations: buildRegistrationIndex(config.routes),
    cachedTokens: cache.size,
    /** How each issuer fares, in the order of the configuration. */
    issuers: () => statusesOf(config, registry),
  }
}

function statusesOf({ issuers }: Config, registry: KeyRegistry): readonly IssuerStatus[] {
  return registry.statuses().map((status) => {
    const issuer = issuers.find(({ name }) => name === status.name)
    if (issuer?.registration === undefined) return status
    return { ...status, registration: registrationState(registry.findDocument(issuer)).kind }
  })
}
