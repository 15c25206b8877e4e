import { METHODS } from 'node:http'

/*
 * Who may pass, said a second time: slowly, in the words of the documentation, and without a line of the product. What this
 * refuses must never be allowed. Tokens are not read here: their maker says what is true of them.
 */

/** What is true of a genuine token. `valid`: type, claims and times hold, and it is not revoked. */
export interface Truth {
  readonly issuer: 'main' | 'twin'
  readonly subject: string
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  readonly client: string | undefined
  readonly valid: boolean
}

interface Way {
  readonly issuer: Truth['issuer']
  readonly audience: string
  readonly scopes: readonly string[]
  readonly clients?: readonly string[]
}

interface Rule {
  readonly method?: string
  readonly path?: readonly string[]
  readonly scope: string
}

interface Route {
  readonly name: string
  readonly host: string
  readonly path: readonly string[]
  readonly ways: readonly Way[]
  readonly rules: readonly Rule[]
  readonly anonymous?: true
  readonly observed?: true
  readonly hostLocked?: true
  readonly pathLocked?: true
  readonly preflights?: true
  readonly origins?: readonly string[]
}

const API = 'api.example.com'
const url = (path: readonly string[]) => `https://${API}/${path.join('/')}`
/** A route whose audience is its resource, for tokens of main. */
const simple = (name: string, path: readonly string[], more: Partial<Route & Way> = {}): Route => ({
  ...{ name, host: API, path, rules: [] },
  ways: [{ issuer: 'main', audience: url(path), scopes: [], ...('clients' in more ? { clients: more.clients } : {}) }],
  ...more,
})

const ROUTES: readonly Route[] = [
  {
    ...simple('api', ['mcp', 'api']),
    pathLocked: true,
    ways: [{ issuer: 'main', audience: url(['mcp', 'api']), scopes: ['mcp:read'] }],
    rules: [
      { method: 'DELETE', scope: 'mcp:admin' },
      { path: ['mcp', 'api', 'admin'], scope: 'mcp:admin' },
    ],
  },
  simple('twin', ['mcp', 'API-twin'], { ways: [{ issuer: 'twin', audience: url(['mcp', 'API-twin']), scopes: [] }] }),
  simple('other', ['mcp', 'other'], {
    ways: [{ issuer: 'main', audience: url(['mcp', 'other']), scopes: [], clients: ['claude'] }],
  }),
  simple('ways', ['ways'], {
    ways: [
      { issuer: 'main', audience: url(['mcp', 'api']), scopes: ['mcp:admin'] },
      { issuer: 'twin', audience: url(['mcp', 'other']), scopes: [] },
    ],
  }),
  simple('open', ['open'], {
    anonymous: true,
    pathLocked: true,
    rules: [{ path: ['open', 'secret'], scope: 'mcp:read' }],
  }),
  simple('browser', ['browser'], { preflights: true, origins: ['https://inspector.example.com'] }),
  simple('locked', ['locked'], { hostLocked: true, pathLocked: true }),
  simple('observed', ['observed'], { observed: true }),
  {
    ...simple('root', []),
    host: 'root.example.com',
    ways: [{ issuer: 'main', audience: 'https://root.example.com', scopes: [] }],
  },
]

/** Headers that carry the identity, with their values for a request that passes. */
export const IDENTITY_HEADERS = ['x-auth-subject', 'x-auth-issuer', 'x-auth-client', 'x-auth-scopes']
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override']

export interface Call {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
}

/** `undefined`: refuse. Else who passes: the subject of a token, or no user in particular. */
export interface Pass {
  readonly subject: string
}

