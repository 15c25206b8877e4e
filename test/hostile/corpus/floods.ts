import type { Family } from './attack.ts'
import { END_HEADERS, END_STREAM, type Fields, FRAME, fieldBlock, frame, keptField, word } from './frames.ts'

/** A burst of frames, sent again and again for as long as the connection lives and the time lasts. */
export interface FrameFlood {
  readonly id: string
  readonly source: string
  readonly settings?: Buffer
  /** `stream` is an odd number that grows with each burst. */
  readonly burst: (stream: number, fields: Fields) => Buffer
  /** Whether it reads what comes back. */
  readonly reads: boolean
  /** True: nothing of it is a request that may be judged. */
  readonly decidesNothing?: true
}

const PER_BURST = 100
const many = (make: (stream: number) => Buffer) => (stream: number) =>
  Buffer.concat(Array.from({ length: PER_BURST }, (_, at) => make(stream + 2 * at)))
const request = (stream: number, fields: Fields, end = END_STREAM) =>
  frame(FRAME.headers, END_HEADERS | end, stream, fieldBlock(fields))
const setting = (id: number, value: number) => Buffer.concat([Buffer.from([0, id]), word(value)])

export const FRAME_FLOODS: readonly FrameFlood[] = [
  {
    id: 'rapid reset',
    source: 'CVE-2023-44487',
    burst: (stream, fields) =>
      many((at) => Buffer.concat([request(at, fields), frame(FRAME.reset, 0, at, word(8))]))(stream),
    reads: true,
  },
  {
    id: 'resets that the server is made to send',
    source: 'CVE-2025-8671 (MadeYouReset)',
    burst: (stream, fields) =>
      many((at) => Buffer.concat([request(at, fields, 0), frame(FRAME.window, 0, at, word(0))]))(stream),
    reads: true,
  },
  {
    id: 'settings',
    source: 'CVE-2019-9515',
    burst: many(() => frame(FRAME.settings, 0, 0, setting(4, 65_535))),
    reads: false,
  },
  { id: 'pings', source: 'CVE-2019-9512', burst: many(() => frame(FRAME.ping, 0, 0, Buffer.alloc(8))), reads: false },
  { id: 'window updates', source: 'CWE-770', burst: many(() => frame(FRAME.window, 0, 0, word(1))), reads: true },
  {
    id: 'priorities',
    source: 'CVE-2019-9513',
    burst: many((at) => frame(FRAME.priority, 0, at, Buffer.concat([word(0), Buffer.from([1])]))),
    reads: true,
  },
  {
    id: 'headers without an end',
    source: 'CVE-2024-27983; CVE-2024-28182',
    burst: (stream, fields) =>
      Buffer.concat([
        ...(stream === 1 ? [frame(FRAME.headers, 0, 1, fieldBlock(fields))] : []),
        ...Array.from({ length: PER_BURST }, (_, at) =>
          frame(FRAME.continuation, 0, 1, fieldBlock([[`x-${stream}-${at}`, 'a']])),
        ),
      ]),
    reads: true,
  },
  {
    id: 'empty data',
    source: 'CVE-2019-9518',
    burst: (stream, fields) =>
      Buffer.concat([
        ...(stream === 1 ? [request(1, fields, 0)] : []),
        ...Array.from({ length: PER_BURST }, () => frame(FRAME.data, 0, 1)),
      ]),
    reads: true,
  },
  {
    id: 'a window of zero, and a thousand answers to keep',
    source: 'CVE-2019-9511; CVE-2019-9517',
    settings: setting(4, 0),
    burst: (stream, fields) => many((at) => request(at, fields))(stream),
    reads: true,
  },
  {
    id: 'requests whose answers the client never reads',
    source: 'CVE-2019-9517',
    burst: (stream, fields) => many((at) => request(at, fields))(stream),
    reads: false,
  },
  {
    id: 'a small head that unpacks to a large one',
    source: 'CVE-2016-1544 (HPACK bomb)',
    burst: (stream, fields) => {
      const bomb = keptField('x-bomb', 'a'.repeat(3900))
      // 0xbe is the newest entry of the table, again and again.
      return many((at) =>
        frame(
          FRAME.headers,
          END_HEADERS | END_STREAM,
          at,
          Buffer.concat([fieldBlock(fields), ...(at === 1 ? [bomb] : []), Buffer.alloc(1000, 0xbe)]),
        ),
      )(stream)
    },
    reads: true,
    decidesNothing: true,
  },
  {
    id: 'frames of unknown types',
    source: 'RFC 9113 §5.5',
    burst: many(() => frame(0xbb, 0xff, 0, Buffer.alloc(32))),
    reads: true,
  },
  {
    id: 'streams that never end',
    source: 'CVE-2007-6750',
    burst: (stream, fields) => many((at) => request(at, [...fields, ['content-length', '1000']], 0))(stream),
    reads: true,
  },
]

