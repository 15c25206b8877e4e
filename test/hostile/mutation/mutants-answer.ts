// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code
import { type MutantFamily, without } from './mutant.ts'

const DECISION = ['test/conformance/in-process.test.ts', 'test/unit/decision/*.test.ts']

/** What keeps an answer from saying too much, or something else. */
export const ANSWER_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/identity-headers.ts',
    tests: DECISION,
    mutants: [
      without('the encoding of values', 'if (!NEEDS_ENCODING.test(text)) return text', 'return text'),
      without(
        'the encoding of percent signs',
        String.raw`replace(/[^\x20-\x7e]+|%/gu`,
        String.raw`replace(/[^\x20-\x7e]+/gu`,
      ),
      without('the encoding of blanks at the start', "'%20'.repeat(start)", "' '.repeat(start)"),
      without('the encoding of blanks at the end', "'%20'.repeat(text.length - end)", "' '.repeat(text.length - end)"),
      without('the encoding of commas in lists', ".replaceAll(',', '%2C')", ''),
      without('the encoding of blanks in scopes', ".replaceAll(' ', '%20')", ''),
      without('the bytes of lone surrogates', 'text.isWellFormed()', 'true'),
      without('the largest identity', 'if (bytes > LARGEST_IDENTITY)', 'if (false)'),
      without('the bound before anything is encoded', 'if (least > LARGEST_IDENTITY)', 'if (false)'),
      without('aliases with other signs than underscores', "replace(/[^a-z0-9]/g, '-')", "replaceAll('_', '-')"),
      without('the case of aliases', 'identityNames.has(name.toLowerCase()', 'identityNames.has(name'),
      without('the empty Authorization of who passes without a token', "[...headers, 'Authorization', '']", 'headers'),
      without('strip', "return ['Authorization', '']\n    case 'secret'", "return []\n    case 'secret'"),
      without(
        'headers that the token has no claim for',
        'route.identityHeaders.flatMap((header) => [header.name, headerValue(header, token)])',
        "route.identityHeaders.flatMap((header) => headerValue(header, token) === '' ? [] : [header.name, headerValue(header, token)])",
      ),
      without(
        'the encoding of objects',
        "Buffer.from(JSON.stringify(value)).toString('base64url')",
        'JSON.stringify(value)',
      ),
      without(
        'the type of the claim that becomes Authorization',
        "typeof value === 'string' && value !== '' ?",
        'value !== undefined ?',
      ),
      without('the name of the issuer (its iss is sent)', 'return token.issuer.name', 'return token.issuer.issuer'),
    ],
  },
  {
    file: 'src/decision/challenge.ts',
    tests: DECISION,
    mutants: [
      without(
        'a challenge from configuration alone (the forwarded host is reflected)',
        '?? route.resources[0]',
        '?? { ...route.resources[0], origin: `https://${host}` }',
      ),
      without('choosing the resource at the forwarded host', 'resource.hostname === host', 'false'),
      without('the scopes of the rules', '[...route.requestScopes, ...added]', 'route.requestScopes'),
      without(
        'each scope once',
        '[...new Set([...route.requestScopes, ...added])]',
        '[...route.requestScopes, ...added]',
      ),
      without('the prefix of scopes', 'prefixedScopes(scopes, route.scopePrefix)', 'scopes'),
      without('the order of the parameters', '`Bearer ${parameters.join', '`Bearer ${parameters.reverse().join'),
      without('one space only', "join(', ')}`", "join(',')}`"),
    ],
  },
  {
    file: 'src/decision/answer.ts',
    tests: DECISION,
    mutants: [
      without(
        'no-store on allows',
        "headers: ['Cache-Control', 'no-store', 'Content-Length'",
        "headers: ['Content-Length'",
      ),
      without(
        'denials for would_deny only (denials pass)',
        "decision.outcome === 'allow' || decision.outcome === 'would_deny'",
        "decision.outcome !== 'error'",
      ),
      without(
        'the origins that may read (every Origin is reflected)',
        '(listed) => listed === origin)',
        '() => true) && String(origin)',
      ),
      without('keeping challenges to reasons that have one', '!row.challenge || route', 'route'),
      without('switching the reason off in the body', '...(options.exposeReason ? { reason } : {})', 'reason'),
      without(
        'switching the reason off in the header',
        "...(options.exposeReason ? ['X-Forwardgate-Reason', reason] : [])",
        "...['X-Forwardgate-Reason', reason]",
      ),
      without('Retry-After', 'row.status === 503 ?', 'false ?'),
    ],
  },
  {
    file: 'src/decision/protected-resource.ts',
    tests: [...DECISION, 'test/service/metadata.test.ts'],
    mutants: [
      without('the host of a document', 'index.set(`${host}', 'index.set(`'),
      without('advertise: false', '.filter((entry) => entry.advertise)', ''),
      without('whole segments', "if (path !== '' && !path.startsWith('/')) return undefined", ''),
      without('the well-known prefix', 'if (!url.startsWith(WELL_KNOWN)) return undefined', ''),
    ],
  },
]
