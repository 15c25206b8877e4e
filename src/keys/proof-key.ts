import { hash, type KeyObject } from 'node:crypto'
import { algorithmFitsKey } from './algorithm-table.ts'
import { isJsonObject } from './json-object.ts'
import { hasPrivateMember, importMembers, type PublicMembers, publicMembers, readPurpose } from './jwk-import.ts'

/** A modulus of 4,096 bits as base64url: a larger one is refused before any arithmetic is done with it. */
const MAX_MODULUS_CHARACTERS = 683
/** An exponent of 32 bits; the time of a check grows with it. All that is in use are 3 and 65,537. */
const MAX_EXPONENT_CHARACTERS = 6
/** A coordinate on P-521, the longest of the curves. */
const MAX_COORDINATE_CHARACTERS = 88

/** The key of a proof before it is imported, with its thumbprint (RFC 7638). */
export interface ProofJwk {
  readonly members: PublicMembers
  readonly thumbprint: string
  /** The `alg` that the JWK declares, if any. */
  readonly alg: string | undefined
}

/**
 * Reads the `jwk` of a proof's header: a public key of a bounded size, for signatures. Not yet imported, so that a key that
 * no token is bound to costs nothing. A member that is null is not absent here: the client made this very object for us.
 */
export function readProofJwk(jwk: unknown): ProofJwk | string {
  if (!isJsonObject(jwk)) return 'not an object'
  if (hasPrivateMember(jwk)) return 'a private or shared key'
  const purpose = readPurpose(jwk)
  if (!purpose.ok) return purpose.reason
  const members = publicMembers(jwk)
  if (typeof members === 'string') return members
  const size = refuseSize(members)
  return size ?? { members, thumbprint: thumbprintOf(members), alg: purpose.alg }
}

/** What the decision needs of the imported keys: this key, or why it is not used. May remember keys by their thumbprint. */
export type ImportProofKey = (jwk: ProofJwk) => KeyObject | string

/** Imports a key that has been read. */
export function importProofKey({ members }: ProofJwk): KeyObject | string {
  return importMembers(members)
}

/** Whether a proof with this `alg` can be signed by this key, also by what the key says of itself. */
export function proofKeyFits({ alg: declared }: ProofJwk, key: KeyObject, alg: string): boolean {
  return algorithmFitsKey(alg, key) && (declared === undefined || algorithmFitsKey(declared, key))
}

/** SHA-256 of the required members in lexicographic order, as base64url (RFC 7638 §3). */
export function thumbprintOf(members: PublicMembers): string {
  const ordered = Object.fromEntries(Object.entries(members).sort(([left], [right]) => (left < right ? -1 : 1)))
  return hash('sha256', JSON.stringify(ordered), 'base64url')
}

function refuseSize(members: PublicMembers): string | undefined {
  if (members.kty !== 'RSA') {
    const coordinates = members.kty === 'EC' ? [members.x, members.y] : [members.x]
    return coordinates.some(({ length }) => length > MAX_COORDINATE_CHARACTERS) ? 'a coordinate is too long' : undefined
  }
  if (members.n.length > MAX_MODULUS_CHARACTERS) return 'RSA with more than 4096 bits'
  return members.e.length > MAX_EXPONENT_CHARACTERS ? 'RSA with an exponent of more than 32 bits' : undefined
}
