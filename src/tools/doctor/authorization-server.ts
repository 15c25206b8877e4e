import { discoveryUrls } from '../../issuers/discovery.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import { type Ask, documentOf, type Exchange, jsonObject, whyNoDocument } from './exchange.ts'
import { judgeRegistration, REGISTRATION_FAULTS } from './registration.ts'
import type { Fault, Report } from './report.ts'

/** What can be wrong with an authorization server. */
export const AUTHORIZATION_SERVER_FAULTS = {
  'issuer-form': {
    severity: 'error',
    why: 'Clients cannot find its metadata.',
    fix: 'Write the issuer as in its discovery document.',
  },
  'server-metadata-missing': {
    severity: 'error',
    why: 'Clients do not learn where to log in.',
    fix: 'Correct the issuer; the login server must be reachable from the network of the clients.',
  },
  'issuer-mismatch': {
    severity: 'error',
    why: 'RFC 8414 §3.3: the TypeScript SDK 2 and the Python SDK refuse the document.',
    fix: 'Write the issuer in the configuration exactly as the provider does.',
  },
  'endpoint-missing': {
    severity: 'error',
    why: 'People cannot log in there.',
    fix: 'Use an issuer that offers the authorization code flow.',
  },
  'no-pkce': {
    severity: 'error',
    why: 'MCP clients must refuse a login server that does not announce PKCE.',
    fix: 'Switch PKCE on at the provider, or update it; if it has PKCE and does not announce it (Entra, Cognito), give it a `registration` with codeChallengeMethods: [S256].',
  },
  ...REGISTRATION_FAULTS,
  'no-keys': {
    severity: 'error',
    why: 'No token of this issuer can be verified.',
    fix: 'Select a signing key at the provider (Authentik signs with a shared secret until then).',
  },
} as const satisfies Readonly<Record<string, Fault>>

type ServerReport = Report<keyof typeof AUTHORIZATION_SERVER_FAULTS>

/** Step 3: the login server's metadata, as MCP clients look for it (RFC 8414, then OpenID Connect), and its keys. */
export async function checkAuthorizationServer(report: ServerReport, issuer: string, register: boolean, ask: Ask) {
  if (!URL.canParse(issuer)) return report.find('issuer-form', 'authorization_servers[0] is not a URL')
  const { document, failures } = await find(issuer, ask)
  if (document === undefined) return report.find('server-metadata-missing', `no metadata: ${failures.join('; ')}`)
  judgeIssuer(report, issuer, document['issuer'])
  judgeLogin(report, document)
  await judgeRegistration(report, issuer, document, register, ask)
  await judgeKeys(report, document['jwks_uri'], ask)
}

/** The first document, or what came in its place at each of the places. */
async function find(issuer: string, ask: Ask): Promise<{ document?: JsonObject; failures: readonly string[] }> {
  const failures: string[] = []
  for (const place of discoveryUrls(issuer)) {
    const answer = await ask(place, { headers: { accept: 'application/json' } })
    const document = documentOf(answer)
    if (document !== undefined) return { document, failures }
    failures.push(`${place}: ${whyNoDocument(answer)}`)
  }
  return { failures }
}

function judgeIssuer(report: ServerReport, advertised: string, named: unknown): void {
  const slash = named === `${advertised}/` || `${String(named)}/` === advertised
  const how = slash ? ': only a trailing slash differs' : ''
  const differs = `it calls itself ${JSON.stringify(named)}, advertised is ${JSON.stringify(advertised)}${how}`
  report.judge('issuer-mismatch', named === advertised, 'its issuer is the one advertised, byte for byte', differs)
}

function judgeLogin(report: ServerReport, document: JsonObject): void {
  for (const member of ['authorization_endpoint', 'token_endpoint']) {
    if (typeof document[member] !== 'string') report.find('endpoint-missing', `it has no ${member}`)
  }
  const methods = document['code_challenge_methods_supported']
  const hasPkce = Array.isArray(methods) && methods.includes('S256')
  report.judge('no-pkce', hasPkce, 'PKCE with S256', 'code_challenge_methods_supported lacks S256')
}

async function judgeKeys(report: ServerReport, uri: unknown, ask: Ask): Promise<void> {
  const answer = typeof uri === 'string' && URL.canParse(uri) ? await ask(uri) : undefined
  const keys = answer && documentOf(answer)?.['keys']
  if (Array.isArray(keys) && keys.length > 0) report.ok('no-keys', `${keys.length} keys`)
  else report.find('no-keys', `no keys at ${JSON.stringify(uri)}${answer === undefined ? '' : `: ${noKeys(answer)}`}`)
}

function noKeys(answer: Exchange): string {
  return answer.ok && jsonObject(answer.body) !== undefined ? 'a document without keys' : whyNoDocument(answer)
}
