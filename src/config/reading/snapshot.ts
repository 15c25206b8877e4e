import { createHash } from 'node:crypto'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, normalize, resolve } from 'node:path'
import type { FileContent, Reading } from './at-rest.ts'
import { MAX_FILE_BYTES } from './yaml-document.ts'

/** Files as they were together at one moment, by the name under which they were requested. */
export interface Snapshot extends Reading {
  /** The configuration files, in the order of their names. */
  readonly config: ReadonlyMap<string, FileContent>
  /** The files that these name. */
  readonly named: ReadonlyMap<string, FileContent>
  /** What else lies in a directory of files and is not read. */
  readonly unread: readonly string[]
  /** True when a file was missing, as in the middle of an update. */
  readonly torn: boolean
}

/**
 * Reads a configuration file, or every `*.yaml`, `*.yml` and `*.json` of a directory, and the files that these are known
 * to name; a file of the directory that is named, such as a key set, is not part of the configuration.
 * kubelet updates a mounted ConfigMap by swapping its `..data` link; that link is resolved once, so that all files of a
 * directory are of one generation. Never throws: what cannot be read is content, too.
 */
export async function readSnapshot(path: string, names: Iterable<string>): Promise<Snapshot> {
  const read = createReader()
  const files = await configFiles(path)
  const ownUse = new Set(Array.from(names, (name) => resolve(name)))
  const config = new Map<string, FileContent>(
    'error' in files
      ? [[normalize(path), files]]
      : await Promise.all(files.names.filter((name) => !ownUse.has(resolve(name))).map(read)),
  )
  const named = new Map(await Promise.all(Array.from(new Set(names)).toSorted().map(read)))
  const contents = new Map([...config, ...named])
  const unread = 'error' in files ? [] : files.unread.filter((name) => !ownUse.has(resolve(name)))
  return { config, named, contents, unread, hash: hashOf(config, named), torn: contents.values().some(isMissing) }
}

/** Reads files that belong together, as a certificate and its key do, under the same promises. */
export async function readTogether(names: Iterable<string>): Promise<Reading> {
  const contents = new Map(await Promise.all(Array.from(names, createReader())))
  return { contents, hash: hashOf(contents) }
}

/** Reads files of one moment: the `..data` link of a directory is resolved when its first file is read. */
function createReader(): (file: string) => Promise<readonly [string, FileContent]> {
  const directories = new Map<string, Promise<string>>()
  const locate = async (file: string): Promise<string> => {
    const directory = dirname(file)
    const known = directories.get(directory) ?? dataDirectory(directory)
    directories.set(directory, known)
    return join(await known, basename(file))
  }
  return async (file) => {
    const content = await readFile(await locate(file))
    // A file beside a ConfigMap's own (subPath) is not below `..data`.
    return [file, isMissing(content) ? await readFile(file) : content]
  }
}

const MISSING = 'there is no such file'

/** Whether a file could not be read because it is not there. */
export function isMissing(content: FileContent): boolean {
  return 'error' in content && content.error === MISSING
}

async function dataDirectory(directory: string): Promise<string> {
  return realpath(join(directory, '..data')).catch(() => directory)
}

/** The suffixes are those of the reference, in lower case: whether a file system ignores case is not guessed. */
const PART = /^[^.].*\.(?:ya?ml|json)$/

interface ConfigFiles {
  readonly names: readonly string[]
  readonly unread: readonly string[]
}

async function configFiles(path: string): Promise<ConfigFiles | { readonly error: string }> {
  try {
    if (!(await stat(path)).isDirectory()) return { names: [normalize(path)], unread: [] }
    const names = await readdir(await dataDirectory(path))
    const visible = names.filter((name) => !name.startsWith('.')).toSorted()
    const place = (name: string) => join(path, name)
    const files = visible.filter((name) => PART.test(name)).map(place)
    if (files.length === 0) return { error: 'it is a directory without a *.yaml file' }
    return { names: files, unread: visible.filter((name) => !PART.test(name)).map(place) }
  } catch (error) {
    return { error: explain(error) }
  }
}

async function readFile(path: string): Promise<FileContent> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) return { error: 'it is not a file' }
    const handle = await open(path)
    try {
      const chunks: Buffer[] = []
      let size = 0
      while (size <= MAX_FILE_BYTES) {
        const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(64 * 1024) })
        if (bytesRead === 0) return { bytes: Buffer.concat(chunks) }
        size += bytesRead
        chunks.push(buffer.subarray(0, bytesRead))
      }
      return { error: 'it is larger than 1 MiB' }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { error: explain(error) }
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  switch (code) {
    case 'ENOENT':
      return MISSING
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    default:
      return code
  }
}

function hashOf(...groups: readonly ReadonlyMap<string, FileContent>[]): string {
  const hash = createHash('sha256')
  for (const group of groups) {
    hash.update(`group ${group.size}\n`)
    for (const [name, content] of group) {
      const bytes = 'bytes' in content ? content.bytes : Buffer.from(content.error)
      hash.update(`${JSON.stringify(name)} ${'bytes' in content} ${bytes.length}\n`).update(bytes)
    }
  }
  return hash.digest('hex')
}
