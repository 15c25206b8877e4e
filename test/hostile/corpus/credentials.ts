import { ALLOWED, type Family, variants } from './attack.ts'

const twin = 'bearer'

/** Where a token may be, and where not. */
export const CREDENTIALS: Family = {
  title: 'Credentials',
  attacks: [
    {
      title: 'two `Authorization` fields, in any case, of any scheme, with 1,000 headers between them',
      source: 'RFC 6750 §3.1; Node keeps the first in silence',
      rows: variants(
        'second field',
        [
          [['Authorization', 'Bearer x']],
          [['authorization', '']],
          [['AUTHORIZATION', 'Basic YTpi']],
          [['Authorization', 'DPoP x'], ...Array.from({ length: 1000 }, (_, at) => [`A${at}`, '1'] as const)],
        ] as const,
        (headers) => ({
          route: 'kubernetes',
          id: `second field ${headers[0]?.join(': ')} and ${headers.length - 1} more`,
          title: `${headers[0]?.join(': ')} and ${headers.length - 1} more`,
          request: { headers },
          token: {},
          expect: { status: 400, reason: 'credentials_ambiguous' } as const,
          twin,
        }),
      ),
      like: ['two-fields*', 'anonymous-two-fields'],
    },
    {
      title: 'a token hidden behind more than 1,000 headers',
      source: 'Node maxHeadersCount',
      rows: [
        {
          id: '1,500 headers before the token',
          spec: 'corpus',
          title: 'it is still read',
          route: 'kubernetes',
          request: { headers: Array.from({ length: 1500 }, (_, at) => [`A${at}`, '1'] as const) },
          token: {},
          expect: ALLOWED,
        },
        {
          id: '1,500 headers and no token',
          spec: 'corpus',
          title: 'and its absence seen',
          route: 'kubernetes',
          request: { headers: Array.from({ length: 1500 }, (_, at) => [`A${at}`, '1'] as const) },
          expect: { status: 401, reason: 'credentials_missing' },
          twin: '1,500 headers before the token',
        },
      ],
    },
    {
      title: 'another scheme, no scheme, a token in Basic, two schemes in one field',
      source: 'RFC 6750 §2.1; oauth2-proxy',
      rows: variants(
        'scheme',
        [
          'Bearer: {token}',
          'Bearer={token}',
          'BearerX {token}',
          'X-Bearer {token}',
          'JWT {token}',
          'OAuth {token}',
          'AccessToken {token}',
          '"Bearer" {token}',
          "Bearer'{token}'",
          'Basic {token}',
          'Bearer;{token}',
          'Bearer\\ {token}',
        ],
        (credentials) => ({
          route: 'kubernetes',
          token: {},
          credentials,
          // What follows the scheme's own letters decides which of the two it is.
          expect: /^Bearer[:=;\\]/.test(credentials)
            ? ({ status: 401, reason: 'credentials_malformed' } as const)
            : ({ status: 401, reason: 'credentials_missing' } as const),
          twin,
        }),
      ),
      like: ['other-scheme-*'],
    },
    {
      title: 'blanks, tabs, commas, quotes and 8-bit characters around the token',
      source: 'RFC 6750 §2.1; RFC 9110 §5.6.3',
      rows: variants(
        'around',
        [
          'Bearer {token}\t{token}',
          'Bearer {token};x',
          'Bearer <{token}>',
          'Bearer {token} {token}',
          'Bearer {token}%00',
          'Bearer %65yJ.{token}',
          'Bearer \u00a0{token}',
          'Bearer {token}\u0085',
          "Bearer '{token}'",
        ],
        (credentials) => ({
          route: 'kubernetes',
          token: {},
          credentials,
          expect: { status: 401, reason: 'credentials_malformed' } as const,
          twin,
        }),
      ),
      like: ['malformed-*'],
    },
    {
      title: 'a token in the query, a cookie, a body or a header of its own',
      source: 'RFC 6750 §2.3, §5.3; RFC 9700 §4.3',
      rows: variants(
        'elsewhere',
        [
          ['Cookie', 'Authorization=Bearer {token}'],
          ['X-Authorization', 'Bearer abc'],
          ['Authorization-Foo', 'Bearer abc'],
          ['Proxy-Authorization', 'Bearer abc'],
          ['X-Access-Token', 'abc'],
          ['X-Auth-Token', 'abc'],
          ['X-Forwarded-Access-Token', 'abc'],
          ['Sec-WebSocket-Protocol', 'bearer, abc'],
          ['X_Authorization', 'Bearer abc'],
        ] as const,
        (field) => ({
          route: 'kubernetes',
          title: field[0],
          request: { uri: '/mcp/kubernetes?access_token=abc&token=abc', headers: [field] },
          expect: { status: 401, reason: 'credentials_missing' } as const,
        }),
      ),
      like: ['token-in-query'],
    },
    {
      title: 'a token in two places',
      source: 'RFC 6750 §2',
      like: ['token-in-both'],
      answer: 'the header decides; the rest is not read',
    },
    {
      title: 'a malformed token or cookie on a public route',
      source: 'CVE-2026-25748',
      rows: variants('public route', ['Bearer', 'Bearer x', 'Basic YTpi', '', 'bearer\tx'], (credentials) => ({
        route: 'public',
        request: { uri: '/public' },
        token: { text: '' },
        credentials,
        expect:
          credentials === 'Bearer x'
            ? ({ status: 401, reason: 'token_opaque' } as const)
            : credentials.toLowerCase().startsWith('bearer')
              ? ({ status: 401, reason: 'credentials_malformed' } as const)
              : ({ status: 401, reason: 'credentials_missing' } as const),
      })),
      like: ['anonymous-bad-token', 'anonymous-expired', 'anonymous-credentials-*', 'anonymous-rule'],
    },
  ],
}
