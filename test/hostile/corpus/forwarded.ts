import { ALLOWED, type Family, INVALID_REQUEST, variants } from './attack.ts'

const twin = 'forwarded-plain'
const base = { route: 'locked', token: {} } as const
const at = (headers: readonly (readonly [string, string])[]) => ({ uri: '/locked/x', headers })
const ignored = (prefix: string, fields: readonly (readonly [string, string])[]) =>
  variants(prefix, fields, (field) => ({ ...base, title: field.join(': '), request: at([field]), expect: ALLOWED }))

/** X-Forwarded-* and everything that looks like it. */
export const FORWARDED: Family = {
  title: 'Forwarded headers',
  attacks: [
    {
      title: 'X-Forwarded-Method, -Host or -Uri removed by naming them in `Connection`',
      source: 'CVE-2024-45410',
      like: ['forwarded-without-*'],
    },
    {
      title: 'X-Forwarded-Method, -Host or -Uri twice, equal or not, in any case',
      source: 'RFC 9700 §4.13; CVE-2020-25017',
      rows: variants(
        'twice',
        [
          ['X-Forwarded-Uri', '/public'],
          ['x-forwarded-uri', '/public'],
          ['X-FORWARDED-URI', ''],
          ['X-Forwarded-Host', 'evil.example.com'],
          ['x-forwarded-host', ''],
          ['X-Forwarded-Method', 'OPTIONS'],
          ['x-forwarded-method', 'GET'],
        ] as const,
        (field) => ({ ...base, title: field.join(': '), request: at([field]), expect: INVALID_REQUEST, twin }),
      ),
      like: ['forwarded-twice-*'],
    },
    {
      title: 'several values in one field',
      source: 'RFC 9110 §5.3',
      rows: [
        ...variants(
          'method',
          ['GET, POST', 'GET,POST', 'GET POST', 'GET;POST', '"GET"', 'G\u00caT', 'OPTIONS/', 'M-SEARCH,'],
          (method) => ({
            ...base,
            request: { uri: '/locked/x', method },
            expect: INVALID_REQUEST,
            twin,
          }),
        ),
        ...variants(
          'uri',
          ['/locked/x, /public', '/locked/x /public', '/locked/x\t/public', '/locked/x HTTP/1.1'],
          (uri) =>
            // A comma is an ordinary character of a path, which stays where it is.
            uri.includes(', /')
              ? { ...base, request: { uri }, expect: INVALID_REQUEST, twin }
              : { ...base, request: { uri }, expect: INVALID_REQUEST, twin },
        ),
        ...variants(
          'host',
          [
            'api.example.com, evil.example.com',
            'api.example.com,',
            ',api.example.com',
            'api.example.com\tevil.example.com',
            'api.example.com;x',
          ],
          (host) => ({
            ...base,
            request: { uri: '/locked/x', host },
            expect: INVALID_REQUEST,
            twin,
          }),
        ),
      ],
      like: ['method-POST, GET', 'host-api.example.com,evil.com', 'host-api.example.com evil.com'],
    },
    {
      title: 'a host with user info, a quote, escapes, a scheme, or nothing at all',
      source: 'CWE-20; RFC 3986 §3.2.1',
      rows: variants(
        'host',
        [
          '',
          '.',
          '..',
          'evil@api.example.com',
          'api.example.com@evil',
          'api.example.com:443@evil',
          'https://api.example.com',
          'api.example.com/x',
          'api.example.com\\',
          'api.example.com%00',
          'api%2eexample.com',
          'api.example.com"',
          'api..example.com',
          '-api.example.com',
          '[::1',
          '[fe80::1%25eth0]',
          'api.example.com:-1',
          'api.example.com:443:443',
          'a'.repeat(300),
        ],
        (host) => ({
          ...base,
          request: { uri: '/locked/x', host },
          expect: INVALID_REQUEST,
          twin,
          title: host.slice(0, 40),
        }),
      ),
      like: ['host-evil.com"', 'host-user@api.example.com', 'host-api.example.com..', 'host-api.example.com:x'],
    },
    {
      title: 'another host than the one that is locked, look-alikes included',
      source: 'CWE-644',
      rows: variants(
        'other host',
        [
          'evil.example.com',
          'api.example.com.evil.example',
          'xapi.example.com',
          'example.com',
          'xn--pi-7ka.example.com',
          'api-example.com',
          '127.0.0.1',
          '[::1]',
          'localhost',
        ],
        (host) => ({
          ...base,
          request: { uri: '/locked/x', host },
          expect: { status: 403, reason: 'route_mismatch', absent: ['WWW-Authenticate'] },
          twin,
        }),
      ),
      like: ['lock-host', 'lock-host-alone-refused', 'plain-other-host'],
    },
    {
      title: 'the right host in capitals, with a port or a last dot',
      source: 'RFC 9110 §4.2.3; heimdall 0.17.14',
      like: ['host-API.EXAMPLE.COM', 'host-api.example.com:443', 'host-api.example.com.', 'host-Api.Example.com.:8443'],
      answer: 'the same host',
    },
    {
      title: 'look-alike names: `X_Forwarded_Uri`, `X.Forwarded.Uri`, `X-Forwarded-UriX`, `X-Forwarded-Path`',
      source: 'CVE-2026-39858',
      rows: ignored('look-alike', [
        ['X_Forwarded_Uri', '/public'],
        ['X_Forwarded_Host', 'evil.example.com'],
        ['X_Forwarded_Method', 'OPTIONS'],
        ['X-Forwarded_Uri', '/public'],
        ['X.Forwarded.Uri', '/public'],
        ['X-Forwarded-UriX', '/public'],
        ['XX-Forwarded-Uri', '/public'],
        ['X-Forwarded-Url', '/public'],
        ['X-Forwarded-Path', '/public'],
        ['X-Forwarded-Hosts', 'evil'],
        ['HTTP_X_FORWARDED_URI', '/public'],
      ]),
      like: ['look-alike-fields'],
      answer: 'never read',
    },
    {
      title: 'headers of other proxies: `X-Original-URL`, `X-Rewrite-URL`, `Forwarded`, `X-Host`, `Via`',
      source: 'CVE-2018-14773; CVE-2026-40575',
      rows: ignored('other proxy', [
        ['X-Original-URL', '/public'],
        ['X-Original-Uri', '/public'],
        ['X-Original-Method', 'OPTIONS'],
        ['X-Rewrite-URL', '/public'],
        ['X-Replaced-Path', '/public'],
        ['X-Envoy-Original-Path', '/public'],
        ['X-Auth-Request-Redirect', '/public'],
        ['X-Host', 'evil.example.com'],
        ['X-Forwarded-Server', 'evil'],
        ['Forwarded', 'for=127.0.0.1;host=evil.example.com;proto=http;path="/public"'],
        ['Via', '1.1 trusted'],
      ]),
      answer: 'never read',
    },
    {
      title: '`X-Forwarded-Prefix`, `-Proto`, `-Port`, `-For`, `X-Real-Ip`, once and twice',
      source: 'GHSA-6384-m2mw-rf54',
      rows: ignored('undecided by', [
        ['X-Forwarded-Prefix', '/admin'],
        ['X-Forwarded-Proto', 'http'],
        ['X-Forwarded-Ssl', 'off'],
        ['X-Forwarded-Port', '1'],
        ['X-Forwarded-For', '127.0.0.1'],
        ['X-Forwarded-For', '::1, 10.0.0.1'],
        ['X-Real-Ip', '127.0.0.1'],
      ]),
      answer: 'never decide anything',
    },
    {
      title: 'an exemption by address or user agent',
      source: 'CVE-2026-34457',
      rows: variants(
        'no exemption',
        [
          ['User-Agent', 'GoogleHC/1.0'],
          ['User-Agent', 'ELB-HealthChecker/2.0'],
          ['X-Forwarded-For', '10.0.0.1'],
          ['True-Client-IP', '127.0.0.1'],
          ['CF-Connecting-IP', '127.0.0.1'],
          ['X-Health-Check', '1'],
          ['X-Skip-Auth', '1'],
          ['X-Auth-Bypass', 'true'],
          ['X-Middleware-Subrequest', 'middleware:middleware:middleware:middleware:middleware'],
          ['X-Internal-Request', 'true'],
        ] as const,
        (field) => ({
          route: 'kubernetes',
          title: field.join(': '),
          request: { headers: [field] },
          expect: { status: 401, reason: 'credentials_missing' } as const,
        }),
      ),
      like: ['no-exemption-*'],
    },
    {
      title: 'a method other than the real one, in small letters, CONNECT or TRACE',
      source: 'CVE-2026-71324; RFC 9110 §9.1',
      rows: variants('method', ['get', 'Post', 'connect', 'DEBUG', 'FOO-BAR', '', ' ', 'PRI'], (method) => ({
        ...base,
        request: { uri: '/locked/x', method },
        expect: INVALID_REQUEST,
        twin,
      })),
      like: ['method-get', 'method-CONNECT', 'method-TRACE', 'method-BREW', 'own-method-other'],
    },
    {
      title: 'a method override where a rule asks for a method: `X-HTTP-Method-Override` and its spellings',
      source: 'CWE-436; Rails, Symfony, Express method-override',
      rows: variants(
        'override',
        [
          'x-http-method-override',
          'X-HTTP-METHOD',
          'x-method-override',
          'X_HTTP_METHOD',
          'X.HTTP.Method',
          'X-HTTP_Method-Override',
          'X~HTTP~Method',
        ],
        (name) => ({
          route: 'ruled',
          request: { uri: '/ruled', headers: [[name, 'DELETE']] as const },
          token: {},
          twin: 'rules-post-plain',
          expect: INVALID_REQUEST,
        }),
      ),
      like: ['override-*', 'preflight-override'],
    },
    {
      title: 'a rule for GET avoided by HEAD',
      source: 'CWE-285; RFC 9110 §9.3.2',
      like: ['rules-head-short', 'rules-get-short'],
    },
    {
      title: 'a request that only looks like a CORS preflight',
      source: 'Fetch standard',
      like: ['preflight-*', 'anonymous-preflight'],
    },
    {
      title: 'an origin that is not listed, `null`, two of them',
      source: 'RFC 6454; CWE-346',
      rows: variants(
        'origin',
        [
          'https://inspector.example.com.evil.example',
          'https://INSPECTOR.example.com',
          'https://inspector.example.com/',
          'http://inspector.example.com',
          'https://inspector.example.com:443',
          'https://inspector.example.com, https://evil.example',
          'https://xinspector.example.com',
          'file://',
          '*',
          '',
        ],
        (origin) => ({
          route: 'browser',
          request: { uri: '/browser', headers: [['Origin', origin]] as const },
          token: {},
          expect: {
            status: 403,
            reason: 'origin_not_allowed',
            absent: ['WWW-Authenticate', 'Access-Control-Allow-Origin'],
          } as const,
          twin: 'listed origin',
        }),
      ).concat([
        {
          id: 'listed origin',
          spec: 'corpus',
          title: 'the twin',
          route: 'browser',
          request: { uri: '/browser', headers: [['Origin', 'https://inspector.example.com']] },
          token: {},
          expect: ALLOWED,
        },
      ]),
      like: ['origin-*'],
    },
    {
      title: 'everything above, behind Traefik, Caddy and nginx',
      source: 'ForwardAuth, `forward_auth`, `auth_request`',
      tests: [{ file: 'test/proxy/cases/spoofing.ts', name: 'spoofed X-Forwarded-Method on a DELETE' }],
      answer: 'the application sees nothing of it',
    },
  ],
}
