import { generateKeyPair } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild } from '../../lab/child-process.ts'
import { openPageVisits } from '../../lab/page-visits.ts'
import { freePort } from '../deploy/child-service.ts'
import { REDIRECT_URI } from '../scenarios/clients/account.ts'
import { PAGE_ORIGIN } from './outcome-page.ts'
import { startedOrStopped } from './started.ts'

const MAX_START_MS = 120_000
const SECRET = 'a-system-secret-of-this-suite'

/** What the pages for login and consent, which each user of Hydra writes, let a client have. */
export interface Consent {
  readonly audience: readonly string[]
  readonly groups: readonly string[]
}

/** A running Hydra. */
export interface HydraServer {
  /** Every `iss`. */
  readonly issuer: string
  /** Where opaque tokens are asked about: the admin port, which wants no credentials. */
  readonly introspection: string
  /** A call of the admin API; what it says. */
  admin(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>>
  /** What the token endpoint says to a form of a confidential client. */
  ask(client: Credentials, form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>
  /** Plays browser, login page and consent page; promises what the redirect URI is called with. */
  follow(authorizationUrl: URL, consent: Consent): Promise<URL>
  stop(): Promise<void>
}

/** A confidential client. */
export interface Credentials {
  readonly id: string
  readonly secret: string
}

/** Starts Hydra for this run, on free ports, with its database in memory. Access tokens are JWTs where the client says so. */
export async function startHydra(program: string): Promise<HydraServer> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${port}`
  const adminOrigin = `http://127.0.0.1:${adminPort}`
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-hydra-'))
  await writeFile(join(folder, 'hydra.json'), JSON.stringify(settings(issuer, port, adminPort)))
  const child = await startChild(program, ['serve', 'all', '--dev', '--sqa-opt-out', '--config', 'hydra.json'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  await startedOrStopped(child, `${issuer}/.well-known/openid-configuration`, MAX_START_MS)

  const admin: HydraServer['admin'] = async (method, path, body) => {
    const response = await fetch(`${adminOrigin}/admin${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
  for (const set of KEY_SETS) await addKey(admin, set, 'first')
  return {
    issuer,
    introspection: `${adminOrigin}/admin/oauth2/introspect`,
    admin,
    ask: async ({ id, secret }, form) => {
      const Authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      const sent = { method: 'POST', headers: { Authorization, Connection: 'close' }, body: new URLSearchParams(form) }
      return (await fetch(`${issuer}/oauth2/token`, sent)).json() as Promise<Readonly<Record<string, unknown>>>
    },
    follow: (url, consent) => logIn(admin, url, consent),
    stop: () => child.stop().finally(() => rm(folder, { recursive: true, force: true })),
  }
}

/** The keys of access tokens. */
export const ACCESS_TOKEN_KEYS = 'hydra.jwt.access-token'
/** Hydra makes keys of 4,096 bits when it first needs them, and cuts the request that waits for longer than ten seconds. */
const KEY_SETS = ['hydra.openid.id-token', ACCESS_TOKEN_KEYS]

/** Adds a signing key, which is used from now on. */
export async function addKey(admin: HydraServer['admin'], set: string, kid: string): Promise<void> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
  await admin('PUT', `/keys/${set}/${kid}`, jwk)
}

function settings(issuer: string, port: number, adminPort: number) {
  return {
    dsn: 'memory',
    log: { level: 'warn' },
    serve: {
      public: { host: '127.0.0.1', port, cors: { enabled: true, allowed_origins: [PAGE_ORIGIN] } },
      admin: { host: '127.0.0.1', port: adminPort },
    },
    // The pages are played by `logIn`: nothing has to listen there.
    urls: { self: { issuer }, login: 'http://127.0.0.1:1/login', consent: 'http://127.0.0.1:1/consent' },
    secrets: { system: [SECRET] },
    // Both are needed: the one lets clients register, the other tells them where.
    webfinger: { oidc_discovery: { client_registration_url: `${issuer}/oauth2/register` } },
    oidc: { dynamic_client_registration: { enabled: true, default_scope: ['openid', 'offline_access', 'mcp:read'] } },
  }
}

async function logIn(admin: HydraServer['admin'], start: URL, { audience, groups }: Consent): Promise<URL> {
  const visit = openPageVisits()
  const accept = async (kind: string, challenge: string, body: unknown) => {
    const query = `${kind}_challenge=${encodeURIComponent(challenge)}`
    const { redirect_to } = await admin('PUT', `/oauth2/auth/requests/${kind}/accept?${query}`, body)
    return new URL(String(redirect_to))
  }
  let url = start
  for (let steps = 0; steps < 8; steps += 1) {
    if (url.href.startsWith(REDIRECT_URI)) return url
    const login = url.searchParams.get('login_challenge')
    const consent = url.searchParams.get('consent_challenge')
    if (login !== null) url = await accept('login', login, { subject: 'alice' })
    else if (consent !== null) {
      const asked = await admin('GET', `/oauth2/auth/requests/consent?consent_challenge=${encodeURIComponent(consent)}`)
      const session = { access_token: { groups } }
      const granted = { grant_scope: asked['requested_scope'], grant_access_token_audience: audience, session }
      url = await accept('consent', consent, granted)
    } else {
      const { location, status, text } = await visit(url)
      if (location === undefined) throw new Error(`the login stopped at ${url.pathname}: ${status} ${text}`)
      url = location
    }
  }
  throw new Error('the login goes round in circles')
}
