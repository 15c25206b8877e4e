import { REGISTRATION_PATH } from '../../documents/registration.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import { type Ask, type Exchange, jsonObject } from './exchange.ts'
import type { Fault, Report } from './report.ts'

const CREATE_ONE = 'Create one, and type it into the client (Claude: advanced settings of the connector).'

/** What can be wrong with how clients register. */
export const REGISTRATION_FAULTS = {
  'no-registration': {
    severity: 'note',
    why: 'Every client needs a client ID that was created for it at the provider.',
    fix: CREATE_ONE,
  },
  'registration-unreachable': {
    severity: 'error',
    why: 'Clients that have no client ID cannot log in.',
    fix: 'Route the path of the registration endpoint to the auth port of forwardgate, without the auth middleware.',
  },
  'registration-refused': {
    severity: 'error',
    why: 'The provider announces registration, so clients without a client ID try it, and fail.',
    fix: 'Let the provider register clients of strangers (Keycloak: the policies of client registration), or give the issuer a `registration`.',
  },
  'registration-answer': {
    severity: 'error',
    why: 'The official SDKs refuse such an answer, and do not log in.',
    fix: 'Give the issuer a `registration` in the configuration, or report it to the provider.',
  },
} as const satisfies Readonly<Record<string, Fault>>

type RegistrationReport = Report<keyof typeof REGISTRATION_FAULTS>

/** How a client without a client ID gets one. `register`: whether that may be tried if it leaves a client behind. */
export async function judgeRegistration(
  report: RegistrationReport,
  issuer: string,
  document: JsonObject,
  register: boolean,
  ask: Ask,
): Promise<undefined> {
  const endpoint = document['registration_endpoint']
  if (typeof endpoint === 'string' && endpoint.startsWith(`${new URL(issuer).origin}${REGISTRATION_PATH}/`))
    return tryOwn(report, endpoint, ask)
  if (document['client_id_metadata_document_supported'] === true)
    return report.ok('no-registration', 'registration by metadata document is announced, not tried')
  if (typeof endpoint !== 'string') return reportNone(report, document)
  if (register) return tryForeign(report, endpoint, ask)
  return report.ok('no-registration', 'registration is announced, not tried; --register tries it')
}

function reportNone(report: RegistrationReport, document: JsonObject): undefined {
  const instead =
    document['authorization_response_iss_parameter_supported'] === true
      ? 'forwardgate cannot register clients in its place: it sends iss in authorization responses (RFC 9207).'
      : 'Or give the issuer a `registration` in the configuration.'
  const what = 'it offers neither dynamic registration nor client metadata documents'
  return report.find('no-registration', what, { fix: `${CREATE_ONE} ${instead}` })
}

/** Our own endpoint keeps nothing, so it can be tried: without redirect URIs it refuses, and that is the good answer. */
async function tryOwn(report: RegistrationReport, endpoint: string, ask: Ask): Promise<undefined> {
  const answer = await post(endpoint, {}, ask)
  if (answer.ok && answer.status === 400 && jsonObject(answer.body)?.['error'] === 'invalid_redirect_uri')
    return report.ok('registration-unreachable', 'clients register at forwardgate')
  const found = answer.ok ? `status ${answer.status}` : answer.problem
  return report.find('registration-unreachable', `${endpoint} does not register clients: ${found}`, {
    fix: `Route Path(\`${new URL(endpoint).pathname}\`) of this host to the auth port of forwardgate, without the auth middleware.`,
  })
}

/** What MCP clients on a desktop send. */
const CLIENT = {
  client_name: 'forwardgate doctor',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
} as const

async function tryForeign(report: RegistrationReport, endpoint: string, ask: Ask): Promise<undefined> {
  const answer = await post(endpoint, CLIENT, ask)
  const client = answer.ok && answer.status < 300 ? jsonObject(answer.body) : undefined
  if (typeof client?.['client_id'] !== 'string')
    return report.find('registration-refused', `a client cannot register: ${refusal(answer)}`)
  const left = await remove(client, endpoint, ask)
  const unfit = unfitMembers(client)
  if (unfit.length === 0) return report.ok('no-registration', `a client registered by itself; ${left}`)
  return report.find('registration-answer', `the answer to a registration has ${unfit.join(', ')}; ${left}`)
}

function refusal(answer: Exchange): string {
  if (!answer.ok) return answer.problem
  const { error, error_description: description } = jsonObject(answer.body) ?? {}
  const said = [error, description].filter((text) => typeof text === 'string').join(': ')
  return said === '' ? `status ${answer.status}` : `status ${answer.status}, ${said.slice(0, 300)}`
}

/** Optional members that hold a URI; the SDKs take an empty one for a broken URL. */
const URIS = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri']

function unfitMembers(client: JsonObject): readonly string[] {
  const redirects = Array.isArray(client['redirect_uris']) ? [] : ['no list redirect_uris']
  const empty = URIS.filter((name) => client[name] === '').map((name) => `an empty ${name}`)
  const nulls = Object.keys(client).filter((name) => client[name] === null)
  return [...redirects, ...empty, ...nulls.slice(0, 5).map((name) => `${name}: null`)]
}

/**
 * Takes the client away again if the provider lets it (RFC 7592), and only at its own address: an answer must not choose
 * which other host or port gets a DELETE from this machine. Says what is left.
 */
async function remove(client: JsonObject, endpoint: string, ask: Ask): Promise<string> {
  const { client_id: id, registration_client_uri: uri, registration_access_token: token } = client
  const isAtProvider = typeof uri === 'string' && URL.parse(uri)?.origin === URL.parse(endpoint)?.origin
  if (isAtProvider && /^https?:/i.test(uri) && typeof token === 'string') {
    const answer = await ask(uri, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
    if (answer.ok && answer.status < 300) return 'it was deleted again'
  }
  return `delete the client ${JSON.stringify(id)} at the provider`
}

function post(endpoint: string, body: unknown, ask: Ask): Promise<Exchange> {
  return ask(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  })
}
