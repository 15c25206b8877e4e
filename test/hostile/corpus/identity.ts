import { ALLOWED, type Family, variants } from './attack.ts'

const ALIAS = { status: 403, reason: 'identity_header_alias', absent: ['WWW-Authenticate'] } as const

/** Who the caller is, as the application learns it. */
export const IDENTITY: Family = {
  title: 'Identity headers',
  attacks: [
    {
      title: 'the client sends `X-Auth-Subject: admin` itself, in any case, once or twice',
      source: 'CVE-2026-30851; Kong 3.14',
      rows: variants('own copy', ['X-Auth-Subject', 'x-auth-subject', 'X-AUTH-SUBJECT'], (name) => ({
        route: 'kubernetes',
        request: {
          headers: [
            [name, 'admin'],
            [name, 'root'],
          ] as const,
        },
        token: {},
        expect: { ...ALLOWED, headers: { 'X-Auth-Subject': 'alice' } },
      })),
      like: ['alias-none'],
      answer: 'answered with the value of the token, which the proxy puts in its place',
    },
    {
      title: 'the client sends a header whose claim the token lacks',
      source: 'CVE-2026-30851',
      like: ['identity-empty'],
      answer: 'answered empty, so that the proxy removes the client’s',
    },
    {
      title: 'identity headers on a public route, without a token',
      source: 'CVE-2026-25748',
      rows: [
        {
          id: 'own copy anonymous',
          spec: 'corpus',
          title: 'without a token there is no identity',
          route: 'public',
          request: {
            uri: '/public',
            headers: [
              ['X-Auth-Subject', 'admin'],
              ['X-Auth-Client', 'claude'],
            ],
          },
          expect: {
            status: 200,
            reason: 'anonymous',
            headers: { 'X-Auth-Subject': '', 'X-Auth-Client': '', 'X-Auth-Issuer': '', 'X-Auth-Scopes': '' },
          },
        },
      ],
      like: ['anonymous'],
      answer: 'every identity header is answered empty',
    },
    {
      title: 'spellings that CGI-like backends read as the same header: `X_Auth_Subject`, `X.Auth.Subject`',
      source: 'CVE-2025-64484; CVE-2026-54763; CVE-2026-88011',
      rows: variants(
        'spelling',
        [
          'X_Auth_Subject',
          'x_auth_subject',
          'X-Auth_Subject',
          'X_Auth-Subject',
          'X.Auth-Subject',
          'X~Auth~Subject',
          'X!Auth!Subject',
          'X+Auth+Subject',
          "X'Auth'Subject",
          'X|Auth|Subject',
          'X`Auth`Subject',
          'X^Auth^Subject',
          'X*Auth*Subject',
          'X#Auth$Issuer',
          'X%Auth&Scopes',
        ],
        (name) => ({
          route: 'kubernetes',
          request: { headers: [[name, 'admin']] as const },
          token: {},
          expect: ALIAS,
          twin: 'no alias',
        }),
      ).concat([
        {
          id: 'no alias',
          spec: 'corpus',
          title: 'the twin',
          route: 'kubernetes',
          request: { headers: [['X-Other', 'admin']] },
          token: {},
          expect: ALLOWED,
        },
      ]),
      like: ['alias-X*', 'alias-x*', 'preflight-alias', 'observed-alias'],
    },
    {
      title: 'a spelling of `Authorization` where the upstream gets its own',
      source: 'CVE-2025-64484',
      rows: variants('spelling of', ['Author-ization', 'authorization'], (name) => ({
        route: 'strip',
        request: { uri: '/strip', headers: [[`X-${name}`, 'Basic YWRtaW46']] as const },
        token: {},
        expect: { ...ALLOWED, headers: { Authorization: '' } },
      })),
      like: ['upstream-*'],
      answer: 'another header; the token is taken away',
    },
    {
      title: 'line ends, NUL, 8-bit and half surrogates in a claim',
      source: 'CWE-93; CWE-113',
      like: [
        'identity-line break',
        'identity-NUL and DEL',
        'identity-8 bit and beyond',
        'identity-half a surrogate pair',
        'identity-per cent',
        'identity-blanks around',
      ],
      answer: 'percent-encoded; two texts never look the same',
    },
    {
      title: 'commas, numbers, objects and lists in a claim',
      source: 'CWE-436',
      like: [
        'identity-comma in text',
        'identity-list*',
        'identity-number and boolean',
        'identity-null',
        'identity-object',
        'identity-scopes of a list',
      ],
      answer: 'encoded by type; an item of a list that has a comma stays one item; a text keeps its commas',
    },
    {
      title: 'claims named `__proto__` and `constructor`',
      source: 'CWE-1321',
      rows: variants('prototype', ['__proto__', 'constructor', 'hasOwnProperty', 'toString'], (name) => ({
        route: 'identity',
        token: { again: { claims: Object.fromEntries([[name, { sub: 'admin', scope: 'mcp:admin' }]]) } },
        expect: { ...ALLOWED, headers: { 'X-User': 'alice', 'X-Scopes': 'mcp:read' } },
      })),
      answer: 'plain names, never looked up on a prototype',
    },
    {
      title: 'an identity of 20 KB',
      source: 'CWE-770',
      rows: variants('20 KB in', ['sub', 'groups'], (name) => ({
        route: 'identity',
        token: { claims: { [name]: 'a'.repeat(20_000) } },
        expect: { status: 403, reason: 'identity_too_large', absent: ['WWW-Authenticate', 'X-User'] } as const,
        twin: `short ${name}`,
      })).concat(
        variants('short', ['sub', 'groups'], (name) => ({
          route: 'identity',
          token: { claims: { [name]: 'a' } },
          expect: ALLOWED,
        })),
      ),
      like: ['identity-too-large'],
    },
    {
      title: 'identity in a trailer, `Connection: X-Auth-Subject`, and the client’s copies, behind real proxies',
      source: 'CVE-2026-88004',
      tests: [
        { file: 'test/proxy/cases/identity.ts', name: 'Connection: X-Auth-Subject' },
        { file: 'test/hostile/corpus-proxies.test.ts', name: 'a trailer' },
      ],
      answer: 'the application sees what the gate says, or nothing',
    },
    {
      title: 'an identity header that the middleware does not list',
      source: 'Kong 3.14',
      tests: [{ file: 'test/cli/check/planted.ts', name: 'identity-header-unlisted' }],
      answer: '`check` calls it an error',
    },
  ],
}
