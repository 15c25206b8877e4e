import type { KeyObject } from 'node:crypto'

/**
 * Why an RSA key must not be used, or undefined; keys of another type pass. RFC 7518 §3.3 wants 2048 bits at least. An
 * exponent below 3 or an even one makes a signature that any client can forge (exponent 1: the signature is the message).
 */
export function refuseWeakRsa(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== 'rsa') return undefined
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n
  if (bits < 2048) return `RSA with ${bits} bits, fewer than 2048`
  if (bits > 16_384) return `RSA with ${bits} bits, more than OpenSSL verifies`
  if (exponent < 3n || exponent % 2n === 0n) return `RSA with the exponent ${exponent}`
  return undefined
}
