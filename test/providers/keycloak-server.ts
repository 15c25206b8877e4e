import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild } from '../../lab/child-process.ts'
import { freePort } from '../deploy/child-service.ts'
import { BUILT } from './keycloak-program.ts'
import { startedOrStopped } from './started.ts'

const ADMIN = { id: 'suite', secret: 'a-secret-of-this-suite' }
/** Half a minute, and minutes on a busy machine. */
const MAX_START_MS = 500_000
/** It lives for minutes: optimizing costs more than it gives. */
const JAVA_OPTS = '-XX:TieredStopAtLevel=1'

/** A running Keycloak. */
export interface Keycloak {
  /** As browsers know it: `KC_HOSTNAME`. It is the origin of every `iss`. */
  readonly origin: string
  /** As it is reached inside, under another name. */
  readonly inside: string
  /** A call of the admin API below `/admin/realms`; what it says, or the id of what it made. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  /** What the token endpoint of a realm says to a form. */
  ask(
    realm: string,
    endpoint: string,
    form: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>>
  stop(): Promise<void>
}

/**
 * Starts Keycloak for this run: on a free port, nothing kept. The first time it is compiled for its kind of database and
 * for its features, so a folder is for one choice of features.
 */
export async function startKeycloak(home: string, ...features: readonly string[]): Promise<Keycloak> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const inside = `http://127.0.0.1:${port}`
  const program = join(home, 'bin', 'kc.sh')
  const { PATH, HOME, JAVA_HOME } = process.env
  const env = { PATH, HOME, JAVA_OPTS_APPEND: JAVA_OPTS, ...(JAVA_HOME ? { JAVA_HOME } : {}) }
  const built = join(home, BUILT)
  if (!existsSync(built)) {
    const chosen = features.length === 0 ? [] : [`--features=${features.join(',')}`]
    await promisify(execFile)(program, ['build', '--db=dev-mem', ...chosen], { env })
    await writeFile(built, '')
  }
  const options = [`--http-port=${port}`, '--http-host=127.0.0.1', '--http-enabled=true', `--hostname=${origin}`]
  const child = await startChild(program, ['start', '--optimized', ...options, '--log-level=warn'], {
    env: {
      ...env,
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: ADMIN.id,
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: ADMIN.secret,
    },
  })
  await startedOrStopped(child, `${inside}/realms/master`, MAX_START_MS)

  const ask: Keycloak['ask'] = async (realm, endpoint, form) => {
    const url = `${inside}/realms/${realm}/protocol/openid-connect/${endpoint}`
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    const text = await response.text()
    return text === '' ? {} : JSON.parse(text)
  }
  return {
    origin,
    inside,
    ask,
    admin: async (method, path, body) => {
      // A token of the admin API lives for a minute only.
      const { access_token } = await ask('master', 'token', {
        grant_type: 'client_credentials',
        client_id: ADMIN.id,
        client_secret: ADMIN.secret,
      })
      const response = await fetch(`${inside}/admin/realms${path}`, {
        method,
        headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return text === '' ? response.headers.get('location')?.split('/').at(-1) : JSON.parse(text)
    },
    stop: () => child.stop(),
  }
}
