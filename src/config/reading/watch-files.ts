import { type FSWatcher, watch as watchDirectory } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface WatchFilesOptions {
  /** The files, or directories of them, that are to be watched now. */
  readonly files: () => readonly string[]
  /** What they are, for messages. */
  readonly what: string
  /** Compares their content with what is known and reports the change; calls `closed` after every wait. */
  readonly look: (closed: () => boolean) => Promise<void>
  /** Milliseconds between two looks at the content. */
  readonly interval?: number | undefined
  /** Called once for each thing that keeps a change from being seen, and for a file that looks half written. */
  readonly onNotice: (message: string) => void
}

export interface Watch {
  /** Looks now; resolved when what it found has been reported. */
  check(): Promise<void>
  /** Stops everything; nothing is reported afterwards. */
  close(): void
}

/** kubelet itself lags by up to a minute, so that two seconds are soon. */
const INTERVAL_MS = 2000

/** An editor or kubelet needs several steps for one change. */
const DEBOUNCE_MS = 50

/**
 * Looks again and again, one look at a time. Events of the file system only hasten the next one: they are lost on some
 * mounts, and may be used up for the whole machine (EMFILE).
 */
export function watchFiles({ files, what, look, interval = INTERVAL_MS, onNotice }: WatchFilesOptions): Watch {
  const watchers = new Map<string, FSWatcher>()
  const noticed = new Set<string>()
  let closed = false
  let hastened: NodeJS.Timeout | undefined
  let last = Promise.resolve()

  const check = (): Promise<void> => {
    // One at a time: the order of two looks must not be that of their disks.
    last = last
      .then(() => (closed ? undefined : look(() => closed)))
      .catch((error: unknown) => notice(`${what} could not be read: ${String(error)}`))
    return last
  }

  const poll = async () => {
    await check()
    await noticeSubPath()
    await attach()
    if (!closed) polling = setTimeout(() => void poll(), interval).unref()
  }

  const hasten = () => {
    clearTimeout(hastened)
    if (!closed) hastened = setTimeout(() => void check(), DEBOUNCE_MS).unref()
  }

  const notice = (message: string) => {
    if (closed || noticed.has(message)) return
    noticed.add(message)
    onNotice(message)
  }

  /** A file that was mounted alone never changes: its directory entry is gone. */
  const noticeSubPath = async () => {
    for (const file of files()) {
      const status = await stat(file).catch(() => undefined)
      if (status?.isFile() && status.nlink === 0) {
        notice(`${file} was mounted with subPath; hot reload is impossible, mount the whole directory instead`)
      }
    }
  }

  const attach = async () => {
    const wanted = new Set(await Promise.all(files().map(directoryOf)))
    if (closed) return
    for (const [directory, watcher] of watchers) if (!wanted.has(directory)) detach(directory, watcher)
    for (const directory of wanted) {
      if (watchers.has(directory)) continue
      try {
        const watcher = watchDirectory(directory, { persistent: false }, hasten)
        watcher.on('error', () => detach(directory, watcher))
        watchers.set(directory, watcher)
      } catch {
        // No inotify instance left, or no such directory: looking at intervals does without.
      }
    }
  }

  const detach = (directory: string, watcher: FSWatcher) => {
    watcher.close()
    if (watchers.get(directory) === watcher) watchers.delete(directory)
  }

  let polling = setTimeout(() => void poll(), interval).unref()
  void attach().then(noticeSubPath)
  return {
    check,
    close() {
      closed = true
      clearTimeout(polling)
      clearTimeout(hastened)
      for (const [directory, watcher] of watchers) detach(directory, watcher)
    },
  }
}

async function directoryOf(file: string): Promise<string> {
  const isDirectory = (await stat(file).catch(() => undefined))?.isDirectory() === true
  return isDirectory ? file : dirname(file)
}
