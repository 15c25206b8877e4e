import { setMaxListeners } from 'node:events'
import type { Config } from '../config/model.ts'
import type { ProofDeps } from '../decision/sender.ts'
import { systemClock } from './clock.ts'
import { createActiveTokens, type IntrospectionDeps } from './introspector.ts'
import type { KeySetDeps } from './key-set.ts'
import { createProofKeys, createUsedProofs } from './proofs.ts'
import { type KeyRegistry, openRegistry } from './registry.ts'

export interface AskingDeps extends Pick<KeySetDeps, 'onRefresh'>, Pick<IntrospectionDeps, 'onIntrospection'> {
  readonly fetch: typeof fetch
}

/**
 * What a process needs to ask issuers for keys and about tokens, and to judge proofs, whichever configuration is in force.
 * Nothing is fetched before a registry is opened.
 */
export function prepareAsking({ fetch, onRefresh, onIntrospection }: AskingDeps) {
  const closing = new AbortController()
  // Every question that is under way listens to it.
  setMaxListeners(0, closing.signal)
  const outside = { fetch, clock: systemClock }
  return {
    /** Opens the key sets of a configuration; issuers that are unchanged keep those of `previous`. */
    openRegistry: ({ issuers }: Pick<Config, 'issuers'>, previous?: KeyRegistry) =>
      openRegistry(issuers, { ...outside, random: Math.random, onRefresh }, previous),
    proofs: createProofDeps(),
    introspection: { ...outside, signal: closing.signal, activeTokens: createActiveTokens(), onIntrospection },
    /** Ends the questions about tokens that are under way; key sets are closed by their registry. */
    close: () => closing.abort(),
  }
}

/** What proofs are judged with: the memory of a process. */
export function createProofDeps(): ProofDeps {
  return { importKey: createProofKeys(), useProof: createUsedProofs() }
}
