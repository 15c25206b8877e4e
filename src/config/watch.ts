import { setTimeout as sleep } from 'node:timers/promises'
import { readGeneration } from './generation.ts'
import { type Loaded, load, type Source } from './source.ts'
import { type Watch, watchFiles } from './watch-files.ts'

export interface WatchOptions {
  /** The reading that is in use; changes are told from it on. */
  readonly loaded: Loaded
  /** Seconds since the epoch. */
  readonly now: () => number
  /** Milliseconds between two looks at the content. */
  readonly interval?: number
  /** Told once for each new content, good or bad. */
  readonly onChange: (loaded: Loaded) => void
  /** Told once for what keeps a change from being seen. */
  readonly onNotice: (message: string) => void
}

/** A file that is written in place is seen half done, and half a route may ask for less than the whole. */
const AT_REST_MS = 250

/** Tells each change of the configuration and of the files that it names, by their content. */
export function watch(source: Source, options: WatchOptions): Watch {
  if (source.kind === 'environment') return { check: async () => {}, close: () => {} }
  const { path } = source
  const { interval, onChange, onNotice, now } = options
  let current = options.loaded
  return watchFiles({
    files: () => [path, ...current.namedFiles],
    what: 'the configuration',
    async look(closed) {
      const { hash } = await readGeneration(path, current.namedFiles)
      if (closed() || hash === current.hash) return
      await sleep(AT_REST_MS)
      // Still being written: the next look, which every write hastens, sees more of it.
      if (closed() || (await readGeneration(path, current.namedFiles)).hash !== hash) return
      const loaded = await load(source, now())
      if (closed() || loaded.hash === current.hash) return
      current = loaded
      onChange(loaded)
    },
    onNotice,
    ...(interval === undefined ? {} : { interval }),
  })
}
