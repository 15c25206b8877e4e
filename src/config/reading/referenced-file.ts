import { isJsonObject } from '../../keys/json-object.ts'
import {
  describeSkipped,
  hasPrivateMember,
  type ImportedKey,
  importJwkSet,
  type KeyImport,
  type SkippedKey,
  withoutNulls,
} from '../../keys/jwk-import.ts'
import { importPem } from '../../keys/local-keys.ts'
import { type Path, quote } from '../problem.ts'

/** A file as it was read, or why it could not be. */
export type FileContent = { readonly bytes: Buffer } | { readonly error: string }

/** Gives the content of a file that the configuration names. `name` is as written, `at` says where. */
export type ReadNamedFile = (name: string, at: Path) => FileContent

/** What a referenced file holds, or what is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** A file of public keys: as it was written, and what of it can be used. */
export interface KeyFile<T> {
  readonly content: T
  /** At least one. */
  readonly keys: readonly ImportedKey[]
  readonly skipped: readonly SkippedKey[]
}

/** Shortest HS256 key (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32

/** The key set in a file: an RFC 7517 document with public keys only, of which at least one can be used. `uses`: of its keys. */
export function readKeySetFile(
  read: ReadNamedFile,
  name: string,
  at: Path,
  uses: readonly string[] | undefined,
): Read<KeyFile<unknown>> {
  return open(read, name, at, (bytes) => {
    let document: unknown
    try {
      document = JSON.parse(bytes.toString('utf8'))
    } catch {
      return wrong(name, 'is not JSON; it must hold a key set such as {"keys": [...]}')
    }
    const keys = isJsonObject(document) ? document['keys'] : undefined
    if (!Array.isArray(keys) || keys.length === 0)
      return wrong(name, 'holds no keys; it must be a key set such as {"keys": [...]}')
    for (const [index, key] of keys.entries()) {
      if (!isJsonObject(key) || withoutNulls(key)['kty'] === undefined)
        return wrong(name, `has no JSON Web Key at keys[${index}]`)
      if (hasPrivateMember(withoutNulls(key)))
        return wrong(name, `has a private or secret key at keys[${index}]; write public keys only`)
    }
    return usable(name, document, importJwkSet(document, uses), 'holds no keys')
  })
}

/** The public keys (or certificates) in a PEM file, of which at least one can be used. */
export function readPublicKeyFile(read: ReadNamedFile, name: string, at: Path): Read<KeyFile<string>> {
  return open(read, name, at, (bytes) => {
    const pem = bytes.toString('utf8')
    if (/PRIVATE KEY-----/.test(pem)) return wrong(name, 'holds a private key; write the public key only')
    return usable(name, pem, importPem(pem), 'holds no public key in PEM (-----BEGIN PUBLIC KEY-----)')
  })
}

/** The shared secret in a file, without one trailing newline. */
export function readSecretFile(read: ReadNamedFile, name: string, at: Path): Read<Buffer> {
  return open(read, name, at, (bytes) => {
    const secret = withoutNewline(bytes)
    if (secret.length >= MIN_SECRET_BYTES) return { ok: true, value: secret }
    return wrong(
      name,
      `holds ${secret.length} bytes; a secret needs at least ${MIN_SECRET_BYTES} (RFC 7518 section 3.2)`,
    )
  })
}

/** The secret of an OAuth client in a file, without one trailing newline: printable ASCII (RFC 6749 appendix A.2). */
export function readClientSecretFile(read: ReadNamedFile, name: string, at: Path): Read<string> {
  return open(read, name, at, (bytes) => {
    const secret = withoutNewline(bytes).toString('latin1')
    if (secret === '') return wrong(name, 'is empty; write the secret of the client')
    return /^[\x20-\x7e]+$/.test(secret)
      ? { ok: true, value: secret }
      : wrong(name, 'holds no client secret; write one line of printable ASCII')
  })
}

/** The whole value of a header field in a file, without one trailing newline. */
export function readHeaderFile(read: ReadNamedFile, name: string, at: Path): Read<string> {
  return open(read, name, at, (bytes) => {
    const value = withoutNewline(bytes).toString('latin1')
    if (value === '') return wrong(name, 'is empty; write the whole header value, such as Bearer abc')
    if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return { ok: true, value }
    return wrong(name, 'holds no header value; write one line of printable ASCII without blanks around it')
  })
}

function open<T>(read: ReadNamedFile, name: string, at: Path, use: (bytes: Buffer) => Read<T>): Read<T> {
  const content = read(name, at)
  return 'error' in content ? wrong(name, `cannot be read: ${content.error}`) : use(content.bytes)
}

/** Names the file, never its content. */
function wrong(name: string, message: string): { ok: false; message: string } {
  return { ok: false, message: `the file ${quote(name)} ${message}` }
}

/** Bytes as text; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}

/** What a file of keys holds, if that can be used; `otherwise` is the problem if it holds no key at all. */
function usable<T>(name: string, content: T, imported: KeyImport, otherwise: string): Read<KeyFile<T>> {
  const { ok, skipped } = imported
  if (ok) return { ok, value: { content, keys: imported.keys, skipped } }
  const why = `holds no usable key: ${describeSkipped(skipped)}`
  return wrong(name, skipped.length === 0 ? otherwise : `${why}; write ${USABLE_KEYS}`)
}

const USABLE_KEYS = 'an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519'
