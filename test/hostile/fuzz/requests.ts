import { METHODS } from 'node:http'
import fc, { type Arbitrary } from 'fast-check'
import type { Call } from './reference.ts'

/** In every text that only an attacker sends: no answer and no label may ever hold it. */
export const CANARY = 'CaNaRy'

type Fields = readonly string[]
const from = <T>(...values: readonly T[]): Arbitrary<T> => fc.constantFrom(...values)
const marked: Arbitrary<string> = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `${text}${CANARY}`)

/** Names that some server takes for this one, and some that none should. */
const spelling = (name: string): Arbitrary<string> =>
  fc.oneof(
    { weight: 24, arbitrary: from(name) },
    {
      weight: 1,
      arbitrary: from(
        ...[name.toLowerCase(), name.toUpperCase(), name.replaceAll('-', '_'), name.replaceAll('-', '.'), `${name}X`],
        ...[
          ` ${name}`,
          `${name} `,
          `${name}:`,
          name.replace('-', ''),
          name.replace('-', '--'),
          `X${name}`,
          `${name}\0`,
        ],
      ),
    },
  )

/** One field as it should be; sometimes none, two, or one that is spelt in another way. */
const field = (name: string, good: Arbitrary<string>, bad: Arbitrary<string>): Arbitrary<Fields> => {
  const one = fc.tuple(spelling(name), fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: bad }))
  return fc.oneof(
    { weight: 40, arbitrary: one },
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(one, one).map((both) => both.flat()) },
  )
}

const method = from('GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH')
const badMethod = fc.oneof(from('get', 'TRACE', 'CONNECT', '', 'DELETE ', 'GET,DELETE', ...METHODS), marked)
const host = from('api.example.com', 'api.example.com', 'API.example.com:443', 'api.example.com.', 'root.example.com')
const badHost = fc.oneof(
  from(
    '',
    'api.example.com,root.example.com',
    'api.example.com/x',
    'api.example.com"',
    'api.example.com\r\nX: y',
    '[::1]',
  ),
  from(
    'xn--api.example.com',
    'api.example.com:',
    'api.example.com..',
    '.api.example.com',
    '127.0.0.1',
    'evil.example.com',
  ),
  marked,
)
const PLACES = [
  '/mcp/api',
  '/mcp/api/admin',
  '/mcp/API-twin',
  '/mcp/other',
  '/ways',
  '/open',
  '/open/secret',
  '/browser',
]
const path = fc
  .tuple(from(...PLACES, '/locked', '/observed', '/', '/mcp', ''), fc.array(segment(), { maxLength: 3 }))
  .map(([place, more]) => [place, ...more].join('/'))
const badPath = fc.oneof(
  fc.tuple(from(...PLACES), fc.string({ unit: 'binary', maxLength: 6 }), fc.nat(12)).map(([place, text, at]) => {
    const where = at % (place.length + 1)
    return place.slice(0, where) + text + place.slice(where)
  }),
  fc.tuple(from(...PLACES), fc.nat(12)).map(([place, at]) => {
    const where = 1 + (at % (place.length - 1))
    return `${place.slice(0, where)}%${place.charCodeAt(where).toString(16)}${place.slice(where + 1)}`
  }),
  from('//mcp/api', 'http://api.example.com/mcp/api', 'mcp/api', '*', '/MCP/API', '/Open/Secret', '/open%2fsecret'),
  marked.map((text) => `/${text}`),
)

function segment(): Arbitrary<string> {
  return from(
    'a',
    'admin',
    'ADMIN',
    '',
    '.',
    '..',
    '%2e%2e',
    '%2f',
    '%5c',
    '%00',
    '%c3%a9',
    '%ff',
    ';x',
    'x?y',
    '%61dmin',
    'secret',
  )
}

const identity = fc.tuple(
  from('X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes').chain(spelling),
  marked,
)
const other = fc.oneof(
  identity,
  fc.tuple(
    from('X-Forwarded-For', 'X-Real-Ip', 'X-Original-URL', 'X-Forwarded-Prefix', 'Cookie', 'User-Agent', 'Host'),
    marked,
  ),
  fc.tuple(from('X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override').chain(spelling), method),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), marked),
)

