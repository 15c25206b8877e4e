import { createHash } from 'node:crypto'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import type { FileContent } from './referenced-file.ts'
import { FILE_LIMIT } from './yaml-document.ts'

/** Files as they were together at one moment, by the name under which they were asked for. */
export interface Generation {
  /** The configuration files, in the order of their names. */
  readonly config: ReadonlyMap<string, FileContent>
  /** The files that these name. */
  readonly named: ReadonlyMap<string, FileContent>
  /** SHA-256 over every name and byte. */
  readonly hash: string
  /** True when a file was missing, as in the middle of an update. */
  readonly torn: boolean
}

/**
 * Reads a configuration file, or every `*.yaml` and `*.yml` of a directory, and the files that these are known to name.
 * kubelet updates a mounted ConfigMap by swapping its `..data` link; that link is resolved once, so that all files of a
 * directory are of one generation. Never throws: what cannot be read is content, too.
 */
export async function readGeneration(path: string, names: Iterable<string>): Promise<Generation> {
  const read = createReader()
  const files = await configFiles(path)
  const config = new Map<string, FileContent>(
    'error' in files ? [[normalize(path), files]] : await Promise.all(files.names.map(read)),
  )
  const named = new Map(await Promise.all(Array.from(new Set(names)).toSorted().map(read)))
  const contents = [...config.values(), ...named.values()]
  return { config, named, hash: hashOf(config, named), torn: contents.some(isMissing) }
}

/** Reads files that belong together, as a certificate and its key do, under the same promises. */
export async function readTogether(names: Iterable<string>): Promise<Pick<Generation, 'named' | 'hash' | 'torn'>> {
  const named = new Map(await Promise.all(Array.from(names, createReader())))
  return { named, hash: hashOf(named), torn: [...named.values()].some(isMissing) }
}

/** Reads files of one moment: the `..data` link of a directory is resolved when its first file is asked for. */
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

function isMissing(content: FileContent): boolean {
  return 'error' in content && content.error === MISSING
}

async function dataDirectory(directory: string): Promise<string> {
  return realpath(join(directory, '..data')).catch(() => directory)
}

async function configFiles(path: string): Promise<{ readonly names: readonly string[] } | { readonly error: string }> {
  try {
    if (!(await stat(path)).isDirectory()) return { names: [normalize(path)] }
    const names = await readdir(await dataDirectory(path))
    const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted()
    if (files.length === 0) return { error: 'it is a directory without a *.yaml file' }
    return { names: files.map((name) => join(path, name)) }
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
      while (size <= FILE_LIMIT) {
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
      return 'this process is not allowed to'
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
