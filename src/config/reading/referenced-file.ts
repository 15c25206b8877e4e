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
import { quote } from '../problem.ts'
import type { Place } from './places.ts'

/** A file of public keys: as it was written, and what of it can be used. */
export interface KeyFile<T> {
  readonly content: T
  /** At least one. */
  readonly keys: readonly ImportedKey[]
  readonly skipped: readonly SkippedKey[]
}

/** Shortest HS256 key (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32

/*
 * Each of these reads the file that is named at a place. What is wrong with it is reported there, by its name and never by
 * its content; then nothing is returned.
 */

/** The key set in a file: an RFC 7517 document with public keys only, of which at least one can be used. `uses`: of its keys. */
export function readKeySetFile(name: string, place: Place, uses?: readonly string[]): KeyFile<unknown> | undefined {
  return open(name, place, (bytes, refuse) => {
    let document: unknown
    try {
      document = JSON.parse(bytes.toString('utf8'))
    } catch {
      return refuse('is not JSON; it must hold a key set such as {"keys": [...]}')
    }
    const keys = isJsonObject(document) ? document['keys'] : undefined
    if (!Array.isArray(keys) || keys.length === 0)
      return refuse('holds no keys; it must be a key set such as {"keys": [...]}')
    for (const [index, key] of keys.entries()) {
      if (!isJsonObject(key) || withoutNulls(key)['kty'] === undefined)
        return refuse(`has no JSON Web Key at keys[${index}]`)
      if (hasPrivateMember(withoutNulls(key)))
        return refuse(`has a private or secret key at keys[${index}]; write public keys only`)
    }
    return usable(document, importJwkSet(document, uses), 'holds no keys', refuse)
  })
}

/** The public keys (or certificates) in a PEM file, of which at least one can be used. */
export function readPublicKeyFile(name: string, place: Place): KeyFile<string> | undefined {
  return open(name, place, (bytes, refuse) => {
    const pem = bytes.toString('utf8')
    if (/PRIVATE KEY-----/.test(pem)) return refuse('holds a private key; write the public key only')
    return usable(pem, importPem(pem), 'holds no public key in PEM (-----BEGIN PUBLIC KEY-----)', refuse)
  })
}

/** The shared secret in a file, without one trailing newline. */
export function readSecretFile(name: string, place: Place): Buffer | undefined {
  return open(name, place, (bytes, refuse) => {
    const secret = withoutNewline(bytes)
    if (secret.length >= MIN_SECRET_BYTES) return secret
    return refuse(`holds ${secret.length} bytes; a secret needs at least ${MIN_SECRET_BYTES} (RFC 7518 section 3.2)`)
  })
}

/** The secret of an OAuth client in a file, without one trailing newline: printable ASCII (RFC 6749 appendix A.2). */
export function readClientSecretFile(name: string, place: Place): string | undefined {
  return open(name, place, (bytes, refuse) => {
    const secret = withoutNewline(bytes).toString('latin1')
    if (secret === '') return refuse('is empty; write the secret of the client')
    if (/^[\x20-\x7e]+$/.test(secret)) return secret
    return refuse('holds no client secret; write one line of printable ASCII')
  })
}

/** The whole value of a header field in a file, without one trailing newline. */
export function readHeaderFile(name: string, place: Place): string | undefined {
  return open(name, place, (bytes, refuse) => {
    const value = withoutNewline(bytes).toString('latin1')
    if (value === '') return refuse('is empty; write the whole header value, such as Bearer abc')
    if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value
    return refuse('holds no header value; write one line of printable ASCII without blanks around it')
  })
}

/** Reports a problem of a file. */
type Refuse = (message: string) => undefined

function open<T>(name: string, place: Place, use: (bytes: Buffer, refuse: Refuse) => T): T | undefined {
  const refuse: Refuse = (message) => place.problem(`the file ${quote(name)} ${message}`)
  const content = place.read(name)
  return 'error' in content ? refuse(`cannot be read: ${content.error}`) : use(content.bytes, refuse)
}

function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}

/** What a file of keys holds, if that can be used; `otherwise` is the problem if it holds no key at all. */
function usable<T>(content: T, imported: KeyImport, otherwise: string, refuse: Refuse): KeyFile<T> | undefined {
  const { ok, skipped } = imported
  if (ok) return { content, keys: imported.keys, skipped }
  return refuse(
    skipped.length === 0 ? otherwise : `holds no usable key: ${describeSkipped(skipped)}; write ${USABLE_KEYS}`,
  )
}

const USABLE_KEYS = 'an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519'
