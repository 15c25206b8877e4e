import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** An answer as it stood on the wire. */
export interface RawResponse {
  readonly status: number
  readonly reason: string
  /** Names in the server's spelling, in order, repeats included. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** One TCP connection on which exact bytes are sent and answers are read one by one. */
export interface RawConnection {
  send(bytes: string | Buffer): void
  /**
   * The next final answer (1xx are skipped), its end found by Content-Length, chunks or close. Undefined when the server
   * closed without one. `head: true` when the request was a HEAD: its answer has no body whatever its headers say.
   */
  read(options?: { readonly head?: boolean }): Promise<RawResponse | undefined>
  /** Resolves when the server has closed the connection. */
  closed(): Promise<void>
  close(): void
}

/**
 * Opens a connection to an origin such as `http://127.0.0.1:4711`; with `tls`, one that speaks HTTP/1.1 over TLS.
 * Everything fails after half a minute of silence: the service itself waits for five seconds.
 */
export async function openRaw(origin: string, tls?: ConnectionOptions): Promise<RawConnection> {
  const { hostname, port } = new URL(origin)
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
  const socket = tls === undefined ? connect(to) : connectTls({ ALPNProtocols: ['http/1.1'], ...to, ...tls })
  const { promise: refused, reject } = Promise.withResolvers<never>()
  const refuse = () => reject(new Error('the server closed the connection'))
  socket.once('close', refuse)
  await Promise.race([once(socket, tls === undefined ? 'connect' : 'secureConnect'), refused])
  socket.off('close', refuse)
  const stream = new Incoming(socket)
  return {
    send: (bytes) => {
      socket.write(bytes)
    },
    read: (options) => readResponse(stream, options?.head === true),
    closed: () => stream.end(),
    close: () => socket.destroy(),
  }
}

/** Sends these bytes on a connection of their own and promises the answer; fails where there is none. */
export async function sendRaw(origin: string, bytes: string | Buffer): Promise<RawResponse> {
  const connection = await openRaw(origin)
  try {
    connection.send(bytes)
    const response = await connection.read({ head: bytes.toString('latin1', 0, 5) === 'HEAD ' })
    if (response === undefined) throw new Error('the server closed the connection without an answer')
    return response
  } finally {
    connection.close()
  }
}

/** A request head, written out: the lines as given, nothing added but line ends and the blank line. */
export function requestHead(line: string, headers: Iterable<readonly [name: string, value: string]>): string {
  return `${[line, ...Array.from(headers, ([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`
}

async function readResponse(stream: Incoming, head: boolean): Promise<RawResponse | undefined> {
  const text = await stream.until('\r\n\r\n')
  if (text === undefined) return undefined
  const [statusLine = '', ...lines] = text.split('\r\n')
  const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`)
  if (status.startsWith('1') && status !== '101') return readResponse(stream, head)
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  const bodiless = head || status === '204' || status === '304' || status === '101'
  const body = bodiless ? Buffer.alloc(0) : await readBody(stream, headers)
  return { status: Number(status), reason, headers, body }
}

async function readBody(stream: Incoming, headers: RawResponse['headers']): Promise<Buffer> {
  const value = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(stream)
  const length = value('content-length')
  return length === undefined ? stream.rest() : stream.bytes(Number(length))
}

async function readChunks(stream: Incoming): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (;;) {
    const size = Number.parseInt(await line(stream), 16)
    if (size === 0) break
    chunks.push(await stream.bytes(size))
    await line(stream)
  }
  let trailer = await line(stream)
  while (trailer !== '') trailer = await line(stream)
  return Buffer.concat(chunks)
}

async function line(stream: Incoming): Promise<string> {
  const read = await stream.until('\r\n')
  if (read === undefined) throw new Error('the body ends in the middle of its chunks')
  return read
}

/** The bytes that arrived and were not read yet. */
class Incoming {
  #buffer = Buffer.alloc(0)
  #ended = false
  readonly #socket: Socket
  #wake = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setTimeout(30_000, () => socket.destroy(new Error('nothing arrived for 30 s')))
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      this.#wake()
    })
    const finish = () => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', finish).on('error', finish).on('close', finish)
  }

  /** What comes before the mark, without it; undefined when nothing more came. */
  async until(mark: string): Promise<string | undefined> {
    for (;;) {
      const at = this.#buffer.indexOf(mark)
      if (at >= 0) return this.#take(at, mark.length).toString('latin1')
      if (this.#ended) {
        if (this.#buffer.length > 0) throw new Error(`cut short: ${JSON.stringify(this.#buffer.toString('latin1'))}`)
        if (this.#socket.errored) throw this.#socket.errored
        return undefined
      }
      await this.#more()
    }
  }

  async bytes(length: number): Promise<Buffer> {
    while (this.#buffer.length < length) {
      if (this.#ended) throw new Error(`the body ends after ${this.#buffer.length} of ${length} bytes`)
      await this.#more()
    }
    return this.#take(length, 0)
  }

  async rest(): Promise<Buffer> {
    await this.end()
    return this.#take(this.#buffer.length, 0)
  }

  async end(): Promise<void> {
    while (!this.#ended) await this.#more()
  }

  #take(length: number, skip: number): Buffer {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length + skip)
    return taken
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
