import { gzipSync } from 'node:zlib'
import { openRaw, requestHead } from '../../support/raw-http.ts'

const call = (name: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":{"ticks":0,"pause":0}}}`
/** A call that asks for more than `mcp:read`. */
export const COUNT = call('count')
/** A call that `mcp:read` is enough for. */
export const WHOAMI = call('whoami')
/** The field that says so. */
export const JSON_TYPE = ['Content-Type', 'application/json'] as const

/** The bytes of a request with this token. */
export type Raw = (token: string) => Buffer
type Fields = readonly (readonly [name: string, value: string])[]

/** A request of exact bytes; Content-Length comes with the body unless a field says how long it is. */
export function raw(body: string | Buffer, fields: Fields = [JSON_TYPE], method = 'POST'): Raw {
  const bytes = Buffer.from(body)
  const framed = fields.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name))
  const length: Fields = framed ? [] : [['Content-Length', String(bytes.length)]]
  return (token) => {
    const head: Fields = [
      ['Host', 'HOST'],
      ['Authorization', `Bearer ${token}`],
      ['Accept', 'application/json, text/event-stream'],
      ...fields,
      ...length,
    ]
    return Buffer.concat([Buffer.from(requestHead(`${method} /mcp/kubernetes HTTP/1.1`, head)), bytes])
  }
}

const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`
const CHUNKED = ['Transfer-Encoding', 'chunked'] as const

/** Attempts to have `count` run at `/mcp/kubernetes` by a token that may only call `whoami`. */
export const EVASIONS: Readonly<Record<string, Raw>> = {
  'the plain call': raw(COUNT),
  'in a batch behind a list': raw(`[{"jsonrpc":"2.0","id":1,"method":"tools/list"},${COUNT}]`),
  'in a batch behind an allowed call': raw(`[${WHOAMI},${COUNT}]`),
  'without an id': raw(COUNT.replace('"id":1,', '')),
  'method twice, the list first': raw(COUNT.replace('"method"', '"method":"tools/list","method"')),
  'method twice, the list last': raw(COUNT.replace(',"params"', ',"method":"tools/list","params"')),
  'method twice, once escaped': raw(COUNT.replace(',"params"', ',"m\\u0065thod":"tools/list","params"')),
  'name twice': raw(COUNT.replace('"arguments"', '"name":"whoami","arguments"')),
  'params twice': raw(WHOAMI.replace(/}$/, ',"params":{"name":"count","arguments":{}}}')),
  'Method beside method': raw(WHOAMI.replace('"id"', '"Method":"tools/call","Params":{"name":"count"},"id"')),
  'Name beside name': raw(WHOAMI.replace('"arguments"', '"Name":"count","arguments"')),
  '__proto__ with another name': raw(WHOAMI.replace('"arguments"', '"__proto__":{"name":"count"},"arguments"')),
  'the name in another case': raw(call('Count')),
  'the name with a blank': raw(call('count ')),
  'a byte order mark': raw(`\ufeff${COUNT}`),
  'a second text': raw(`${WHOAMI}\n${COUNT}`),
  'UTF-16': raw(Buffer.from(COUNT, 'utf16le'), [['Content-Type', 'application/json; charset=utf-16le']]),
  'UTF-7': raw(COUNT.replaceAll('"', '+ACI-'), [['Content-Type', 'application/json; charset=utf-7']]),
  'text/plain': raw(COUNT, [['Content-Type', 'text/plain']]),
  'no Content-Type': raw(COUNT, []),
  'two Content-Types': raw(WHOAMI, [JSON_TYPE, ['Content-Type', 'text/plain']]),
  compressed: raw(gzipSync(COUNT), [JSON_TYPE, ['Content-Encoding', 'gzip']]),
  'said to be compressed by an alias': raw(WHOAMI, [JSON_TYPE, ['Content_Encoding', 'gzip']]),
  chunked: raw(chunked(COUNT), [JSON_TYPE, CHUNKED]),
  'chunked with a length too': raw(chunked(COUNT), [JSON_TYPE, CHUNKED, ['Content-Length', '4']]),
  'two lengths': raw(COUNT, [JSON_TYPE, ['Content-Length', '5'], ['Content-Length', String(COUNT.length)]]),
  'larger than maxBodySize': raw(WHOAMI.padEnd(1_048_577, ' ')),
  'cut short': raw(COUNT.slice(0, -20)),
  empty: raw(''),
  'by GET with a body': raw(COUNT, [JSON_TYPE], 'GET'),
  'by DELETE with a body': raw(COUNT, [JSON_TYPE], 'DELETE'),
  'by PUT': raw(COUNT, [JSON_TYPE], 'PUT'),
  'by GET, said to be POST': raw('', [['X-HTTP-Method-Override', 'POST']], 'GET'),
  'Mcp-Name of an allowed tool': raw(COUNT, [JSON_TYPE, ['Mcp-Method', 'tools/call'], ['Mcp-Name', 'whoami']]),
  'Mcp-Method of a list': raw(COUNT, [JSON_TYPE, ['Mcp-Method', 'tools/list']]),
  'an allowed call under the name of another': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', 'count'],
  ]),
  'an encoded name of another': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', '=?base64?Y291bnQ=?='],
  ]),
  'a tool that is not listed': raw(call('restart')),
}

/** Their honest neighbours. */
export const PASSING: Readonly<Record<string, Raw>> = {
  'the allowed call': raw(WHOAMI),
  'the allowed call, chunked': raw(chunked(WHOAMI), [JSON_TYPE, CHUNKED]),
  'the allowed call, with headers that agree': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', 'whoami'],
  ]),
  'the allowed call, at the limit': raw(WHOAMI.padEnd(1_048_576, ' ')),
}

/** Status and reason of the answer. */
export async function sendRawly(origin: string, bytes: Buffer): Promise<string> {
  const connection = await openRaw(origin)
  try {
    connection.send(Buffer.from(bytes.toString('latin1').replace('HOST', new URL(origin).host), 'latin1'))
    const answer = await connection.read()
    if (answer === undefined) return 'closed'
    const reason = answer.headers.find(([name]) => name.toLowerCase() === 'x-forwardgate-reason')?.[1]
    return `${answer.status} ${reason ?? '(by the proxy or the server)'}`
  } finally {
    connection.close()
  }
}
