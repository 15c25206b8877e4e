import { ALLOWED, type Attack, type Family, INVALID_REQUEST, variants } from './attack.ts'

const SCOPE = { status: 403, reason: 'scope_insufficient' } as const
const MISMATCH = { status: 403, reason: 'route_mismatch', absent: ['WWW-Authenticate'] } as const
const ADMIN = { scope: 'mcp:read mcp:admin', groups: ['admins'] }

const LONG_PATH = '/ruled/admin/'.padEnd(8 * 1024, 'a')

/** `/ruled/admin` asks for a scope that this token lacks; its twin has it, or asks for the plain path. */
const short = (uri: string) => ({
  route: 'ruled',
  request: { uri },
  token: { claims: { ...ADMIN, scope: 'mcp:read' } },
  expect: SCOPE,
  twin: `admin ${uri}`,
})
const admin = (uris: readonly string[]) =>
  variants('admin', uris, (uri) => ({ route: 'ruled', request: { uri }, token: { claims: ADMIN }, expect: ALLOWED }))
const ambiguous = (uri: string) => ({
  route: 'ruled',
  request: { uri },
  token: { claims: { ...ADMIN, scope: 'mcp:read' } },
  expect: INVALID_REQUEST,
  twin: 'below the route',
})

const ruled = (title: string, source: string, uris: readonly string[]): Attack => ({
  title,
  source,
  rows: [...variants('rule', uris, short), ...admin(uris)],
})
const refused = (title: string, source: string, uris: readonly string[], like: readonly string[] = []): Attack => ({
  title,
  source,
  rows: variants('path', uris, ambiguous),
  like,
})

