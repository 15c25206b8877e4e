import { REGISTRATION_PATH } from '../../documents/registration.ts'
import { type Ask, jsonObject } from './exchange.ts'
import { openNotebook, type Report, type StepReport } from './report.ts'

type Document = Readonly<Record<string, unknown>>

/** Step 3: the login server's metadata, as MCP clients look for it (RFC 8414, then OpenID Connect), and its keys. */
export async function checkAuthorizationServer(issuer: string, ask: Ask): Promise<StepReport> {
  const notebook = openNotebook('the authorization server', issuer)
  if (!URL.canParse(issuer)) {
    notebook.find(
      'error',
      'issuer-form',
      'authorization_servers[0] is not a URL',
      'Clients cannot find its metadata.',
      'Write the issuer as in its discovery document.',
    )
    return notebook.report()
  }
  const document = await find(issuer, ask)
  if (document === undefined) {
    notebook.find(
      'error',
      'server-metadata-missing',
      `no metadata at ${places(issuer).join(', ')}`,
      'Clients do not learn where to log in.',
      'Correct the issuer; the login server must be reachable from where the clients are.',
    )
    return notebook.report()
  }
  judgeIssuer(notebook, issuer, document['issuer'])
  judgeLogin(notebook, document)
  await judgeRegistration(notebook, issuer, document, ask)
  await judgeKeys(notebook, document['jwks_uri'], ask)
  return notebook.report()
}

function places(issuer: string): readonly string[] {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map(
    (name) => `${url.origin}/.well-known/${name}${path}`,
  )
  return [...new Set([...inserted, `${url.origin}${path}/.well-known/openid-configuration`])]
}

async function find(issuer: string, ask: Ask): Promise<Document | undefined> {
  for (const place of places(issuer)) {
    const answer = await ask(place, { headers: { accept: 'application/json' } })
    const document = answer.ok && answer.status === 200 ? jsonObject(answer.body) : undefined
    if (document !== undefined) return document
  }
  return undefined
}

function judgeIssuer(notebook: Report, advertised: string, named: unknown): void {
  if (named === advertised) {
    notebook.good('its issuer is the one advertised, byte for byte')
    return
  }
  const slash = named === `${advertised}/` || `${String(named)}/` === advertised
  notebook.find(
    'error',
    'issuer-mismatch',
    `it calls itself ${JSON.stringify(named)}, advertised is ${JSON.stringify(advertised)}${slash ? ': only a trailing slash differs' : ''}`,
    'RFC 8414 §3.3: the TypeScript SDK 2 and the Python SDK refuse the document.',
    'Write the issuer in the configuration exactly as the provider does.',
  )
}

function judgeLogin(notebook: Report, document: Document): void {
  for (const member of ['authorization_endpoint', 'token_endpoint']) {
    if (typeof document[member] === 'string') continue
    notebook.find(
      'error',
      'endpoint-missing',
      `it has no ${member}`,
      'People cannot log in there.',
      'Use an issuer that offers the authorization code flow.',
    )
  }
  const methods = document['code_challenge_methods_supported']
  if (Array.isArray(methods) && methods.includes('S256')) notebook.good('PKCE with S256')
  else {
    notebook.find(
      'error',
      'no-pkce',
      'code_challenge_methods_supported lacks S256',
      'MCP clients must refuse a login server that does not announce PKCE.',
      'Switch PKCE on at the provider, or update it; where it has PKCE and does not say so (Entra, Cognito), give it a `registration` with codeChallengeMethods: [S256].',
    )
  }
}

async function judgeRegistration(notebook: Report, issuer: string, document: Document, ask: Ask): Promise<void> {
  if (document['client_id_metadata_document_supported'] === true) {
    notebook.good('clients register by metadata document')
    return
  }
  const endpoint = document['registration_endpoint']
  if (typeof endpoint === 'string') {
    const own = endpoint.startsWith(`${new URL(issuer).origin}${REGISTRATION_PATH}/`)
    if (own) await tryRegistration(notebook, endpoint, ask)
    else notebook.good('clients register by themselves')
    return
  }
  const standIn =
    document['authorization_response_iss_parameter_supported'] === true
      ? 'forwardgate cannot register clients in its place: it sends iss in authorization responses (RFC 9207).'
      : 'Or give the issuer a `registration` in the configuration.'
  notebook.find(
    'note',
    'no-registration',
    'it offers neither dynamic registration nor client metadata documents',
    'Every client needs a client id that somebody made for it at the provider.',
    `Make one, and type it into the client (Claude: advanced settings of the connector). ${standIn}`,
  )
}

/** Our own endpoint keeps nothing, so it can be tried: without redirect URIs it refuses, and that is the good answer. */
async function tryRegistration(notebook: Report, endpoint: string, ask: Ask): Promise<void> {
  const answer = await ask(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{}',
  })
  if (answer.ok && answer.status === 400 && jsonObject(answer.body)?.['error'] === 'invalid_redirect_uri') {
    notebook.good('clients register at forwardgate')
    return
  }
  notebook.find(
    'error',
    'registration-unreachable',
    `${endpoint} does not register clients: ${answer.ok ? `status ${answer.status}` : answer.problem}`,
    'Clients that have no client id cannot log in.',
    `Route Path(\`${new URL(endpoint).pathname}\`) of this host to the auth port of forwardgate, without the auth middleware.`,
  )
}

async function judgeKeys(notebook: Report, uri: unknown, ask: Ask): Promise<void> {
  const answer = typeof uri === 'string' && URL.canParse(uri) ? await ask(uri) : undefined
  const keys = answer?.ok === true && answer.status === 200 ? jsonObject(answer.body)?.['keys'] : undefined
  if (Array.isArray(keys) && keys.length > 0) {
    notebook.good(`${keys.length} keys`)
    return
  }
  notebook.find(
    'error',
    'no-keys',
    `no keys at ${JSON.stringify(uri)}`,
    'No token of this issuer can be verified.',
    'Select a signing key at the provider (Authentik signs with a shared secret until then).',
  )
}