/** The Authorization field: a genuine token in it, more or less. */
export function credentials(tokens: readonly string[]): Arbitrary<string> {
  const token = from(...tokens)
  const blank = from(' ', '  ', '\t', '', '\u00a0', ' \t', ',')
  const scheme = from('Bearer', 'bearer', 'BEARER', 'Basic', 'DPoP', 'Bearer:', 'Digest', 'Token', '')
  return fc.oneof(
    { weight: 6, arbitrary: token.map((text) => `Bearer ${text}`) },
    {
      weight: 2,
      arbitrary: fc.tuple(scheme, blank, token, from('', ' ', ',', ' x', '\n')).map((parts) => parts.join('')),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(token, token, from(' ', ',', ', Bearer ', '.')).map(([a, b, s]) => `Bearer ${a}${s}${b}`),
    },
    {
      weight: 1,
      arbitrary: fc.oneof(
        marked,
        marked.map((text) => `Bearer ${text}`),
      ),
    },
  )
}

/** Whatever reaches the endpoint: a proxy's call as it should be, with all that clients and middlewares do to it. */
export function calls(authorization: Arbitrary<string>): Arbitrary<Call> {
  return from(...STAGES)
    .chain(([name, itsHost, itsPath]) => {
      const target = fc.oneof(
        { weight: 12, arbitrary: from(`/verify/${name}`) },
        { weight: 5, arbitrary: from('/verify') },
        { weight: 2, arbitrary: from(...STAGES.map(([other]) => `/verify/${other}`)) },
        {
          weight: 1,
          arbitrary: from(...ODD_TARGETS, `/verify/${name}/`, `/verify/${name}?x=1`, `/verify/${name.toUpperCase()}`),
        },
        { weight: 1, arbitrary: marked.map((text) => `/verify/${text}`) },
      )
      const hosts = fc.oneof({ weight: 5, arbitrary: from(itsHost) }, { weight: 1, arbitrary: host })
      const below = fc.array(segment(), { maxLength: 2 }).map((more) => [itsPath, ...more].join('/') || '/')
      const paths = fc.oneof(
        { weight: 6, arbitrary: from(itsPath || '/') },
        { weight: 2, arbitrary: below },
        { weight: 2, arbitrary: path },
      )
      return fc.tuple(own, target, describe(hosts, paths, authorization), others, fc.boolean())
    })
    .map(([ownMethod, target, fields, more, first]) => ({
      method: ownMethod,
      target,
      rawHeaders: first ? [...more, ...fields] : [...fields, ...more],
    }))
}

/** Route, host and path that belong together. */
const STAGES: readonly (readonly [name: string, host: string, path: string])[] = [
  ['api', 'api.example.com', '/mcp/api'],
  ['api', 'api.example.com', '/mcp/api/admin'],
  ['twin', 'api.example.com', '/mcp/API-twin'],
  ['other', 'api.example.com', '/mcp/other'],
  ['ways', 'api.example.com', '/ways'],
  ['open', 'api.example.com', '/open'],
  ['open', 'api.example.com', '/open/secret'],
  ['browser', 'api.example.com', '/browser'],
  ['locked', 'api.example.com', '/locked'],
  ['observed', 'api.example.com', '/observed'],
  ['root', 'root.example.com', ''],
]
const ODD_TARGETS = [
  ...['/verify//open', '//verify/open', '/verify/%6fpen', '/verify/none', '/verify/unmatched', '/verify/__proto__'],
  ...[
    '/verify?route=open',
    '/verify/api;x',
    '/verify/constructor',
    'http://gate/verify/open',
    '/verify/../verify/open',
  ],
]

const own = fc.oneof({ weight: 12, arbitrary: from('GET') }, { weight: 2, arbitrary: fc.oneof(method, badMethod) })
const nothing = fc.constant<Fields>([])
const others = fc.oneof(
  { weight: 2, arbitrary: nothing },
  { weight: 1, arbitrary: fc.array(other, { maxLength: 3 }).map((fields) => fields.flat()) },
)

/** The fields by which a proxy describes a request, and those of browsers. */
function describe(
  hosts: Arbitrary<string>,
  paths: Arbitrary<string>,
  authorization: Arbitrary<string>,
): Arbitrary<Fields> {
  const auth = { weight: 8, arbitrary: field('Authorization', authorization, marked) }
  const origin = field('Origin', from('https://inspector.example.com', 'null', 'https://evil.example.com'), marked)
  const requested = field('Access-Control-Request-Method', method, marked)
  return fc
    .tuple(
      ...([field('X-Forwarded-Method', method, badMethod), field('X-Forwarded-Host', hosts, badHost)] as const),
      ...([field('X-Forwarded-Uri', paths, badPath), fc.oneof(auth, { weight: 1, arbitrary: nothing })] as const),
      fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: origin }),
      fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: requested }),
    )
    .map((fields) => fields.flat())
}
