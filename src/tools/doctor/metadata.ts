import { isWithin } from '../../config/canonical-path.ts'
import { type Ask, documentOf, type Exchange, whyNoDocument } from './exchange.ts'
import type { Fault, Report } from './report.ts'

/** What can be wrong with the metadata of a protected resource. */
export const METADATA_FAULTS = {
  'metadata-behind-auth': {
    severity: 'error',
    why: 'The TypeScript SDK then takes this host for the login server and fails there; claude.ai shows an error.',
    fix: 'Give PathPrefix(`/.well-known/oauth-protected-resource`) a router of its own to forwardgate, without the auth middleware, and no middleware on the entry point.',
  },
  'metadata-missing': {
    severity: 'error',
    why: 'The TypeScript SDK then takes this host for the login server and fails there; claude.ai shows an error.',
    fix: 'Route PathPrefix(`/.well-known/oauth-protected-resource`) of this host to the auth port of forwardgate.',
  },
  'metadata-cors': {
    severity: 'warning',
    why: 'Clients in a browser (MCP Inspector) cannot read the document.',
    fix: 'Let the headers of forwardgate through, or add a CORS middleware.',
  },
  'resource-mismatch': {
    severity: 'error',
    why: 'The TypeScript SDK throws "Protected resource does not match"; Go, C# and VS Code refuse too.',
    fix: 'Set `resource` of the route to the URL that users type, without a trailing slash.',
  },
  'resource-parent': {
    severity: 'warning',
    why: 'The Go SDK, C# SDK and VS Code want exactly the URL that was typed.',
    fix: 'Set `resource` of the route to the URL that users type.',
  },
  'scopes-form': { severity: 'error', why: 'VS Code refuses the document.', fix: 'Make it a list of texts.' },
  'scopes-offline': {
    severity: 'warning',
    why: 'MCP: a resource should not request refresh tokens; clients add the scope themselves.',
    fix: 'Take it out of requestScopes.',
  },
  'no-authorization-server': {
    severity: 'error',
    why: 'MCP clients have nowhere to log in (MCP authorization requires at least one).',
    fix: 'Let one accept entry of the route be advertised.',
  },
  'several-authorization-servers': {
    severity: 'note',
    why: 'No known client tries a second one.',
    fix: 'List the one for people first.',
  },
} as const satisfies Readonly<Record<string, Fault>>

type MetadataReport = Report<keyof typeof METADATA_FAULTS>

/** Step 2: every client can read the protected-resource metadata (RFC 9728), and it describes exactly this resource. */
export async function checkMetadata(report: MetadataReport, url: string, metadataUrl: string, ask: Ask) {
  const headers = { 'mcp-protocol-version': '2025-11-25', accept: 'application/json' }
  const answer = await ask(metadataUrl, { headers })
  const document = documentOf(answer)
  if (!answer.ok || document === undefined) return judgeMissing(report, answer)
  report.ok('metadata-missing', 'status 200 with a JSON object')
  judgeResource(report, url, document['resource'])
  const isReadable = answer.headers.get('access-control-allow-origin') !== null
  report.judge('metadata-cors', isReadable, 'readable from a browser', 'no Access-Control-Allow-Origin')
  judgeScopes(report, document['scopes_supported'])
  return judgeServers(report, document['authorization_servers'])
}

function judgeMissing(report: MetadataReport, answer: Exchange): undefined {
  const isBehindAuth = answer.ok && (answer.status === 401 || (answer.status >= 300 && answer.status < 400))
  return report.find(
    isBehindAuth ? 'metadata-behind-auth' : 'metadata-missing',
    `no metadata: ${whyNoDocument(answer)}`,
  )
}

function judgeResource(report: MetadataReport, url: string, resource: unknown): undefined {
  if (resource === url) return report.ok('resource-mismatch', 'resource is exactly the URL that was requested')
  const differs = `resource is ${JSON.stringify(resource)}, the URL is ${JSON.stringify(url)}`
  if (typeof resource !== 'string' || !URL.canParse(resource))
    return report.find('resource-mismatch', differs, {
      why: 'RFC 9728 §3.3: clients must not use this document.',
      fix: 'Set `resource` of the route to the URL that users type.',
    })
  const [named, asked] = [new URL(resource), new URL(url)]
  const parent = named.pathname.replace(/\/$/, '')
  const covers = named.origin === asked.origin && isWithin(asked.pathname, parent)
  return report.find(resource === `${url}/` || !covers ? 'resource-mismatch' : 'resource-parent', differs)
}

function judgeScopes(report: MetadataReport, scopes: unknown): void {
  if (scopes === undefined) return
  if (!Array.isArray(scopes)) report.find('scopes-form', 'scopes_supported is not a list')
  else if (scopes.includes('offline_access')) report.find('scopes-offline', 'scopes_supported has offline_access')
}

/** The authorization server that clients take: the first. */
function judgeServers(report: MetadataReport, servers: unknown): string | undefined {
  const list = Array.isArray(servers) ? servers.filter((server) => typeof server === 'string') : []
  const several = `${list.length} authorization servers; clients take the first`
  if (list.length === 0) report.find('no-authorization-server', 'authorization_servers is missing or empty')
  else if (list.length > 1) report.find('several-authorization-servers', several)
  else report.ok('no-authorization-server', `login server ${list[0]}`)
  return list[0]
}