export function mayPass({ method, target, rawHeaders }: Call, tokens: ReadonlyMap<string, Truth>): Pass | undefined {
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : []))
  const values = (name: string) => pairs.filter(([sent]) => sent === name).map(([, value]) => value ?? '')
  const only = (name: string) => (values(name).length === 1 ? values(name)[0] : undefined)

  const asked = only('x-forwarded-method')
  const host = only('x-forwarded-host')?.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  const path = only('x-forwarded-uri')?.split('?')[0]
  if (asked === undefined || host === undefined || path === undefined) return undefined
  if (!METHODS.includes(asked) || asked === 'CONNECT' || asked === 'TRACE') return undefined
  if (method !== 'GET' && method !== 'HEAD' && method !== asked) return undefined
  if (!isHostName(host) || !/^\/[\x21-\x7e]*$/.test(path) || path.startsWith('//')) return undefined

  const route = routeOf(target, host, path)
  if (route === undefined) return undefined
  const segments = segmentsOf(path)
  if (route.hostLocked && host !== route.host) return undefined
  if (route.pathLocked && !(segments !== undefined && begins(segments, route.path))) return undefined
  const rules = route.rules.filter(
    (rule) =>
      (rule.method === undefined || rule.method === asked) &&
      (rule.path === undefined || begins((segments ?? []).map(upper), rule.path.map(upper))),
  )

  const looksLike = (wanted: readonly string[]) => (name: string) => wanted.includes(name.replace(/[^a-z0-9]/g, '-'))
  const names = pairs.map(([name]) => name ?? '')
  const methodMatters = route.preflights || route.rules.some((rule) => rule.method !== undefined)
  if (methodMatters && names.some(looksLike(OVERRIDES))) return undefined
  if (names.some((name) => looksLike(IDENTITY_HEADERS)(name) && !IDENTITY_HEADERS.includes(name))) return undefined
  if (route.observed) return whoIs(values('authorization'), route, rules, tokens) ?? { subject: '' }
  const origins = values('origin')
  if (
    route.origins !== undefined &&
    origins.length > 0 &&
    !(origins.length === 1 && route.origins.includes(origins[0] ?? ''))
  )
    return undefined

  const credentials = values('authorization')
  const isPreflight =
    asked === 'OPTIONS' &&
    origins.length === 1 &&
    only('access-control-request-method') !== undefined &&
    credentials.length === 0
  if (isPreflight && route.preflights) return { subject: '' }
  if (route.anonymous && credentials.length === 0 && rules.length === 0 && !isPreflight) return { subject: '' }
  return whoIs(credentials, route, rules, tokens)
}

function whoIs(
  credentials: readonly string[],
  route: Route,
  rules: readonly Rule[],
  tokens: ReadonlyMap<string, Truth>,
): Pass | undefined {
  const [field = '', ...more] = credentials
  const truth = /^bearer $/i.test(field.slice(0, 7)) ? tokens.get(field.slice(7).replace(/^ +/, '')) : undefined
  if (truth === undefined || !truth.valid || more.length > 0) return undefined
  const has = (scope: string) => truth.scopes.includes(scope)
  const way = route.ways.some(
    ({ issuer, audience, scopes, clients }) =>
      issuer === truth.issuer &&
      truth.audience.includes(audience) &&
      scopes.every(has) &&
      (clients === undefined || (truth.client !== undefined && clients.includes(truth.client))),
  )
  return way && rules.every(({ scope }) => has(scope)) ? { subject: truth.subject } : undefined
}

/** The route that the address names, or the one with the longest path of this host; undefined where case would change it. */
function routeOf(target: string, host: string, path: string): Route | undefined {
  const place = target.split('?')[0] ?? ''
  if (place !== '/verify') return ROUTES.find(({ name }) => place === `/verify/${name}`)
  const segments = segmentsOf(path)
  if (segments === undefined) return undefined
  const longest = (routes: readonly Route[]) => {
    const length = Math.max(...routes.map((route) => route.path.length))
    return routes.filter((route) => route.path.length === length)
  }
  const here = ROUTES.filter((route) => route.host === host)
  const exact = longest(here.filter((route) => begins(segments, route.path)))
  const inAnyCase = longest(here.filter((route) => begins(segments.map(upper), route.path.map(upper))))
  return exact.length === 1 && inAnyCase.every((route) => route === exact[0]) ? exact[0] : undefined
}

/** The decoded segments; undefined if a server could read the path as another one. */
function segmentsOf(path: string): readonly string[] | undefined {
  if (/[\\;#]/.test(path)) return undefined
  const [, ...segments] = path.split('/')
  if (segments.at(-1) === '') segments.pop()
  try {
    const decoded = segments.map(decodeURIComponent)
    const odd = decoded.some((segment) => ['', '.', '..'].includes(segment) || /[\x00-\x1f\x7f%/\\;?#]/.test(segment))
    return odd ? undefined : decoded
  } catch {
    return undefined
  }
}

function isHostName(host: string): boolean {
  if (/^\[[0-9a-f:.]{2,45}\]$/.test(host)) return true
  const labels = host.split('.')
  return host.length <= 253 && labels.every((label) => /^[a-z0-9_-]+$/.test(label) && !/^-|-$/.test(label))
}

function begins(segments: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((segment, at) => segments[at] === segment)
}

function upper(text: string): string {
  return text.toUpperCase()
}