/** A request that HTTP/2 calls malformed (RFC 9113 §8.1.1): never answered as a request, whatever its token. */
export interface MalformedRequest {
  readonly id: string
  readonly frames: (fields: Fields) => Buffer
}

const changed = (id: string, change: (fields: Fields) => Fields): MalformedRequest => ({
  id,
  frames: (fields) => request(1, change(fields)),
})
const added = (id: string, ...more: Fields) => changed(id, (fields) => [...fields, ...more])
const without = (id: string, name: string) => changed(id, (fields) => fields.filter(([known]) => known !== name))
const replaced = (id: string, name: string, value: string) =>
  changed(id, (fields) => fields.map((field) => (field[0] === name ? [name, value] : field)))

export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [
  without('no :path', ':path'),
  without('no :method', ':method'),
  without('no :scheme', ':scheme'),
  replaced('an empty :path', ':path', ''),
  replaced(':path with a line end', ':path', '/verify/kubernetes\r\nx: y'),
  replaced(':method with a blank', ':method', 'GET /'),
  changed(':path twice', (fields) => [[':path', '/verify/public'], ...fields]),
  changed(':authority twice', (fields) => [[':authority', 'evil'], ...fields]),
  added('a pseudo-header field behind ordinary ones', [':path', '/verify/public']),
  added(':status in a request', [':status', '200']),
  changed('an unknown pseudo-header field', (fields) => [[':evil', 'x'], ...fields]),
  added('a name in capitals', ['X-Forwarded-Uri', '/public']),
  added('connection', ['connection', 'close']),
  added('transfer-encoding', ['transfer-encoding', 'chunked']),
  added('upgrade', ['upgrade', 'h2c']),
  added('keep-alive', ['keep-alive', 'timeout=5']),
  added('te other than trailers', ['te', 'gzip']),
  added('two different lengths', ['content-length', '0'], ['content-length', '4']),
  added('a length, and no body', ['content-length', '4']),
]

/** Fields that nghttp2 leaves out of a request that is otherwise good: what they say is never read. */
export const DROPPED_FIELDS: readonly (readonly [id: string, field: readonly [name: string, value: string]])[] = [
  ['a line end in a value', ['authorization', 'Bearer {token}\r\nx: y']],
  ['NUL in a value', ['authorization', 'Bearer {token}\u0000']],
  ['a blank before a value', ['authorization', ' Bearer {token}']],
  ['a blank behind a name', ['authorization ', 'Bearer {token}']],
  ['a colon in a name', ['x-a:authorization', 'Bearer {token}']],
  ['an empty name', ['', 'Bearer {token}']],
  ['a field hidden in the value of another', ['x-a', 'b\r\nauthorization: Bearer {token}']],
]

/** The twin of all of them. */
export const WELL_FORMED: MalformedRequest = { id: 'well-formed', frames: (fields) => request(1, fields) }

