import { setTimeout as sleep } from 'node:timers/promises'
import { quote } from '../problem.ts'

/** A file as it was read, or why it could not be. */
export type FileContent = { readonly bytes: Buffer } | { readonly error: string }

/** Files as they were read together. */
export interface Reading {
  readonly contents: ReadonlyMap<string, FileContent>
  /** Over every name and byte. */
  readonly hash: string
}

export interface AtRestOptions<R extends Reading> {
  readonly read: () => Promise<R>
  /** The hash of what was reported last. */
  readonly lastHash: string
  /** The files that are in force. */
  readonly inForce: Reading['contents']
  readonly closed: () => boolean
  /** Called for each file that looks half written. */
  readonly onNotice: (message: string) => void
}

/** A file that is written in place is seen half done, and half a route may require less than the whole. */
const AT_REST_MS = 250

/** A writer that stalls, or a full disk, leaves the beginning of a file: whole lines, and the last rules are gone. */
const CUT_SHORT_MS = 2000

/**
 * A changed reading that has come to rest; undefined while nothing changed or it is still being written: the next look,
 * which every write hastens, sees more of it. What is only the beginning of what is in force has to rest for longer.
 */
export async function readAtRest<R extends Reading>(options: AtRestOptions<R>): Promise<R | undefined> {
  const { read, lastHash, inForce, closed, onNotice } = options
  const { hash } = await read()
  if (closed() || hash === lastHash) return undefined
  const rested = async (milliseconds: number): Promise<R | undefined> => {
    await sleep(milliseconds)
    const reading = await read()
    return closed() || reading.hash !== hash ? undefined : reading
  }
  const reading = await rested(AT_REST_MS)
  if (reading === undefined) return undefined
  const cut = cutShort(inForce, reading.contents)
  if (cut.length === 0) return reading
  for (const file of cut) {
    onNotice(
      `the file ${quote(file)} is now only the beginning of the one in force, as if half written; it is taken in 2 s if it stays so. Replace files by renaming`,
    )
  }
  return rested(CUT_SHORT_MS)
}

function cutShort(inForce: Reading['contents'], next: Reading['contents']): readonly string[] {
  return [...next].flatMap(([file, content]) => {
    const before = inForce.get(file)
    if (before === undefined || 'error' in before || 'error' in content) return []
    const { length } = content.bytes
    return length < before.bytes.length && before.bytes.subarray(0, length).equals(content.bytes) ? [file] : []
  })
}
