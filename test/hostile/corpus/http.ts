import type { Family } from './attack.ts'
import { NO_ROUTE, NO_TOKEN, NO_TOKEN_THEN_REFUSED, NOT_FOUND, PASSED, REFUSED, TOO_LARGE, wire } from './wire.ts'

const POST = 'POST /verify/kubernetes HTTP/1.1'
const targets = (list: readonly string[], answer: string) =>
  list.map((target) => wire(`target ${target}`, ({ good }) => good([], `GET ${target} HTTP/1.1`), [answer], false))
const inHead = (id: string, line: string, answers: readonly string[]) =>
  // Last in the head, exactly as written.
  wire(id, ({ good }) => good().replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`), answers)

/** What HTTP/1.1 and its parsers allow. */
export const HTTP: Family = {
  title: 'HTTP/1.1',
  attacks: [
    {
      title: 'Content-Length and Transfer-Encoding together (CL.TE, TE.CL), with a second request behind',
      source: 'RFC 9112 §6.1; CWE-444',
      wire: [
        wire(
          'CL.TE',
          ({ good, bare }) => `${bare(['Content-Length: 4', 'Transfer-Encoding: chunked'], POST)}0\r\n\r\n${good()}`,
          [REFUSED],
        ),
        wire(
          'TE.CL',
          ({ good, bare }) =>
            `${bare(['Transfer-Encoding: chunked', 'Content-Length: 4'], POST)}5c\r\n${good()}\r\n0\r\n\r\n`,
          [REFUSED],
        ),
        wire(
          'TE in another case and CL',
          ({ good, bare }) => `${bare(['tRANSFER-eNCODING: ChUnKeD', 'content-length: 0'], POST)}0\r\n\r\n${good()}`,
          [REFUSED],
        ),
      ],
    },
    {
      title: 'Transfer-Encoding that one parser sees and another does not (TE.TE)',
      source: 'RFC 9112 §6.1; CVE-2022-32213; CVE-2022-32215',
      wire: [
        ...[
          'xchunked',
          'chunked, identity',
          'identity',
          'chunked, gzip',
          '"chunked"',
          'chunked;x',
          'chunked\u000b',
          '\u000bchunked',
          'gzip',
        ].map((coding) =>
          wire(
            `Transfer-Encoding: ${JSON.stringify(coding)}`,
            ({ good, bare }) => `${bare([`Transfer-Encoding: ${coding}`], POST)}0\r\n\r\n${good()}`,
            /^\u000b?chunked(?!;)/.test(coding) ? [REFUSED] : NO_TOKEN_THEN_REFUSED,
          ),
        ),
        wire(
          'Transfer-Encoding twice',
          ({ good, bare }) =>
            `${bare(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], POST)}0\r\n\r\n${good()}`,
          [REFUSED],
        ),
        inHead('Transfer-Encoding : chunked', 'Transfer-Encoding : chunked', [REFUSED]),
        inHead('Transfer-Encoding folded', 'Transfer-Encoding:\r\n chunked', [REFUSED]),
      ],
    },
    {
      title: 'Content-Length twice, signed, in hex, as a list, too large for any number',
      source: 'RFC 9112 §6.3; CVE-2018-7159',
      wire: [
        ...['+4', '-1', '0x4', '4, 4', '4 4', '4.0', '4\u0000', '99999999999999999999999', '', '٤'].map((length) =>
          wire(
            `Content-Length: ${JSON.stringify(length)}`,
            ({ good, bare }) => `${bare([`Content-Length: ${length}`], POST)}abcd${good()}`,
            [REFUSED],
          ),
        ),
        wire(
          'two different',
          ({ good, bare }) => `${bare(['Content-Length: 0', 'Content-Length: 4'], POST)}abcd${good()}`,
          [REFUSED],
        ),
        wire(
          'two equal',
          ({ good, bare }) => `${bare(['Content-Length: 4', 'Content-Length: 4'], POST)}abcd${good()}`,
          [REFUSED],
        ),
      ],
    },
    {
      title: 'chunks with broken sizes, extensions, line ends, or a whole request inside',
      source: 'CVE-2025-55315; RFC 9112 §7.1',
      wire: [
        ...['0x3', '-3', '+3', '3 ', ' 3', '1_0', 'ffffffffffffffffff', 'g', ''].map((size) =>
          wire(
            `chunk of ${JSON.stringify(size)}`,
            ({ good, bare }) => `${bare(['Transfer-Encoding: chunked'], POST)}${size}\r\nabc\r\n0\r\n\r\n${good()}`,
            NO_TOKEN_THEN_REFUSED,
          ),
        ),
        wire(
          'LF after a chunk size',
          ({ good, bare }) => `${bare(['Transfer-Encoding: chunked'], POST)}3\nabc\r\n0\r\n\r\n${good()}`,
          NO_TOKEN_THEN_REFUSED,
        ),
        wire(
          'LF in a chunk extension',
          ({ good, bare }) => `${bare(['Transfer-Encoding: chunked'], POST)}3;a\nb\r\nabc\r\n0\r\n\r\n${good()}`,
          NO_TOKEN_THEN_REFUSED,
        ),
        wire(
          'more data than the chunk says',
          ({ good, bare }) => `${bare(['Transfer-Encoding: chunked'], POST)}3\r\nabcdef\r\n0\r\n\r\n${good()}`,
          NO_TOKEN_THEN_REFUSED,
        ),
      ],
    },
    {
      title: 'a good request inside the body of another one',
      source: 'CWE-444',
      wire: [
        wire(
          'in a body of known length',
          ({ good, bare }) => bare([`Content-Length: ${good().length}`]) + good(),
          [NO_TOKEN],
          false,
        ),
        wire(
          'in chunks',
          ({ good, bare }) =>
            `${bare(['Transfer-Encoding: chunked'])}${good().length.toString(16)}\r\n${good()}\r\n0\r\n\r\n`,
          [NO_TOKEN],
          false,
        ),
        wire(
          'in a chunk extension',
          ({ good, bare }) =>
            `${bare(['Transfer-Encoding: chunked'])}3;${good().replaceAll('\r\n', ' ')}\r\nabc\r\n0\r\n\r\n`,
          NO_TOKEN_THEN_REFUSED,
        ),
        wire(
          'in a trailer',
          ({ token, bare }) =>
            `${bare(['Transfer-Encoding: chunked', 'Trailer: Authorization'])}0\r\nAuthorization: Bearer ${token}\r\n\r\n`,
          [NO_TOKEN],
          false,
        ),
      ],
    },
    {
      title: 'a trailer that repeats or replaces a field of the head',
      source: 'RFC 9110 §6.5.1; CVE-2026-88004',
      wire: [
        wire(
          'X-Forwarded-Uri in a trailer',
          ({ good }) =>
            `${good(['Transfer-Encoding: chunked'])}0\r\nX-Forwarded-Uri: /public\r\nX-Auth-Subject: admin\r\n\r\n`,
          [PASSED],
          false,
        ),
        wire(
          'Transfer-Encoding in a trailer',
          ({ good, bare }) => `${bare(['Transfer-Encoding: chunked'])}0\r\nContent-Length: 5\r\n\r\n${good()}`,
          NO_TOKEN_THEN_REFUSED,
        ),
      ],
      answer: 'trailers are never read',
    },
    {
      title: 'a body of either kind on GET, HEAD and OPTIONS',
      source: 'RFC 9110 §9.3.1',
      wire: [
        wire('GET with a body', ({ good }) => `${good(['Content-Length: 4'])}abcd${good()}`, [PASSED, PASSED], false),
        wire(
          'GET with chunks',
          ({ good }) => `${good(['Transfer-Encoding: chunked'])}3;x=y\r\nabc\r\n0\r\n\r\n${good()}`,
          [PASSED, PASSED],
          false,
        ),
        wire(
          'GET with chunks and no token',
          ({ bare, good }) => `${bare(['Transfer-Encoding: chunked'])}3\r\nabc\r\n0\r\n\r\n${good()}`,
          [NO_TOKEN, PASSED],
          false,
        ),
      ],
      answer: 'the body is skipped, the request judged as any',
    },
    {
      title: 'pipelining: a good, a bad and a good request in one packet',
      source: 'RFC 9112 §9.3.2; CWE-444',
      wire: [
        wire('three in one packet', ({ good, bare }) => good() + bare() + good(), [PASSED, NO_TOKEN, PASSED], false),
        wire(
          'a hundred in one packet',
          ({ good, bare }) => (bare() + good()).repeat(50),
          Array.from({ length: 50 }, () => [NO_TOKEN, PASSED]).flat(),
          false,
        ),
        wire('an unreadable one between', ({ good, bare }) => `${good()}GARBAGE\r\n\r\n${bare()}`, [PASSED, REFUSED]),
      ],
      answer: 'each its own answer, in order',
    },
    {
      title: 'header fields with a blank before the colon, folded, without a name, or with control characters',
      source: 'RFC 9112 §5.1, §5.2; CVE-2019-16869; CVE-2024-27982',
      wire: [
        inHead('a blank before the colon', 'X-Forwarded-Uri : /public', [REFUSED]),
        inHead('a tab before the colon', 'Authorization\t: Bearer x', [REFUSED]),
        inHead('folded', 'X-A: b\r\n X-Forwarded-Uri: /public', [REFUSED]),
        inHead('folded by a tab', 'X-A: b\r\n\tc', [REFUSED]),
        inHead('no name', ': value', [REFUSED]),
        inHead('no colon', 'X-A', [REFUSED]),
        inHead('NUL in a value', 'X-A: a\u0000b', [REFUSED]),
        inHead('NUL in a name', 'X-A\u0000: b', [REFUSED]),
        inHead('a line end in a value', 'X-A: a\rX-Forwarded-Uri: /public', [REFUSED]),
        inHead('a bell in a value', 'X-A: \u0007', [REFUSED]),
        inHead('8-bit characters in a name', 'X-\u00c4: b', [REFUSED]),
        inHead('a colon in a name', 'X-A:B: c', [PASSED]),
        inHead('brackets in a name', 'X-A(B): c', [REFUSED]),
        wire('a blank before the first field', ({ good }) => good().replace('Host: gate', ' Host: gate'), [REFUSED]),
      ],
    },
    {
      title: 'bare line feeds and carriage returns',
      source: 'RFC 9112 §2.2; CVE-2023-30589',
      wire: [
        wire('LF for every line', ({ good }) => good().replaceAll('\r\n', '\n'), [REFUSED]),
        wire(
          'LF behind a field',
          ({ bare, token }) => bare().replace('Host: gate\r\n', `Host: gate\nAuthorization: Bearer ${token}\r\n`),
          [REFUSED],
        ),
        wire('CR for every line', ({ good }) => good().replaceAll('\r\n', '\r'), [REFUSED]),
        wire('CR LF CR LF before the request', ({ good }) => `\r\n\r\n${good()}`, [PASSED], false),
      ],
    },
    {
      title: 'fields of 70 KB, ten thousand fields, a target of 70 KB',
      source: 'CVE-2018-12121; CWE-770',
      wire: [
        inHead('a field of 70 KB', `X-A: ${'a'.repeat(70_000)}`, [TOO_LARGE]),
        inHead('a name of 70 KB', `${'a'.repeat(70_000)}: a`, [TOO_LARGE]),
        wire('a target of 70 KB', ({ good }) => good([], `GET /verify/kubernetes?${'a'.repeat(70_000)} HTTP/1.1`), [
          TOO_LARGE,
        ]),
        wire('ten thousand fields', ({ good }) => good(Array.from({ length: 10_000 }, (_, at) => `X-A${at}: a`)), [
          TOO_LARGE,
        ]),
      ],
    },
    {
      title: 'odd versions: HTTP/0.9, 1.0, 1.2, 2.0, 9.9, and the preface of HTTP/2 on the plain port',
      source: 'RFC 9112 §2.3; RFC 9113 §3.4',
      wire: [
        wire('HTTP/1.0', ({ good }) => good([], 'GET /verify/kubernetes HTTP/1.0'), [PASSED], true),
        wire('HTTP/1.0 without a token', ({ bare }) => bare([], 'GET /verify/kubernetes HTTP/1.0'), [NO_TOKEN], true),
        wire('HTTP/0.9', () => 'GET /verify/kubernetes\r\n\r\n', [REFUSED]),
        ...['HTTP/1.2', 'HTTP/3.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.1.1', 'HTTP/1', 'HTTPS/1.1', 'ICE/1.0'].map(
          (version) => wire(version, ({ good }) => good([], `GET /verify/kubernetes ${version}`), [REFUSED]),
        ),
        wire(
          'HTTP/2.0 in the request line',
          ({ bare }) => bare([], 'GET /verify/kubernetes HTTP/2.0'),
          [NO_TOKEN],
          true,
        ),
        wire('the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [REFUSED]),
      ],
    },
    {
      title: 'no HTTP at all: TLS, the PROXY protocol, SMTP, binary',
      source: 'RFC 9112 §2.2',
      wire: [
        wire('a TLS handshake', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', [REFUSED]),
        wire('the PROXY protocol', ({ good }) => `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${good()}`, [REFUSED]),
        wire('SMTP', () => 'EHLO example.com\r\n', [REFUSED]),
        wire('zeros', () => '\u0000'.repeat(100), [REFUSED]),
      ],
    },
    {
      title: 'other spellings of the address: absolute form, two slashes, escapes, capitals, parameters, dots',
      source: 'RFC 9112 §3.2; CWE-180',
      wire: [
        ...targets(
          [
            'http://gate/verify/kubernetes',
            'http://evil.example.com/verify/kubernetes',
            'https://gate/verify/kubernetes',
            '//verify/kubernetes',
            '/verify//kubernetes',
            '/verify/./kubernetes',
            '/verify/../verify/kubernetes',
            '/verify/kubernetes/',
            '/verify/kubernetes/..',
            '/verify/Kubernetes',
            '/verify/%6bubernetes',
            '/verify%2Fkubernetes',
            '/verify;x/kubernetes',
            '/verify/kubernetes;x',
            '/verify/kubernetes%00',
            '/verify/kubernetes%3fx',
            '/VERIFY/kubernetes',
            '/verify\\kubernetes',
            '/verify/public/../kubernetes',
            '/verify/kubernetes,public',
          ],
          NO_ROUTE,
        ),
        ...targets(
          [
            '/verifyX/kubernetes',
            '/verif',
            '/',
            '*',
            '/%76erify/kubernetes',
            '/x/../verify/kubernetes',
            '/.well-known/../verify/kubernetes',
            '/verify-kubernetes',
            'ftp://gate/verify/kubernetes',
            '/metrics',
            '/livez',
            '/readyz',
          ],
          NOT_FOUND,
        ),
        ...targets(['/verify/kubernetes?x=/public', '/verify/kubernetes?/../public'], PASSED),
        wire('a fragment', ({ good }) => good([], 'GET /verify/kubernetes#x HTTP/1.1'), [NO_ROUTE], false),
        wire('a blank in the target', ({ good }) => good([], 'GET /verify/kubernetes x HTTP/1.1'), [REFUSED]),
        wire('no target', ({ good }) => good([], 'GET  HTTP/1.1'), [REFUSED]),
        wire('8-bit characters in the target', ({ good }) => good([], 'GET /verify/kubern\u00e9tes HTTP/1.1'), [
          REFUSED,
        ]),
      ],
    },
    {
      title: 'metadata by another spelling of a path, or with a path to somewhere else in it',
      source: 'RFC 9728 §3.1; CWE-22',
      wire: [
        ...targets(
          [
            '/.well-known/oauth-protected-resource/..%2f..%2fverify/kubernetes',
            '/.well-known/oauth-protected-resource/../../verify/kubernetes',
            '/.well-known/oauth-protected-resourceXYZ',
            '/.well-known/oauth-protected-resource/mcp/%6bubernetes',
            '/.well-known/oauth-protected-resource/mcp//kubernetes',
            '/.well-known/oauth-protected-resource/mcp/kubernetes/..',
            '/.well-known/oauth-protected-resource/mcp/KUBERNETES',
            '/.well-known/oauth-protected-resource/mcp/kubernetes;x',
            '/.well-known/oauth-protected-resource/https://evil.example.com',
            '//.well-known/oauth-protected-resource/mcp/kubernetes',
            '/.well-known/openid-configuration',
            '/.well-known/../metrics',
          ],
          NOT_FOUND,
        ),
        ...targets(['/.well-known/oauth-protected-resource/mcp/kubernetes'], PASSED),
      ],
    },
    {
      title: 'a method that is unknown, in small letters, CONNECT, TRACE',
      source: 'RFC 9110 §9; CVE-2026-71324',
      wire: [
        ...['get', 'FETCH', 'G\u00cbT', 'PRI', 'GET,POST'].map((method) =>
          wire(method, ({ good }) => good([], `${method} /verify/kubernetes HTTP/1.1`), [REFUSED]),
        ),
        wire('TRACE', ({ good }) => good([], 'TRACE /verify/kubernetes HTTP/1.1'), [REFUSED], false),
        wire('CONNECT', ({ good }) => good([], 'CONNECT api.example.com:443 HTTP/1.1'), [], true),
        wire(
          'another one than the forwarded',
          ({ good }) => good(['Content-Length: 0'], 'PUT /verify/kubernetes HTTP/1.1'),
          [REFUSED],
          false,
        ),
      ],
    },
    {
      title: '`Expect`, `Upgrade` to h2c and WebSocket, `Connection` with names of our headers, `TE`',
      source: 'CVE-2026-88008; RFC 9110 §7.8, §10.1.1',
      wire: [
        wire(
          'Expect: 100-continue',
          ({ bare }) => bare(['Expect: 100-continue', 'Content-Length: 0']),
          [NO_TOKEN],
          false,
        ),
        wire('Expect: something', ({ bare }) => bare(['Expect: something']), [NO_TOKEN], false),
        wire(
          'Upgrade: h2c',
          ({ bare }) => bare(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']),
          [NO_TOKEN],
          false,
        ),
        wire(
          'Upgrade: websocket',
          ({ bare }) =>
            bare([
              'Connection: Upgrade',
              'Upgrade: websocket',
              'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
              'Sec-WebSocket-Version: 13',
            ]),
          [NO_TOKEN],
          false,
        ),
        wire(
          'Connection: Authorization',
          ({ bare }) => bare(['Connection: close, Authorization, X-Forwarded-Uri']),
          [NO_TOKEN],
          true,
        ),
        wire(
          'TE: trailers',
          ({ bare }) => bare(['TE: trailers, deflate', 'Keep-Alive: timeout=1000000']),
          [NO_TOKEN],
          false,
        ),
      ],
    },
    {
      title: 'no Host, two of them, a bad one',
      source: 'RFC 9112 §3.2',
      wire: [
        wire('no Host', ({ good }) => good().replace('Host: gate\r\n', ''), ['400'], true),
        wire('two', ({ good }) => good(['Host: evil']), [PASSED], false),
      ],
      answer: '400 without one; else our own Host decides nothing',
    },
    {
      title: 'conditional requests and ranges: `If-None-Match`, `If-Modified-Since`, `Range`',
      source: 'RFC 9110 §13',
      wire: [
        wire(
          'conditions',
          ({ bare }) =>
            bare([
              'If-None-Match: *',
              'If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT',
              'Range: bytes=0-0',
              'If-Match: *',
            ]),
          [NO_TOKEN],
          false,
        ),
      ],
    },
    {
      title: 'a client that leaves in the middle, sends nothing, or a byte at a time',
      source: 'CVE-2007-6750; CVE-2018-12122',
      tests: [
        { file: 'test/service/large-heads.test.ts', name: 'a client that goes away in the middle of a request' },
        { file: 'test/hostile/corpus-wire.test.ts', name: 'early close' },
      ],
      answer: 'no decision; the connection ends after 15 s',
    },
    {
      title: 'smuggling through Traefik, Caddy, nginx and Envoy',
      source: 'CWE-444',
      tests: [{ file: 'test/hostile/corpus-proxies.test.ts', name: 'smuggled' }],
      answer: 'the application sees nothing of the second request',
    },
  ],
}
