import { type Changes, changesBetween } from './config/changes.ts'
import type { Config } from './config/model.ts'
import type { Problem } from './config/problem.ts'
import type { Watch } from './config/reading/watch-files.ts'
import type { Loaded, Source } from './config/source.ts'
import { inSlices } from './config/steps.ts'
import { type WatchOptions, watch } from './config/watch.ts'
import type { Generation } from './generation.ts'
import type { InForce } from './in-force.ts'
import type { KeyRegistry } from './issuers/registry.ts'

export interface ReloadDeps extends Pick<WatchOptions, 'now' | 'interval'> {
  readonly inForce: Pick<InForce, 'generation' | 'replaceGeneration'>
  /** Opens the key sets of a configuration; issuers that are unchanged keep theirs. */
  readonly openRegistry: (config: Config, previous: KeyRegistry) => KeyRegistry
  readonly build: (config: Config, registry: KeyRegistry) => Generation
  /** A new reading, good or bad. */
  readonly onConfigurationRead: (loaded: Loaded) => void
  /** A configuration is in force. */
  readonly onConfiguration: (config: Config, warnings: readonly Problem[], changes: Changes) => void
  /** The issuers in force may be others. */
  readonly onIssuers: () => void
  readonly onConfigurationRefused: (problems: readonly Problem[]) => void
  readonly onConfigurationNotice: (notice: string) => void
  readonly onBug: (error: unknown) => void
}

/**
 * Watches the configuration. A good one is put in force whole, a bad one changes nothing. Meanwhile requests go on under the
 * old one: first the new issuers get their keys, or have had
 * their time (5 s). One reload after the other, so that one that waits cannot overwrite the next.
 */
export function followConfiguration(source: Source, loaded: Loaded, deps: ReloadDeps): Watch {
  let closed = false
  let opening: KeyRegistry | undefined
  let last = Promise.resolve()

  const reload = async ({ parsed: next }: Loaded): Promise<void> => {
    if (!next.ok) return deps.onConfigurationRefused(next.problems)
    const { config, registry: before } = deps.inForce.generation()
    const changes = await inSlices(changesBetween(config, next.config))
    if (closed) return
    opening = deps.openRegistry(next.config, before)
    const registry = opening
    await registry.ready
    opening = undefined
    if (closed) return
    deps.inForce.replaceGeneration(deps.build(next.config, registry))
    deps.onConfiguration(next.config, next.warnings, changes)
    deps.onIssuers()
    before.close(registry)
  }

  const watcher = watch(source, {
    ...deps,
    loaded,
    onChange(changed) {
      deps.onConfigurationRead(changed)
      last = last.then(() => (closed ? undefined : reload(changed))).catch(deps.onBug)
    },
    onNotice: deps.onConfigurationNotice,
  })
  return {
    ...watcher,
    /** Nothing is put in force any more, and key sets that are only being opened are ended. */
    close() {
      closed = true
      watcher.close()
      opening?.close()
    },
  }
}
