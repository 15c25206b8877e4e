import type { Vector } from '../../conformance/vector.ts'
import { type Family, variants } from './attack.ts'

const twin = 'token-signed'
const ROUTE = 'https://api.example.com/mcp/kubernetes'
const claims = (prefix: string, name: string, values: readonly unknown[], expect: Vector['expect']) =>
  variants(prefix, values, (value) => ({
    route: 'kubernetes',
    token: { claims: { [name]: value } },
    title: `${name}: ${JSON.stringify(value)}`.slice(0, 70),
    expect,
    twin,
  }))
/** A number that no JSON writer would write. */
const literally = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text)

/** What a token says, and of whom. */
export const CLAIMS: Family = {
  title: 'Claims',
  attacks: [
    {
      title: 'an issuer that only resembles the trusted one',
      source: 'RFC 7519 §4.1.1; CVE-2025-30144; CVE-2024-53861',
      rows: claims(
        'issuer',
        'iss',
        [
          'https://id.example.com/main?x',
          'https://id.example.com/main#',
          'https://id.example.com//main',
          'https://id.example.com/./main',
          'https://id.example.com/%6dain',
          'https://id.example.com:443/main',
          'https://id.example.com.evil.example/main',
          'https://evil.example/https://id.example.com/main',
          ' https://id.example.com/main',
          'https://id.example.com/main\u0000',
          'https://id.example.com/ma\u0456n',
          '*',
          '.*',
          'main',
          null,
          7,
          { toString: 'x' },
        ],
        { status: 401, reason: 'issuer_untrusted' },
      ),
      like: ['iss-*', 'issuer-of-another-route'],
    },
    {
      title: 'the `iss` of one trusted issuer, signed by another one that has the same kid',
      source: 'oathkeeper; RFC 8725 §3.8',
      like: ['cross-issuer', 'cross-issuer-kid', 'shared-iss-neither', 'accept-*'],
    },
    {
      title: 'a token for another route, also while the route it is for has just accepted it',
      source: 'oathkeeper 198a2bc8; heimdall #3444',
      rows: claims(
        'audience',
        'aud',
        ['https://api.example.com/mcp/grafana', ['https://api.example.com/mcp/grafana', 'conformance']],
        { status: 401, reason: 'audience_mismatch' },
      ),
      like: ['aud-here-not-there', 'aud-of another route'],
      tests: [
        { file: 'test/service/tokens.test.ts', name: 'for the audience of one route: refused on the other' },
        { file: 'test/hostile/corpus-cache.test.ts', name: 'is judged anew on another route' },
      ],
    },
    {
      title: 'an audience that only resembles the right one, or holds it as a part',
      source: 'RFC 7519 §4.1.3',
      rows: claims(
        'audience',
        'aud',
        [
          `${ROUTE}?x`,
          `${ROUTE}#`,
          ` ${ROUTE}`,
          `${ROUTE} `,
          `${ROUTE},x`,
          'https://api.example.com:443/mcp/kubernetes',
          'http://api.example.com/mcp/kubernetes',
          'https://API.example.com/mcp/kubernetes',
          'https://api.example.com',
          '/mcp/kubernetes',
          '*',
          'https://api.example.com/*',
          [`${ROUTE}/`],
          ['*'],
          [''],
        ],
        { status: 401, reason: 'audience_mismatch' },
      ),
      like: [
        'aud-missing',
        'aud-empty*',
        'aud-trailing slash',
        'aud-other case',
        'aud-a part',
        'aud-a longer one',
        'aud-two in one text',
        'aud-none-of',
      ],
    },
    {
      title: 'claims of another type: numbers, objects, lists of lists, null',
      source: 'RFC 7519 §4.1; CWE-843',
      rows: [
        ...claims('typed aud', 'aud', [{ 0: ROUTE }, true, [null], [[ROUTE]], [{ aud: ROUTE }]], {
          status: 401,
          reason: 'claim_invalid',
        }),
        ...claims('typed exp', 'exp', [true, '', { in: 1 }, '1900000000', [1_900_000_000], null], {
          status: 401,
          reason: 'claim_invalid',
        }),
        ...claims('typed sub', 'sub', [7, false, ['alice'], { $gt: '' }], { status: 401, reason: 'claim_invalid' }),
        ...claims('typed jti', 'jti', [true, [], { id: 1 }], { status: 401, reason: 'claim_invalid' }),
      ],
      like: ['claim-*'],
    },
    {
      title: 'an expiry beyond every number, in milliseconds, negative, or none',
      source: 'CWE-190; RFC 7519 §2',
      rows: [
        ...variants('number', ['1e400', '1e308', '100000000000', '99999999999999999999'], (text) => ({
          route: 'kubernetes',
          token: { claims: { exp: literally(text) } },
          title: `exp: ${text}`,
          expect: { status: 401, reason: 'claim_invalid' } as const,
          twin,
        })),
        ...variants('number', ['-1e400', '1e400'], (text) => ({
          route: 'kubernetes',
          token: { claims: { nbf: literally(text) } },
          id: `number nbf ${text}`,
          title: `nbf: ${text}`,
          expect: { status: 401, reason: 'claim_invalid' } as const,
          twin,
        })),
        ...variants('past', ['-1', '0', '-0', '1', '1e-400'], (text) => ({
          route: 'kubernetes',
          token: { claims: { exp: literally(text) } },
          title: `exp: ${text}`,
          expect: { status: 401, reason: 'token_expired' } as const,
          twin,
        })),
      ],
      like: ['claim-exp*', 'exp-negative'],
    },
    {
      title: 'expired, not yet valid, issued in the future, each to the second of the tolerance',
      source: 'RFC 7519 §4.1.4–6',
      like: [
        'exp-at-tolerance',
        'exp-after-tolerance',
        'nbf-after-tolerance',
        'iat-after-tolerance',
        'strict-exp-now',
        'strict-nbf-after',
        'strict-iat-after',
      ],
    },
    {
      title: 'a life longer than is allowed',
      source: 'RFC 8725; RFC 9700 §2.2',
      like: ['strict-life-exceeded', 'strict-life-without-iat'],
    },
    {
      title: 'a scope with a longer name, in other letters, with a comma, a tab, or in the wrong claim',
      source: 'RFC 6749 §3.3',
      rows: claims(
        'scope',
        'scope',
        [
          'mcp:readwrite',
          'mcp:rea',
          'mcp',
          'mcp:*',
          '*',
          'mcp:read,openid',
          'mcp:read\topenid',
          'mcp:read\u00a0openid',
          'mcp:read\nopenid',
          'mcp:read+openid',
          'mcp%3Aread',
          '"mcp:read"',
          'mcp\uff1aread',
          'MCP:Read',
          ['mcp:read openid'],
          [' mcp:read'],
          [],
          '',
        ],
        { status: 403, reason: 'scope_insufficient' },
      ),
      like: [
        'scope-missing',
        'scope-empty',
        'scope-a longer word',
        'scope-other case',
        'scope-with a comma',
        'scope-an item with a blank',
        'scope-boolean-*',
        'scope-claims-of-issuer-short',
        'scope-boolean claim of another issuer',
      ],
    },
    {
      title: 'a client that is not listed, in other letters, or behind a second client claim',
      source: 'RFC 9068 §2.2; Keycloak `azp`',
      like: ['client-*'],
    },
    {
      title: 'claim rules: absent, another type, a text that contains the value, a list that also has a banned one',
      source: 'CWE-697',
      like: ['claims-*', 'rules-admin-claim'],
    },
    {
      title: 'a broader scope by implication the wrong way round',
      source: 'CWE-269',
      like: ['rules-not-implied-upwards', 'rules-delete-never-sheds-the-route'],
    },
    {
      title: 'a revoked `jti`, `sub` or client, and tokens of before a day',
      source: 'RFC 7009; RFC 7519 §4.1.7',
      like: ['revoked-*'],
      tests: [{ file: 'test/hostile/revocations.test.ts', name: 'holds from the next request after the reload' }],
    },
  ],
}
