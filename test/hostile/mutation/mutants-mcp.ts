import { type MutantFamily, without } from './mutant.ts'

const unit = (name: string) => [`test/unit/decision/${name}.test.ts`]

/** What a body must not be, where the body decides. */
export const MCP_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/json-text.ts',
    tests: unit('json-text'),
    mutants: [
      without('refusing bytes that are no UTF-8', 'fatal: true', 'fatal: false'),
      without('refusing a byte order mark', "text.startsWith('\\ufeff')", 'false'),
      without('refusing a member name twice', 'names.has(string)', 'false'),
      without('unescaping member names', "inner.includes('\\\\')", 'false'),
      without('refusing half of a surrogate pair', '!string.isWellFormed()', 'false'),
      without('refusing __proto__', "string === '__proto__'", 'false'),
      without('refusing control characters in names', 'CONTROL.test(string)', 'false'),
      without('the limit of depth', 'stack.length === DEEPEST', 'false'),
      without('refusing numbers that are too large', '!Number.isFinite(Number(text.slice(at, end)))', 'false'),
    ],
  },
  {
    file: 'src/decision/mcp-message.ts',
    tests: unit('mcp-message'),
    mutants: [
      without('refusing an empty batch', 'messages.length === 0', 'false'),
      without('the limit of a batch', 'messages.length > MOST_MESSAGES', 'false'),
      without('the version of JSON-RPC', "message['jsonrpc'] !== '2.0'", 'false'),
      without('the type of an id', "typeof id !== 'string' && typeof id !== 'number'", 'false'),
      without('refusing a result beside an error', "has('result') === has('error')", 'false'),
      without(
        'refusing unknown members of a request',
        "!hasOnly(message, ['jsonrpc', 'id', 'method', 'params'])",
        'false',
      ),
      without(
        'refusing unknown members of a response',
        "hasOnly(message, ['jsonrpc', 'id', 'result', 'error'])",
        'true',
      ),
      without('the alphabet of methods', '!METHOD.test(method)', 'false'),
      without('refusing known methods in another case', 'METHODS_IN_LOWER_CASE.has(method.toLowerCase())', 'false'),
      without('refusing params that are no object', "has('params') && !isObject(params)", 'false'),
      without('refusing Name beside name', 'findOddMember(params)', 'undefined'),
      without('refusing Name beside name in a completion', 'findOddMember(ref)', 'undefined'),
      without('refusing a name that is no text', "typeof name !== 'string' || name === ''", 'false'),
      without('the bound of members', 'names.length > MOST_MEMBERS', 'false'),
      without('the bound of a member name', 'name.length > LONGEST_MEMBER_NAME', 'false'),
      without('the bound of calls', 'calls.length + read.length > MOST_CALLS', 'false'),
      without('the bound of subscriptions', 'uris.length > MOST_CALLS', 'false'),
      without('the bound of all names', 'length > LONGEST_NAMES_TOGETHER', 'false'),
      without('judging what a completion is about', 'if (method === COMPLETE)', 'if (false)'),
      without('judging the resources of a subscription', 'if (method === LISTEN)', 'if (false)'),
    ],
  },
  {
    file: 'src/decision/mcp-headers.ts',
    tests: unit('mcp'),
    mutants: [
      without('refusing a Content-Encoding', 'fields.contentEncoding !== undefined', 'false'),
      without('the Content-Type', '!JSON_TYPE.test(fields.contentType)', 'false'),
      without(
        'refusing two fields of a name',
        'fields[slot] === undefined ? rawHeaders[at + 1] : SEVERAL',
        'rawHeaders[at + 1]',
      ),
      without('refusing aliases of these headers', 'findAlias(oddNames, NAMES) !== undefined', 'false'),
      without('comparing Mcp-Method', 'mcpMethod !== call.method', 'false'),
      without('comparing Mcp-Name', 'name === call.name', 'true'),
      without('refusing headers with a batch', "return 'Mcp-Method or Mcp-Name came with a batch'", 'return undefined'),
      without('decoding the sentinel', 'if (encoded === undefined) return value', 'return value'),
      without('strict base64 in the sentinel', '!BASE64.test(encoded)', 'false'),
    ],
  },
  {
    file: 'src/decision/mcp.ts',
    tests: unit('mcp'),
    mutants: [
      without('refusing WebSockets', 'if (opensWebSocket(fields.rawHeaders))', 'if (false)'),
      without('refusing a body of GET and DELETE', 'body === undefined || body.ok', 'true'),
      without(
        'refusing other methods',
        "return notAllowed([], { problem: 'MCP knows only",
        "return judgePost(mcp, fields, content) ?? notAllowed([], { problem: 'MCP knows only",
      ),
      without('refusing what has no body', 'body.bytes.length === 0', 'false'),
      without('the check of headers', 'odd !== undefined', 'false'),
      without('comparing headers and body', 'disagreement === undefined ? judgeCalls', 'true ? judgeCalls'),
      without('refusing names that could be others', 'matching === undefined)', 'false)'),
      without('refusing by default', 'mcp.otherwise === undefined) return notAllowed', 'false) return notAllowed'),
      without('every call of a batch', 'for (const call of calls) {', 'for (const call of calls.slice(0, 1)) {'),
    ],
  },
  {
    file: 'src/config/mcp-names.ts',
    tests: ['test/unit/config/mcp-names.test.ts'],
    mutants: [
      without('the bound of a name', 'name.length > LONGEST_NAMES[kind]', 'false'),
      without('refusing dot segments', 'if (DOT_SEGMENT.test(reading)) return undefined', ''),
      without('reading URIs as the URL standard does', 'URL.parse(reading)?.href ?? reading', 'reading'),
      without('decoding URIs', 'readings.add(decoded(reading))', ''),
      without('the loose reading', 'matches(one.loose, loose)', 'exact.includes(one)'),
      without('decoding until nothing is left', 'readings.size > MOST_READINGS', 'false'),
    ],
  },
  {
    file: 'src/decision/decide.ts',
    tests: unit('decide'),
    mutants: [
      without('what a call needs', 'checkAdditions(token, scopes, seen.mcp?.needs ?? [])', 'undefined'),
      without('the denial of a body', 'mcp.denial === undefined || earlier', 'true || earlier'),
      without('a token for calls on an anonymous route', 'seen.mcp?.open === false', 'false'),
      without('a token where lists are not open', ' || route.mcp?.openLists === false', ''),
      without('refusing method overrides where the body decides', 'route.mcp !== undefined || ', ''),
    ],
  },
  {
    file: 'src/decision/answer.ts',
    tests: unit('answer'),
    mutants: [without('an answer for each call', ' || mcp !== undefined', '')],
  },
]
