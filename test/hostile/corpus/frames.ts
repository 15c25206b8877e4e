import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

/** Field names and values of a request, pseudo-header fields among them. */
export type Fields = readonly (readonly [name: string, value: string])[]

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Types of RFC 9113 §6 that attacks are made of. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const
export const END_STREAM = 0x1
export const END_HEADERS = 0x4

/** One frame, whatever it holds (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer | readonly number[] = []): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}

/** Fields as literals that no table keeps (RFC 7541 §6.2.2): what is here is what arrives. */
export function fieldBlock(fields: Fields): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0x00]), text(name), text(value)]))
}

/** A field that the peer's table keeps (RFC 7541 §6.2.1). */
export function keptField(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), text(name), text(value)])
}

/** A 32-bit number. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** An HTTP/2 connection whose frames are written by hand, its preface and settings already sent. */
export async function openFrames(origin: string, ca: Buffer, settings: Buffer = Buffer.alloc(0)): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(origin).port), ALPNProtocols: ['h2'], ca })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(PREFACE)
  socket.write(frame(FRAME.settings, 0, 0, settings))
  return socket
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length), bytes])
}

/** With a prefix of 7 bits (RFC 7541 §5.1). */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
