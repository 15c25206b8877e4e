import { createServer, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeNow, listenOnLoopback } from '../../../demo/loopback-server.ts'

/** An application whose answers do not end by themselves. */
export interface StreamingApplication {
  readonly origin: string
  /** Sends an event on every open stream. */
  emit(text: string): void
  stop(): Promise<void>
}

/** Answers requests with an event stream, and upgrades with a tunnel that sends everything back. */
export async function startStreamingApplication(): Promise<StreamingApplication> {
  const streams = new Set<ServerResponse>()
  const tunnels = new Set<Duplex>()
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders()
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  server.on('upgrade', (_request, socket) => {
    tunnels.add(socket)
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    socket.pipe(socket)
  })
  const port = await listenOnLoopback(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    emit: (text) => {
      for (const stream of streams) stream.write(`data: ${text}\n\n`)
    },
    stop: async () => {
      for (const tunnel of tunnels) tunnel.destroy()
      await closeNow(server)
    },
  }
}
