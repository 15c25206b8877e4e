import type { Change } from './token-draft.ts'

/** Does something to the bytes of the signature. */
const signature = (edit: (bytes: Buffer, alg: string) => Buffer): Change => ({
  text: (token, alg) => {
    const at = token.lastIndexOf('.') + 1
    return token.slice(0, at) + edit(Buffer.from(token.slice(at), 'base64url'), alg).toString('base64url')
  },
})
const text = (edit: (token: string) => string): Change => ({ text: edit })
/** Replaces the last character of a segment by the next of the alphabet: the same bytes where bits of it are unused. */
const respell = (segment: number): Change =>
  text((token) =>
    token
      .split('.')
      .map((part, at) =>
        at === segment ? part.slice(0, -1) + NEXT.charAt((NEXT.indexOf(part.slice(-1)) + 1) % 64) : part,
      )
      .join('.'),
  )
const NEXT = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** RFC 7518 §3.4: r and s, each as long as the order of the curve. */
const ORDERS: ReadonlyMap<string, bigint> = new Map([
  ['ES256', 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ['ES384', 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n],
])

const ecdsa = (edit: (r: bigint, s: bigint, order: bigint) => readonly [bigint, bigint]): Change =>
  signature((bytes, alg) => {
    const order = ORDERS.get(alg)
    if (order === undefined) return bytes
    const half = bytes.length / 2
    const number = (part: Buffer) => BigInt(`0x0${part.toString('hex')}`)
    const [r, s] = edit(number(bytes.subarray(0, half)), number(bytes.subarray(half)), order)
    const write = (value: bigint) =>
      Buffer.from(
        value
          .toString(16)
          .padStart(half * 2, '0')
          .slice(-half * 2),
        'hex',
      )
    return Buffer.concat([write(r), write(s)])
  })

/** Who signed, how, and what became of the signature and of the three segments. */
export const SIGNATURE_CHANGES: Readonly<Record<string, Change>> = {
  'signed by a stranger': { key: 'stranger' },
  'unsigned, alg none': { header: { alg: 'none' }, signedAs: 'none' },
  'unsigned, alg None': { header: { alg: 'None' }, signedAs: 'none' },
  'alg none over a good signature': { header: { alg: 'none' } },
  'alg in small letters': { header: { alg: 'es256' }, signedAs: 'ES256' },
  'alg a number': { header: { alg: 256 } },
  'alg null': { header: { alg: null } },
  'alg a list': { header: { alg: ['ES256'] } },
  'alg ES256K': { header: { alg: 'ES256K' } },
  'HS256 with the PEM': { header: { alg: 'HS256', kid: 'RS256' }, signedAs: 'HS256', key: 'PEM as secret' },
  'HS256 with the PEM, no kid': { header: { alg: 'HS256', kid: undefined }, signedAs: 'HS256', key: 'PEM as secret' },
  'HS256 with the modulus': { header: { alg: 'HS256', kid: 'RS256' }, signedAs: 'HS256', key: 'modulus as secret' },
  'HS256 with nearly nothing': { header: { alg: 'HS256' }, signedAs: 'HS256', key: 'empty secret' },
  'RS256 over an HMAC': { header: { alg: 'RS256', kid: 'RS256' }, signedAs: 'HS256', key: 'PEM as secret' },
  'PS256 with a key for RS256': { header: { alg: 'PS256', kid: 'RS256' }, signedAs: 'PS256', key: 'RS256' },
  'RS256 with a key for PS256': { header: { alg: 'RS256', kid: 'PS256' }, signedAs: 'RS256', key: 'PS256' },
  'RS512 with a key for RS256': { header: { alg: 'RS512', kid: 'RS256' }, signedAs: 'RS512', key: 'RS256' },
  'PS256 over a signature of RS256': { header: { alg: 'PS256', kid: 'PS256' }, signedAs: 'RS256', key: 'PS256' },
  'RS256 over a signature of PS256': { header: { alg: 'RS256', kid: 'RS256' }, signedAs: 'PS256', key: 'RS256' },
  'RS256 with a key for anything': { header: { alg: 'RS256', kid: 'loose' }, signedAs: 'RS256', key: 'loose' },
  'PS384 with a key for anything': { header: { alg: 'PS384', kid: 'loose' }, signedAs: 'PS384', key: 'loose' },
  'ES256 with a key on another curve': { header: { alg: 'ES256', kid: 'ES384' }, signedAs: 'ES256', key: 'ES384' },
  'ES384 over a signature of ES256': { header: { alg: 'ES384', kid: 'ES384' }, signedAs: 'ES256', key: 'ES256' },
  'EdDSA with a key for ES256': { header: { alg: 'EdDSA', kid: 'ES256' } },
  'EdDSA with a key called Ed25519': { header: { alg: 'EdDSA', kid: 'Ed25519' }, signedAs: 'EdDSA', key: 'Ed25519' },
  'Ed25519 with a key called EdDSA': { header: { alg: 'Ed25519', kid: 'EdDSA' }, signedAs: 'EdDSA', key: 'EdDSA' },
  'signature empty': signature(() => Buffer.alloc(0)),
  'signature of zeros': signature((bytes) => Buffer.alloc(bytes.length)),
  'signature with another first byte': signature((bytes) => xor(bytes, 0)),
  'signature with another last byte': signature((bytes) => xor(bytes, bytes.length - 1)),
  'signature cut': signature((bytes) => bytes.subarray(0, -1)),
  'signature with a byte more': signature((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
  'signature with a zero in front': signature((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
  'signature backwards': signature((bytes) => Buffer.from(bytes.toReversed())),
  'signature in DER': signature((bytes, alg) => (alg.startsWith('ES') ? der(bytes) : bytes)),
  'signature with n - s': ecdsa((r, s, order) => [r, order - s]),
  'signature with s + n': ecdsa((r, s, order) => [r, s + order]),
  'signature with r = 0': ecdsa((_, s) => [0n, s]),
  'signature with s = 0': ecdsa((r) => [r, 0n]),
  'signature with r and s changed over': ecdsa((r, s) => [s, r]),
  'signature spelt otherwise': respell(2),
  'payload spelt otherwise': respell(1),
  'header spelt otherwise': respell(0),
  'payload of another token': text((token) => {
    const [head, body, tail] = token.split('.')
    const other = Buffer.from(
      Buffer.from(body ?? '', 'base64url')
        .toString()
        .replace('alice', 'admin'),
    )
    return `${head}.${other.toString('base64url')}.${tail}`
  }),
  'padded signature': text((token) => `${token}==`),
  'padded payload': text((token) => token.replace(/\.([^.]*)\./, '.$1=.')),
  'the other alphabet of base64': text((token) => token.replaceAll('-', '+').replaceAll('_', '/')),
  'a line break at the end': text((token) => `${token}\n`),
  'a blank within': text((token) => token.replace('.', ' .')),
  'two segments': text((token) => token.slice(0, token.lastIndexOf('.'))),
  'four segments': text((token) => `${token}.AAAA`),
  'five segments': text((token) => `${token}.AAAA.AAAA`),
  'a dot at the end': text((token) => `${token}.`),
  'a dot in front': text((token) => `.${token}`),
  'no payload': text((token) => token.replace(/\.[^.]*\./, '..')),
  'JSON serialisation': text((token) => {
    const [head, body, tail] = token.split('.')
    return JSON.stringify({ protected: head, payload: body, signature: tail })
  }),
  'scheme in capitals': { credentials: (token) => `BEARER ${token}` },
  'two spaces': { credentials: (token) => `Bearer  ${token}` },
  'a tab': { credentials: (token) => `Bearer\t${token}` },
  'a word after it': { credentials: (token) => `Bearer ${token} x` },
  'scheme Basic': { credentials: (token) => `Basic ${token}` },
  'no scheme': { credentials: (token) => token },
}

function xor(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))
}

function der(bytes: Buffer): Buffer {
  const integer = (part: Buffer) => Buffer.concat([Buffer.from([2, part.length + 1, 0]), part])
  const half = bytes.length / 2
  const body = Buffer.concat([integer(bytes.subarray(0, half)), integer(bytes.subarray(half))])
  return Buffer.concat([Buffer.from(body.length > 127 ? [0x30, 0x81, body.length] : [0x30, body.length]), body])
}
