import { OFFERED } from '../support/mcp-servers.ts'

/** A source of numbers below a bound; the same seed gives the same ones (mulberry32). */
export type Dice = (below: number) => number

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

export interface MadeBody {
  readonly kind: 'valid' | 'odd' | 'hostile'
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** One body and its header fields: a good message, one that is written oddly, or one that tries to be two things. */
export function makeBody(dice: Dice): MadeBody {
  const kind = (['valid', 'odd', 'hostile'] as const)[dice(3)] ?? 'valid'
  if (kind === 'valid') return { kind, bytes: Buffer.from(JSON.stringify(makeMessage(dice))), headers: {} }
  const plain = kind === 'hostile' && dice(2) === 0
  let text = plain ? JSON.stringify(makeMessage(dice)) : writeOddly(makeValue(dice), dice)
  if (kind === 'odd') return { kind, bytes: Buffer.from(text), headers: {} }
  for (let times = dice(5) === 0 ? 3 : 1; times > 0; times--) text = pick(HOSTILE, dice)(text, dice)
  return { kind, bytes: mangleBytes(text, dice), headers: makeHeaders(dice) }
}

function pick<T>(list: readonly T[], dice: Dice): T {
  return list[dice(list.length)] as T
}

const NAMES = [
  ...OFFERED.tools,
  ...OFFERED.tools,
  ...OFFERED.prompts,
  ...[
    'DELETE_POD',
    'delete_pod ',
    'delete\u0000_pod',
    'ｄelete_pod',
    'cafe\u0301',
    'read_',
    '__proto__',
    'constructor',
    '',
  ],
]
const URIS = [
  ...OFFERED.resources,
  ...[
    'note://public/../secret/a',
    'note://secret/%61',
    'NOTE://public/a',
    'note://public/b/../../x',
    'note://secret/b%2f..',
  ],
  ...[
    'https://files.example.com/secret/../public/a',
    'https://FILES.example.com:443/public/a',
    'https://files.example.com/public/%61',
  ],
  ...[
    'https://files.example.com\\public\\a',
    ' note://public/a',
    'note://pub\tlic/a',
    'note://public/bc',
    'note://secret/bc',
    'x',
  ],
]
const METHODS = [
  ...Array.from({ length: 12 }, () => 'tools/call'),
  ...Array.from({ length: 6 }, () => 'resources/read'),
  ...['prompts/get', 'prompts/get', 'prompts/get', 'tools/list', 'ping'],
  ...['Tools/Call', 'tools/call ', 'tools//call', 'notifications/initialized', 'completion/complete', 'unknown/method'],
  ...['initialize', 'logging/setLevel', 'subscriptions/listen', 'resources/subscribe', 'server/discover', 'tasks/get'],
]

function makeMessage(dice: Dice): Record<string, unknown> {
  const method = pick(METHODS, dice)
  const params =
    method === 'resources/read'
      ? { uri: pick(URIS, dice) }
      : { name: pick(NAMES, dice), ...(dice(2) === 0 ? { arguments: makeArguments(dice) } : {}) }
  const meta = dice(3) === 0 ? { _meta: ENVELOPE } : {}
  return { jsonrpc: '2.0', id: dice(5) === 0 ? `id-${dice(99)}` : dice(99), method, params: { ...params, ...meta } }
}

/** What revision 2026-07-28 wants in each request. */
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

function makeArguments(dice: Dice): unknown {
  return pick(
    [{}, { name: 'delete_pod', method: 'tools/call' }, { deep: [[[{ a: [null, true, 1.5e3] }]]] }, { '': 'é' }],
    dice,
  )
}

/** A message, several, or one with something about it that is not as it should be. */
function makeValue(dice: Dice): unknown {
  if (dice(6) === 0) return Array.from({ length: dice(4) }, () => makeMessage(dice))
  const message = makeMessage(dice)
  switch (dice(14)) {
    case 0:
      return { ...message, id: pick([null, 1.5, -0, {}, true, '', '\u0000', 2 ** 60], dice) }
    case 1:
      return { ...message, jsonrpc: pick(['1.0', 2, '2.0 ', null], dice) }
    case 2:
      return { ...message, params: pick([null, [], ['delete_pod'], 'delete_pod', [{ name: 'delete_pod' }]], dice) }
    case 3:
      return { ...message, result: {} }
    case 4:
      return { jsonrpc: '2.0', id: 1, result: { method: 'tools/call' } }
    case 5: {
      const { id: _, ...notification } = message
      return notification
    }
    case 6:
      return { ...message, params: { name: pick([1, null, ['delete_pod'], { a: 1 }, 'delete_pod'], dice) } }
    case 7:
      return [[message]]
    case 8:
      return { ...message, extra: message }
    case 9:
      return {
        jsonrpc: '2.0',
        id: 1,
        method: 'completion/complete',
        params: {
          ref: { type: pick(['ref/prompt', 'ref/resource', 'x'], dice), name: 'admin', uri: pick(URIS, dice) },
          argument: { name: 'a', value: '' },
        },
      }
    default:
      return message
  }
}

/** JSON of a value as it is hardly ever written: blanks, escapes, members in any order. */
function writeOddly(value: unknown, dice: Dice): string {
  const blank = () => pick(['', '', ' ', '\n', '\t', '\r\n  '], dice)
  if (typeof value === 'string') return writeString(value, dice)
  if (Array.isArray(value)) return `[${value.map((item) => blank() + writeOddly(item, dice) + blank()).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) =>
      `${blank()}${writeString(name, dice)}${blank()}:${blank()}${writeOddly(member, dice)}${blank()}`,
  )
  if (dice(3) === 0) members.reverse()
  return `{${members.join(',')}}`
}

function writeString(text: string, dice: Dice): string {
  if (dice(4) !== 0) return JSON.stringify(text)
  const escaped = Array.from({ length: text.length }, (_, at) =>
    dice(3) === 0 ? `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}` : JSON.stringify(text[at]).slice(1, -1),
  )
  return `"${escaped.join('')}"`
}

/** What attackers do to the text of a message. */
const HOSTILE: readonly ((text: string, dice: Dice) => string)[] = [
  // A second member of the same name, before or after, plain or escaped.
  (text, dice) => text.replace('{', `{${writeString('method', dice)}:"${pick(METHODS, dice)}",`),
  (text, dice) => insertLast(text, `,${writeString('method', dice)}:"tools/call"`),
  (text, dice) =>
    text.replace(
      /"params"\s*:\s*\{/,
      (found) => `${found}${writeString('name', dice)}:"${pick(['delete_pod', 'read_pods'], dice)}",`,
    ),
  (text, dice) => insertLast(text, `,${writeString('params', dice)}:{"name":"delete_pod"}`),
  // Members that some readers take for others.
  (text, dice) =>
    insertLast(
      text,
      `,"${pick(['Method', 'METHOD', 'method ', 'method\\u0000', 'Params', 'param\u017f'], dice)}":"tools/call"`,
    ),
  (text, dice) =>
    text.replace(
      /"params"\s*:\s*\{/,
      (found) => `${found}"${pick(['Name', 'NAME', 'name ', 'URI', 'ur\u0131'], dice)}":"delete_pod",`,
    ),
  (text) => insertLast(text, ',"__proto__":{"method":"tools/call","params":{"name":"delete_pod"}}'),
  (text) => text.replace(/"params"\s*:\s*\{/, '"params":{"__proto__":{"name":"delete_pod"},'),
  // More than one text, or less.
  (text) => `${text}{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"delete_pod"}}`,
  (text, dice) => text.slice(0, dice(text.length + 1)),
  (text, dice) => `${pick(['\ufeff', '\u00a0', '\u2028', '//\n', ")]}'\n", '\u0000'], dice)}${text}`,
  (text, dice) => `${text}${pick(['\u0000', '\ufeff', ',', ';', '\u0085', ' \n', '}'], dice)}`,
  (text, dice) => `${'['.repeat(1 + dice(80))}${text}${']'.repeat(1 + dice(80))}`,
  // Numbers, constants and strings beyond JSON.
  (text, dice) =>
    text.replace(/\d+/, pick(['1e400', 'NaN', '-Infinity', '01', '0x1', '+1', '1_0', '9007199254740993'], dice)),
  (text, dice) => text.replace('"', pick(["'", '\u201c', '\\"', ''], dice)),
  (text, dice) =>
    text.replace(
      'delete',
      pick(['\\ud800delete', 'delete\\udc00', 'del\\u0000ete', 'd\u0435lete', '\\u0064elete'], dice),
    ),
  (text, dice) => text.replace(/[a-z]/gi, (letter) => (dice(12) === 0 ? letter.toUpperCase() : letter)),
  (text, dice) => {
    const at = dice(text.length + 1)
    return (
      text.slice(0, at) + pick(['{', '}', '"', ',', ':', '[', ']', '\\', '\n', 'e'], dice) + text.slice(at + dice(2))
    )
  },
]

function insertLast(text: string, member: string): string {
  const at = text.lastIndexOf('}')
  return at === -1 ? text : text.slice(0, at) + member + text.slice(at)
}

/** Bytes of a text: mostly UTF-8; at times another encoding, or bytes that are none. */
function mangleBytes(text: string, dice: Dice): Uint8Array {
  const bytes = Buffer.from(text)
  switch (dice(16)) {
    case 0:
      return Buffer.from(text, 'utf16le')
    case 1:
      return Buffer.from(text, 'latin1')
    case 2:
      if (bytes.length > 0) bytes[dice(bytes.length)] = dice(256)
      return bytes
    case 3: {
      const at = dice(bytes.length + 1)
      // Overlong, a surrogate in UTF-8, a byte alone.
      const bad = pick([[0xc0, 0xa2], [0xed, 0xa0, 0x80], [0xff], [0xf4, 0x90, 0x80, 0x80]], dice)
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)])
    }
    default:
      return bytes
  }
}

function makeHeaders(dice: Dice): Readonly<Record<string, string>> {
  const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
  const headers: Record<string, string> = {}
  if (dice(3) !== 0) return headers
  if (dice(3) === 0)
    headers['Content-Type'] = pick(
      [
        'application/json; charset=utf-8',
        'APPLICATION/JSON',
        'application/json; charset=utf-7',
        'application/json; charset=utf-16le',
        'text/json',
        'application/json-rpc',
        'application/json; profile=x',
      ],
      dice,
    )
  if (dice(6) === 0) headers['Content-Encoding'] = pick(['gzip', 'identity'], dice)
  if (dice(3) === 0) headers['Mcp-Method'] = pick(['tools/call', 'tools/list', 'Tools/Call', 'prompts/get'], dice)
  if (dice(3) === 0)
    headers['Mcp-Name'] = pick(
      ['delete_pod', 'read_pods', encoded('delete_pod'), encoded('café'), '=?base64?!?=', '=?BASE64?eA==?='],
      dice,
    )
  if (dice(3) === 0) headers['MCP-Protocol-Version'] = pick(['2026-07-28', '2025-06-18', '2025-03-26', '1'], dice)
  return headers
}