/** Which rule a path belongs to, and which path a backend will make of it. */
export const PATHS: Family = {
  title: 'Paths',
  attacks: [
    {
      title: 'an ordinary path below a route with rules by path',
      source: 'the twin of what follows',
      rows: [
        {
          id: 'below the route',
          spec: 'corpus',
          title: 'no rule is met',
          route: 'ruled',
          request: { uri: '/ruled/x' },
          token: { claims: { ...ADMIN, scope: 'mcp:read' } },
          expect: ALLOWED,
        },
      ],
      answer: 'passes',
    },
    ruled('a protected path in other letters, for a backend that ignores case', 'CWE-178', [
      '/ruled/admin',
      '/ruled/ADMIN',
      '/ruled/aDmIn/users',
      '/ruled/%41DMIN',
      '/ruled/%61%64%6d%69%6e',
      '/ruled/%61%64%6D%69%6E/x',
    ]),
    ruled(
      'letters that become others where case is ignored: dotless ı, dotted İ',
      'Unicode SpecialCasing; Java equalsIgnoreCase',
      ['/ruled/adm%C4%B1n', '/ruled/adm%C4%B0n', '/ruled/admI%CC%87n'],
    ),
    ruled('a protected path with a slash, a query or more segments behind it', 'CVE-2025-54576', [
      '/ruled/admin/',
      '/ruled/admin/a/b/c',
      '/ruled/admin?/ruled/open',
      '/ruled/admin?x=/ruled/open#y',
      '/ruled/admin/?..',
    ]),
    {
      ...ruled('a protected path behind a front controller', 'RFC 3875 §4.1.5; CWE-551', [
        '/ruled/index.php/admin',
        '/ruled/index.php/admin/users?x',
        '/ruled/app.PHP/ADMIN',
        '/ruled/%69ndex%2ephp/admin/',
        '/ruled/index.php/index.php/admin',
        '/ruled/x.php/admin/y.php/z',
      ]),
      like: ['plain-front-controller', 'rules-front-controller-outside'],
    },
    refused(
      'dot segments, plain and escaped once',
      'heimdall CVE-2026-42274; oathkeeper 8e000214; CWE-22',
      [
        '/ruled/x/../admin',
        '/ruled/./admin',
        '/ruled/x/%2e%2e/admin',
        '/ruled/x/%2E%2E/admin',
        '/ruled/x/.%2e/admin',
        '/ruled/x/%2e./admin',
        '/ruled/%2e/admin',
        '/ruled/../ruled/admin',
        '/ruled/../../ruled/admin',
        '/ruled/x/..',
        '/ruled/..',
        '/ruled/../mcp/grafana',
      ],
      ['path-/locked/../public', 'path-/locked/%2e%2e/public', 'path-/locked/.', 'plain-ambiguous'],
    ),
    refused(
      'escaped separators',
      'heimdall 0.17.14; CVE-2021-41773',
      [
        '/ruled%2fadmin',
        '/ruled%2Fadmin',
        '/ruled/x%2f..%2fadmin',
        '/ruled/x/..%2fadmin',
        '/ruled/x%2f%2e%2e%2fadmin',
        '/ruled/..%2f..%2fruled/admin',
        '/ruled/%2fadmin',
        '/ruled/admin%2f',
      ],
      ['path-/locked%2fx', 'path-/locked%2Fx', 'plain-anonymous-neighbour'],
    ),
    refused(
      'backslashes',
      'WHATWG URL; CWE-22',
      [
        '/ruled\\admin',
        '/ruled/x\\..\\admin',
        '/ruled/x/..\\admin',
        '/ruled%5cadmin',
        '/ruled/x/..%5Cadmin',
        '/ruled\\..\\ruled\\admin',
      ],
      ['path-/locked\\x', 'path-/locked%5cx'],
    ),
    refused(
      'double and triple escapes',
      'CVE-2021-42013; OWASP double encoding',
      [
        '/ruled/%2561dmin',
        '/ruled/x/%252e%252e/admin',
        '/ruled/x%252fadmin',
        '/ruled/%25%36%31dmin',
        '/ruled/%25252e%25252e/admin',
        '/ruled/%255c..%255cadmin',
      ],
      ['path-/locked%25'],
    ),
    refused(
      'overlong and broken UTF-8, and IIS escapes',
      'CVE-2000-0884; RFC 3629 §10',
      [
        '/ruled/x/%c0%ae%c0%ae/admin',
        '/ruled/x%c0%afadmin',
        '/ruled/x%e0%80%afadmin',
        '/ruled/%u0061dmin',
        '/ruled/%ffadmin',
        '/ruled/%ed%a0%80admin',
        '/ruled/adm%in',
        '/ruled/adm%6',
      ],
      ['path-/locked%ff', 'path-/locked%zz'],
    ),
    refused(
      'matrix parameters',
      'CVE-2020-1957; CVE-2010-3700; RFC 3986 §3.3',
      [
        '/ruled/admin;a=b',
        '/ruled;a/admin',
        '/ruled/;/admin',
        '/ruled/x/..;/admin',
        '/ruled/..;/ruled/admin',
        '/ruled/admin%3b',
        '/ruled/admin;jsessionid=1/x',
      ],
      ['path-/locked;x', 'path-/locked%3bx'],
    ),
    refused(
      'empty segments',
      'CWE-180',
      ['/ruled//admin', '/ruled///admin', '/ruled/x//../admin', '/ruled/admin//'],
      ['path-/locked//x', 'uri-//locked/x'],
    ),
    refused(
      'fragments and escaped question marks and hashes',
      'RFC 3986 §3.5; CWE-436',
      [
        '/ruled/admin#/open',
        '/ruled/admin%23/open',
        '/ruled/admin%3f/open',
        '/ruled/open#/../admin',
        '/ruled/admin%3Fx',
      ],
      ['path-/locked%3fx', 'path-/locked%23x', 'path-/locked#x'],
    ),
    refused(
      'NUL, line ends and other control characters',
      'CWE-158; CWE-93',
      [
        '/ruled/admin%00',
        '/ruled/admin%00.html',
        '/ruled/%00/admin',
        '/ruled/admin%0a',
        '/ruled/admin%0d%0aX-A:b',
        '/ruled/admin%09',
        '/ruled/admin%7f',
        '/ruled/%1fadmin',
      ],
      ['path-/locked%00', 'path-/locked/%0d%0a'],
    ),
    {
      title: 'an absolute address, two slashes, or no slash instead of a path',
      source: 'CVE-2026-88009; RFC 9112 §3.2.2',
      rows: variants(
        'target',
        [
          'http://evil.example.com/ruled/x',
          'https://api.example.com/ruled/x',
          'x:mcp/kubernetes',
          'x:%2fadmin',
          '//evil.example.com/ruled/x',
          '///ruled/x',
          'ruled/x',
          '*',
          '?/ruled/x',
          '#/ruled/x',
          '\\ruled\\x',
          ' /ruled/x',
        ],
        (uri) =>
          // A blank at the start is none of the value (RFC 9110 §5.5).
          uri.startsWith(' ')
            ? { route: 'ruled', request: { uri }, token: { claims: { ...ADMIN, scope: 'mcp:read' } }, expect: ALLOWED }
            : ambiguous(uri),
      ),
      like: ['uri-*', 'path-free-*'],
    },
    {
      title: 'a path of more than 8 KiB or 256 segments, and one of 8 KiB',
      source: 'CWE-770; CWE-407',
      rows: [
        ...variants('long path', [LONG_PATH], (uri) => ({
          ...short(uri),
          title: '8 KiB',
          id: 'long path of 8 KiB',
          twin: 'long path for an admin',
        })),
        ...variants('beyond', [`${LONG_PATH}a`, `/ruled${'/a'.repeat(256)}`], (uri) => ({
          ...ambiguous(uri),
          title: `a path of ${uri.length} characters, beyond a bound`,
          id: `a path of ${uri.length} characters`,
        })),
        {
          id: 'long path for an admin',
          spec: 'corpus',
          title: '8 KiB',
          route: 'ruled',
          request: { uri: LONG_PATH },
          token: { claims: ADMIN },
          expect: ALLOWED,
        },
      ],
    },
    {
      title: 'a name that begins like a route or a rule',
      source: 'CWE-625',
      rows: [
        ...variants('beside', ['/ruledX', '/ruled-admin', '/ruled.admin', '/rule', '/'], (uri) => ({
          route: 'ruled',
          request: { uri },
          token: { claims: { ...ADMIN, scope: 'mcp:read' } },
          expect: MISMATCH,
          twin: 'below the route',
        })),
      ],
      like: ['lock-path-*', 'plain-segment', 'lock-by-rules-stripped'],
    },
    {
      title: 'the path of a route in other letters, if paths select the route',
      source: 'CWE-178',
      like: ['plain-case', 'lock-path-/LOCKED', 'rules-spelling-/RULED/admin'],
    },
    {
      title: 'a query that names another path',
      source: 'CVE-2025-54576',
      like: ['plain-query', 'path-/locked/x?y=/../public'],
      answer: '403 `route_unknown`; the query is never looked at',
    },
    {
      title: 'escapes of ordinary letters on the way to a route',
      source: 'RFC 3986 §6.2.2',
      like: ['plain-path-decoded', 'path-/%6cocked/x'],
      answer: 'one decoding, then judged as that path',
    },
    {
      title: 'another spelling of the address itself: `/verify/%6b…`, `//verify`, `/VERIFY`, `/verify/x/..`',
      source: 'CWE-180',
      like: ['route-named-*'],
      tests: [
        { file: 'test/unit/http/dialects/forward-auth.test.ts', name: 'everything under /verify is answered there' },
      ],
    },
    {
      title: 'overlapping rules, or the same resource on two routes',
      source: 'oathkeeper',
      tests: [{ file: 'test/unit/config/rows-route.ts', name: 'selects route "api" as well' }],
      answer: 'refused when the configuration is loaded',
    },
  ],
}
