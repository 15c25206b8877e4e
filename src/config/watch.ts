import { readAtRest } from './reading/at-rest.ts'
import { readSnapshot } from './reading/snapshot.ts'
import { type Watch, type WatchFilesOptions, watchFiles } from './reading/watch-files.ts'
import { type Loaded, loadSnapshot, type Source } from './source.ts'

export interface WatchOptions extends Pick<WatchFilesOptions, 'interval' | 'onNotice'> {
  /** The reading that is in use; changes after it are reported. */
  readonly loaded: Loaded
  /** Seconds since the epoch. */
  readonly now: () => number
  /** Called once for each new content, good or bad. */
  readonly onChange: (loaded: Loaded) => void
}

/** Reports each change of the configuration and of the files that it names, by their content. */
export function watch(source: Source, options: WatchOptions): Watch {
  if (source.kind === 'environment') return { check: async () => {}, close: () => {} }
  const { path } = source
  const { interval, onChange, onNotice, now } = options
  let last = options.loaded
  let inForce = options.loaded.contents
  return watchFiles({
    files: () => [path, ...last.namedFiles],
    what: 'the configuration',
    async look(closed) {
      const read = () => readSnapshot(path, last.namedFiles)
      const snapshot = await readAtRest({ read, lastHash: last.hash, inForce, closed, onNotice })
      if (snapshot === undefined) return
      // These very bytes were at rest; read once more, they might be those of the next write.
      const loaded = await loadSnapshot(path, snapshot, now())
      if (closed() || loaded.hash === last.hash) return
      last = loaded
      if (loaded.parsed.ok) inForce = loaded.contents
      onChange(loaded)
    },
    onNotice,
    interval,
  })
}
