import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'

/** An application whose answers do not end by themselves. */
export interface StreamingApplication {
  readonly origin: string
  /** Sends an event on every open stream. */
  emit(text: string): void
  /** How many tunnels were opened. */
  upgrades(): number
  stop(): Promise<void>
}

/** Answers requests with an event stream, and upgrades with a WebSocket that sends everything back, raw bytes too. */
export async function startStreamingApplication(): Promise<StreamingApplication> {
  const streams = new Set<ServerResponse>()
  const tunnels = new Set<Duplex>()
  let upgrades = 0
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders()
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  server.on('upgrade', ({ headers }, socket) => {
    upgrades++
    tunnels.add(socket)
    socket.on('error', () => socket.destroy())
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${RFC_6455}`).digest('base64')
    const answer = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${answer}\r\n\r\n`)
    socket.on('data', (bytes) => socket.write(echoOf(bytes)))
  })
  const port = await listenOnLoopback(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    emit: (text) => {
      for (const stream of streams) stream.write(`data: ${text}\n\n`)
    },
    upgrades: () => upgrades,
    stop: async () => {
      for (const tunnel of tunnels) tunnel.destroy()
      await closeNow(server)
    },
  }
}

/** RFC 6455 §1.3. */
const RFC_6455 = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** A short masked text frame (RFC 6455 §5.2) as the server's own; everything else as it came. */
function echoOf(bytes: Buffer): Buffer {
  const length = (bytes[1] ?? 0) & 0x7f
  if (bytes[0] !== 0x81 || length > 125 || bytes.length !== length + 6) return bytes
  const text = bytes.subarray(6).map((byte, at) => byte ^ (bytes[2 + (at % 4)] ?? 0))
  return Buffer.from([0x81, length, ...text])
}
