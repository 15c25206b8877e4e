import type { Config } from './config/model.ts'
import type { Problem } from './config/problem.ts'
import type { Loaded } from './config/source.ts'
import type { KeyRegistry } from './issuers/registry.ts'

export interface ReloadDeps {
  /** The key sets in use. */
  readonly registry: () => KeyRegistry
  /** Opens those of a configuration; issuers that are unchanged keep theirs. */
  readonly openRegistry: (config: Config, previous: KeyRegistry) => KeyRegistry
  /** Puts a configuration and its key sets in force. */
  readonly apply: (config: Config, registry: KeyRegistry, warnings: readonly Problem[]) => void
  readonly onRefused: (problems: readonly Problem[]) => void
  readonly onBug: (error: unknown) => void
}

export interface Reloads {
  /** Takes a new reading of the configuration. Good: it is put in force whole. Bad: nothing changes. */
  readonly take: (loaded: Loaded) => void
  /** Nothing is put in force any more, and key sets that are only being opened are ended. */
  readonly close: () => void
}

/**
 * Replaces the configuration while requests go on under the old one: first the new issuers get their keys, or have had
 * their time (5 s). One reload after the other, so that one that waits cannot overwrite the next.
 */
export function createReloads(ports: ReloadDeps): Reloads {
  let closed = false
  let opening: KeyRegistry | undefined
  let last = Promise.resolve()

  const reload = async ({ parsed: next }: Loaded): Promise<void> => {
    if (!next.ok) return ports.onRefused(next.problems)
    const before = ports.registry()
    opening = ports.openRegistry(next.config, before)
    const registry = opening
    await registry.ready
    opening = undefined
    if (closed) return
    ports.apply(next.config, registry, next.warnings)
    before.close(registry)
  }

  return {
    take(loaded) {
      last = last.then(() => (closed ? undefined : reload(loaded))).catch(ports.onBug)
    },
    close() {
      closed = true
      opening?.close()
    },
  }
}
