import fc, { type Arbitrary } from 'fast-check'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SPECIAL = '.=+/~ \t\n\r\0"%\u00e9'

const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const decode = (text: string) => Buffer.from(text, 'base64url')

/** A genuine token after something was done to its characters, its segments, its header or its payload; or nothing. */
export function brokenTokens(tokens: readonly string[]): Arbitrary<string> {
  const token = fc.constantFrom(...tokens)
  const steps = fc.array(fc.oneof(characters(), segments(token), members(), spellings()), { maxLength: 3 })
  return fc.tuple(token, steps).map(([text, edits]) => edits.reduce((broken, edit) => edit(broken), text))
}

type Edit = (token: string) => string

function characters(): Arbitrary<Edit> {
  const character = fc.constantFrom(...ALPHABET, ...SPECIAL)
  return fc
    .tuple(fc.nat(), character, fc.constantFrom('replace', 'insert', 'remove', 'flip', 'repeat'))
    .map(([place, one, what]) => (token) => {
      const at = place % (token.length + 1)
      const rest = token.slice(at + 1)
      if (what === 'insert') return token.slice(0, at) + one + token.slice(at)
      if (what === 'remove') return token.slice(0, at) + rest
      if (what === 'repeat') return token.slice(0, at) + token.slice(Math.max(0, at - 3))
      if (what === 'flip') return token.slice(0, at) + swapCase(token.charAt(at)) + rest
      return token.slice(0, at) + one + rest
    })
}

function segments(others: Arbitrary<string>): Arbitrary<Edit> {
  return fc
    .tuple(others, fc.nat(2), fc.constantFrom('exchange', 'drop', 'double', 'empty', 'bits', 'zeros'))
    .map(([other, which, what]) => (token) => {
      const parts = token.split('.')
      const part = parts[which] ?? ''
      if (what === 'drop') parts.splice(which, 1)
      else if (what === 'double') parts.splice(which, 0, part)
      else if (what === 'empty') parts[which] = ''
      else if (what === 'zeros') parts[which] = encode(Buffer.alloc(64))
      else if (what === 'exchange') parts[which] = other.split('.')[which] ?? ''
      else parts[which] = flipBit(part, token.length)
      return parts.join('.')
    })
}

/** The same bytes in other characters: unused bits of the last one, padding, the other alphabet, blanks. */
function spellings(): Arbitrary<Edit> {
  return fc
    .tuple(fc.nat(2), fc.integer({ min: 1, max: 15 }), fc.constantFrom('bits', '=', '==', '\n', ' ', '+/'))
    .map(([which, step, what]) => (token) => {
      if (what === '+/') return token.replaceAll('-', '+').replaceAll('_', '/')
      const respelt = (part: string) =>
        what === 'bits'
          ? part.slice(0, -1) + ALPHABET.charAt((ALPHABET.indexOf(part.slice(-1)) ^ step) % 64)
          : part + what
      return token
        .split('.')
        .map((part, at) => (at === which ? respelt(part) : part))
        .join('.')
    })
}

/** Header or payload as JSON, changed, under the signature of what it was. */
function members(): Arbitrary<Edit> {
  const name = fc.constantFrom(
    ...['alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'scope'],
    ...['client_id', 'cnf', '__proto__', 'constructor'],
  )
  const value = fc.oneof(
    fc.constantFrom<unknown>('none', 'HS256', 'ES256', 'EdDSA', 'one', null, true, 0, -1, 1e308, [], {}, 'mcp:admin'),
    fc.json().map((text): unknown => JSON.parse(text)),
  )
  return fc
    .tuple(fc.boolean(), name, value, fc.constantFrom('set', 'remove', 'first', 'blank'))
    .map(([inHeader, member, what, how]) => (token) => {
      const parts = token.split('.')
      const at = inHeader ? 0 : 1
      const json = decode(parts[at] ?? '').toString()
      parts[at] = encode(change(json, member, what, how))
      return parts.join('.')
    })
}

function change(json: string, member: string, value: unknown, how: string): string {
  if (how === 'blank') return `${json} `
  if (how === 'first') return json.replace('{', `{${JSON.stringify(member)}:${JSON.stringify(value)},`)
  try {
    const object = JSON.parse(json)
    if (how === 'remove') delete object[member]
    else Object.defineProperty(object, member, { value, enumerable: true, configurable: true, writable: true })
    return JSON.stringify(object)
  } catch {
    return json
  }
}

function flipBit(part: string, seed: number): string {
  const bytes = decode(part)
  const at = seed % Math.max(1, bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (seed % 8))
  return encode(bytes)
}

function swapCase(character: string): string {
  return character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()
}
