import { type MutantFamily, without } from './mutant.ts'

/** What stands between a socket and a decision, and between a decision and what is written down. */
export const TRANSPORT_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/http/verify-endpoint.ts',
    tests: ['test/unit/http/*.test.ts', 'test/service/answers.test.ts', 'test/service/any-request.test.ts'],
    mutants: [
      without('answering a bug', 'if (!replied) finish(internalError())', ''),
      without(
        'refusing on a bug',
        'if (!replied) finish(internalError())',
        "if (!replied) reply({ status: 200, headers: ['Cache-Control', 'no-store'], body: '' })",
      ),
      without('odd spellings of /verify', 'return ODD_SPELLING.test(target)', 'return false'),
      without(
        'cutting off the query',
        'const path = query === -1 ? target : target.slice(0, query)',
        'const path = target',
      ),
      without(
        'names as they are written',
        'path.slice(PREFIX.length + 1) : path',
        'decodeURIComponent(path.slice(PREFIX.length + 1)).toLowerCase() : path',
      ),
    ],
  },
  {
    file: 'src/http/verify-transport.ts',
    tests: [
      'test/service/answers.test.ts',
      'test/service/any-request.test.ts',
      'test/service/large-heads.test.ts',
      'test/service/http2.test.ts',
      'test/conformance/wire.test.ts',
      'test/conformance/http2.test.ts',
    ],
    mutants: [
      without(
        'raw headers (Node’s own reading hides repeats)',
        "request.url ?? '', request.rawHeaders,",
        "request.url ?? '', Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]),",
      ),
    ],
  },
  {
    file: 'src/http/auth-server.ts',
    tests: [
      'test/service/answers.test.ts',
      'test/service/any-request.test.ts',
      'test/service/large-heads.test.ts',
      'test/service/metadata.test.ts',
    ],
    mutants: [
      without('reading every header', 'server.maxHeadersCount = 0\n', ''),
      without('a handler for Expect', "server.on('checkExpectation', onRequest)", ''),
      without('room for large headers', 'maxHeaderSize: LARGEST_HEADER', 'maxHeaderSize: 16384'),
      without('our own answer to what cannot be parsed', 'clientErrorHandler: refuser(ports),', ''),
    ],
  },
  {
    file: 'src/http/metadata-endpoint.ts',
    tests: ['test/service/metadata.test.ts', 'test/conformance/wire.test.ts'],
    mutants: [
      without('the methods', 'ANSWERED.has(request.method)\n', 'true\n'),
      without('no-store on a 404', ".header('Cache-Control', 'no-store')", ''),
    ],
  },
  {
    file: 'src/http/request-host.ts',
    tests: ['test/service/metadata.test.ts', 'test/conformance/wire.test.ts'],
    mutants: [without('the one forwarded host', ' && more.length === 0', '')],
  },
  {
    file: 'src/telemetry/decision-record.ts',
    tests: ['test/unit/telemetry/*.test.ts'],
    mutants: [
      without(
        'labels from configuration alone',
        'route: decision.route?.name ?? UNMATCHED',
        'route: decision.route?.name ?? decision.request?.host ?? UNMATCHED',
      ),
      without('escaping paths', 'path: showUnverified(request.path)', 'path: request.path'),
      without('escaping request ids', 'requestId: showUnverified(fields.requestId)', 'requestId: fields.requestId'),
      without('the length of subjects', 'sub: capped(token.subject)', 'sub: token.subject'),
    ],
  },
]