/** A connection that breaks the rules of frames (RFC 9113 §5, §6). */
export const BROKEN_CONNECTIONS: readonly MalformedRequest[] = [
  { id: 'an even stream', frames: (fields) => request(2, fields) },
  { id: 'stream 0', frames: (fields) => request(0, fields) },
  {
    id: 'a lower stream than before',
    frames: (fields) => Buffer.concat([request(5, [...fields, [':status', '200']]), request(3, fields)]),
  },
  { id: 'data before headers', frames: (fields) => Buffer.concat([frame(FRAME.data, 0, 1, [1]), request(1, fields)]) },
  {
    id: 'a continuation of nothing',
    frames: (fields) =>
      Buffer.concat([frame(FRAME.continuation, END_HEADERS, 1, fieldBlock(fields)), request(3, fields)]),
  },
  {
    id: 'a frame between headers and their continuation',
    frames: (fields) =>
      Buffer.concat([
        frame(FRAME.headers, END_STREAM, 1, fieldBlock(fields)),
        frame(FRAME.ping, 0, 0, Buffer.alloc(8)),
        request(3, fields),
      ]),
  },
  {
    id: 'a push promise',
    frames: (fields) => Buffer.concat([frame(FRAME.push, END_HEADERS, 1, word(2)), request(3, fields)]),
  },
  {
    id: 'settings of five bytes',
    frames: (fields) => Buffer.concat([frame(FRAME.settings, 0, 0, [0, 4, 0, 0, 1]), request(1, fields)]),
  },
  {
    id: 'a window of 4 GB',
    frames: (fields) => Buffer.concat([frame(FRAME.settings, 0, 0, setting(4, 0xffff_ffff)), request(1, fields)]),
  },
  {
    id: 'window updates past 2 GB',
    frames: (fields) => Buffer.concat([frame(FRAME.window, 0, 0, word(0x7fff_ffff)), request(1, fields)]),
  },
  {
    id: 'a ping of seven bytes',
    frames: (fields) => Buffer.concat([frame(FRAME.ping, 0, 0, Buffer.alloc(7)), request(1, fields)]),
  },
  {
    id: 'a frame larger than announced',
    frames: (fields) =>
      Buffer.concat([
        frame(FRAME.headers, END_HEADERS | END_STREAM, 1, Buffer.concat([fieldBlock(fields), Buffer.alloc(20_000)])),
      ]),
  },
  {
    id: 'a head that does not unpack',
    frames: () => frame(FRAME.headers, END_HEADERS | END_STREAM, 1, [0xff, 0xff, 0xff, 0xff, 0xff]),
  },
]

const tests = [{ file: 'test/hostile/corpus-h2.test.ts', name: 'flood' }]

/** What HTTP/2 allows, and what it forbids. */
export const HTTP2: Family = {
  title: 'HTTP/2',
  attacks: [
    ...FRAME_FLOODS.map(({ id, source }) => ({
      title: `a flood: ${id}`,
      source,
      tests,
      answer: 'other connections are served on; memory is bounded',
    })),
    {
      title: `malformed requests with a good token: ${MALFORMED_REQUESTS.map(({ id }) => id).join('; ')}`,
      source: 'RFC 9113 §8.1.1, §8.2, §8.3',
      tests: [{ file: 'test/hostile/corpus-h2.test.ts', name: 'malformed' }],
      answer: 'the stream is reset or the connection ended, nothing is decided',
    },
    {
      title: `a token in a malformed field: ${DROPPED_FIELDS.map(([id]) => id).join('; ')}`,
      source: 'RFC 9113 §8.2.1; CWE-93',
      tests: [{ file: 'test/hostile/corpus-h2.test.ts', name: 'is not read' }],
      answer: '401 `credentials_missing`: the field is dropped, the rest is judged',
    },
    {
      title: `broken frames before a good request: ${BROKEN_CONNECTIONS.map(({ id }) => id).join('; ')}`,
      source: 'RFC 9113 §5, §6',
      tests: [{ file: 'test/hostile/corpus-h2.test.ts', name: 'broken' }],
      answer: 'the connection ends',
    },
    {
      title: 'a head of more than 64 KiB on a connection that carries other calls',
      source: 'CWE-770',
      tests: [{ file: 'test/service/http2.test.ts', name: 'past 64 KiB that request alone is refused' }],
      answer: 'its stream is reset; the connection stays in use',
    },
  ],
}
