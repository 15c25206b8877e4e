import fc, { type Arbitrary } from 'fast-check'
import { parse, stringify } from 'yaml'

/** Right configurations after an edit: as text, line by line, or as a tree of keys and values. */
export function editedConfigs(texts: readonly string[]): Arbitrary<string> {
  const words = [...new Set(texts.flatMap((text) => text.match(/[A-Za-z0-9_@/.:+~-]+/g) ?? []))]
  const word = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: odd })
  const edit = fc.oneof(lines(), replaceWord(word), insert(word), tree(word))
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 0, maxLength: 3 }))
    .map(([text, edits]) => edits.reduce((edited, next) => next(edited), text))
}

type Edit = (text: string) => string

/** What people and programs write by mistake, and what attackers write on purpose. */
const odd = fc.constantFrom(
  ...[
    '',
    '~',
    'null',
    'true',
    'yes',
    '0',
    '-1',
    '.inf',
    '.nan',
    '1e400',
    '0x10',
    '!!binary aGk=',
    '&a',
    '*a',
    '<<',
    '? a',
  ],
  ...[
    '__proto__',
    'constructor',
    'Authorization',
    'X-Forwarded-Host',
    'X_Auth',
    'Host',
    'Cookie',
    'unchecked',
    'observe',
  ],
  ...[
    'http://id.example.com',
    'http://localhost',
    'http://id.svc',
    'https://user:pw@id.example.com',
    'file:///etc/passwd',
  ],
  ...[
    'https://[::1',
    'https://id.example.com#x',
    'https://api.example.com/../x',
    'https://api.example.com/a;b',
    '/a/../b',
  ],
  ...[
    'secretFile: secret.txt',
    'secretFile: short.txt',
    'publicKeyFile: weak.pem',
    'jwksFile: private.jwks',
    'HS256',
    'none',
  ],
  ...[
    '61s',
    '60s',
    '0s',
    '1000000000d',
    '-5m',
    '2099-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '"',
    "'",
    '[',
    '}',
    '|',
    '>',
    '#',
  ],
  ...['\t', '\u00a0', '\u2028', '\u0000', '\ufeff', 'é', '😀', '%YAML 1.1', '---', '...', '- ', ': '],
)

function lines(): Arbitrary<Edit> {
  return fc
    .tuple(fc.nat(), fc.nat(), fc.constantFrom('remove', 'double', 'swap', 'indent', 'outdent', 'join', 'cut'))
    .map(([a, b, what]) => (text) => {
      const all = text.split('\n')
      const at = a % all.length
      const other = b % all.length
      const line = all[at] ?? ''
      if (what === 'remove') all.splice(at, 1)
      else if (what === 'double') all.splice(other, 0, line)
      else if (what === 'indent') all[at] = `  ${line}`
      else if (what === 'outdent') all[at] = line.replace(/^ {1,2}/, '')
      else if (what === 'join') all.splice(at, 2, line + (all[at + 1] ?? ''))
      else if (what === 'cut') all.length = at
      else {
        all[at] = all[other] ?? ''
        all[other] = line
      }
      return all.join('\n')
    })
}

function replaceWord(word: Arbitrary<string>): Arbitrary<Edit> {
  return fc.tuple(fc.nat(), word).map(([which, other]) => (text) => {
    const found = [...text.matchAll(/[A-Za-z0-9_@/.:+~-]+/g)]
    const match = found[which % Math.max(1, found.length)]
    return match === undefined ? text : text.slice(0, match.index) + other + text.slice(match.index + match[0].length)
  })
}

function insert(word: Arbitrary<string>): Arbitrary<Edit> {
  return fc
    .tuple(fc.nat(), fc.oneof(word, fc.string({ unit: 'binary', maxLength: 3 })))
    .map(([place, piece]) => (text) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + piece + text.slice(at)
    })
}

/** One place of the tree: taken out, replaced, renamed, or put where another one is. */
function tree(word: Arbitrary<string>): Arbitrary<Edit> {
  const value = fc.oneof(
    { weight: 3, arbitrary: word },
    { weight: 1, arbitrary: fc.array(word, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, 5, {}, [], 1e300) },
    { weight: 1, arbitrary: fc.dictionary(word, word, { maxKeys: 2, noNullPrototype: true }) },
  )
  return fc
    .tuple(fc.nat(), fc.nat(), value, word, fc.constantFrom('remove', 'replace', 'rename', 'copy'), fc.boolean())
    .map(([a, b, given, name, what, flow]) => (text) => {
      let root: unknown
      try {
        root = parse(text)
      } catch {
        return text
      }
      const places = placesOf(root)
      const place = places[a % Math.max(1, places.length)]
      const other = places[b % Math.max(1, places.length)]
      if (place === undefined || other === undefined) return text
      const [holder, key] = place
      const held = structuredClone(holder[key])
      if (what !== 'copy') delete holder[key]
      if (what === 'replace') put(holder, key, given)
      if (what === 'rename') put(holder, name, held)
      if (what === 'copy') put(other[0], other[1], held)
      try {
        return stringify(root, flow ? { collectionStyle: 'flow' } : {})
      } catch {
        return text
      }
    })
}

type Holder = Record<string, unknown>

function placesOf(node: unknown): readonly (readonly [Holder, string])[] {
  if (typeof node !== 'object' || node === null) return []
  const holder = node as Holder
  return Object.keys(holder).flatMap((key) => [[holder, key] as const, ...placesOf(holder[key])])
}

function put(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
