/** Bytes of one connection to a proxy, the second request hidden in the first. */
export interface Smuggling {
  readonly id: string
  readonly bytes: (words: SmugglingWords) => string
}

export interface SmugglingWords {
  /** The head of an allowed POST to `/ruled/x`, its last lines to be added. */
  readonly allowed: (...fields: readonly string[]) => string
  /** A request for `/ruled/admin` that says of itself who it is, and has no token. */
  readonly hidden: string
}

const smuggling = (id: string, bytes: Smuggling['bytes']): Smuggling => ({ id, bytes })
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`

/** Every way that we know of to make two parsers disagree about where a request ends. */
export const SMUGGLING: readonly Smuggling[] = [
  smuggling(
    'CL.TE',
    ({ allowed, hidden }) =>
      `${allowed(`Content-Length: ${5 + hidden.length}`, 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
  ),
  smuggling(
    'TE.CL',
    ({ allowed, hidden }) => `${allowed('Content-Length: 4', 'Transfer-Encoding: chunked')}${chunk(hidden)}`,
  ),
  ...[
    'xchunked',
    'chunked, identity',
    'identity, chunked',
    'gzip, chunked',
    '"chunked"',
    'chunked;x',
    '\u000bchunked',
    'CHUNKED',
    'chunked\t',
  ].map((coding) =>
    smuggling(
      `TE.TE ${JSON.stringify(coding)}`,
      ({ allowed, hidden }) => `${allowed('Content-Length: 5', `Transfer-Encoding: ${coding}`)}0\r\n\r\n${hidden}`,
    ),
  ),
  smuggling(
    'Transfer-Encoding : chunked',
    ({ allowed, hidden }) => `${allowed('Content-Length: 5', 'Transfer-Encoding : chunked')}0\r\n\r\n${hidden}`,
  ),
  smuggling(
    'Transfer-Encoding folded',
    ({ allowed, hidden }) => `${allowed('Content-Length: 5', 'Transfer-Encoding:\r\n chunked')}0\r\n\r\n${hidden}`,
  ),
  smuggling(
    'Transfer_Encoding',
    ({ allowed, hidden }) =>
      `${allowed(`Content-Length: ${5 + hidden.length}`, 'Transfer_Encoding: chunked')}0\r\n\r\n${hidden}`,
  ),
  smuggling(
    'two lengths',
    ({ allowed, hidden }) => `${allowed(`Content-Length: ${hidden.length}`, 'Content-Length: 0')}${hidden}`,
  ),
  smuggling('a length and nothing behind it', ({ allowed, hidden }) => `${allowed('Content-Length: 0')}${hidden}`),
  smuggling('a signed length', ({ allowed, hidden }) => `${allowed(`Content-Length: +${hidden.length}`)}${hidden}`),
  smuggling(
    'LF behind a chunk size',
    ({ allowed, hidden }) => `${allowed('Transfer-Encoding: chunked')}0\n\r\n${hidden}`,
  ),
  smuggling(
    'LF in a chunk extension',
    ({ allowed, hidden }) => `${allowed('Transfer-Encoding: chunked')}2;\nxx\r\n0\r\n\r\n${hidden}`,
  ),
  smuggling('a request in a body', ({ allowed, hidden }) => `${allowed(`Content-Length: ${hidden.length}`)}${hidden}`),
  smuggling(
    'a request in a chunk',
    ({ allowed, hidden }) => `${allowed('Transfer-Encoding: chunked')}${chunk(hidden)}`,
  ),
  smuggling(
    'a request in a trailer',
    ({ allowed, hidden }) => `${allowed('Transfer-Encoding: chunked')}0\r\nX-A: b\r\n\r\n${hidden}`,
  ),
  smuggling(
    'Expect and a body that follows',
    ({ allowed, hidden }) => `${allowed('Expect: 100-continue', `Content-Length: ${hidden.length}`)}${hidden}`,
  ),
  smuggling(
    'Upgrade: websocket that is not taken',
    ({ allowed, hidden }) =>
      `${allowed('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 777')}${hidden}`,
  ),
  smuggling(
    'Upgrade: h2c',
    ({ allowed, hidden }) =>
      `${allowed('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk')}${hidden}`,
  ),
  smuggling(
    'Connection: Content-Length',
    ({ allowed, hidden }) => `${allowed('Connection: Content-Length', `Content-Length: ${hidden.length}`)}${hidden}`,
  ),
  smuggling('CR LF in a field', ({ allowed, hidden }) => allowed(`X-A: b\r\n\r\n${hidden.trimEnd()}`)),
  smuggling('bare CR in a field', ({ allowed }) => allowed('X-A: b\rX-Forwarded-Uri: /ruled/x')),
  smuggling(
    'absolute form to another host',
    ({ allowed, hidden }) =>
      `${allowed('Content-Length: 0').replace('/ruled/x', 'http://evil.example.com/ruled/x')}${hidden}`,
  ),
]
