import { type Ask, jsonObject } from './exchange.ts'
import { openNotebook, type Report, type StepReport } from './report.ts'

/** Step 2: the protected-resource metadata (RFC 9728) is there for everybody and speaks of exactly this resource. */
export async function checkMetadata(
  url: string,
  metadataUrl: string,
  ask: Ask,
): Promise<[StepReport, string | undefined]> {
  const notebook = openNotebook('the metadata of the resource', metadataUrl)
  const answer = await ask(metadataUrl, {
    headers: { 'mcp-protocol-version': '2025-11-25', accept: 'application/json' },
  })
  const document = answer.ok && answer.status === 200 ? jsonObject(answer.body) : undefined
  if (document === undefined) {
    const status = answer.ok ? `status ${answer.status}` : answer.problem
    const found = answer.ok && answer.status === 200 ? 'status 200, but not a JSON object' : status
    const behindAuth = answer.ok && (answer.status === 401 || (answer.status >= 300 && answer.status < 400))
    notebook.find(
      'error',
      behindAuth ? 'metadata-behind-auth' : 'metadata-missing',
      `no metadata: ${found}`,
      'The TypeScript SDK then takes this host for the login server and fails there; claude.ai shows an error.',
      behindAuth
        ? 'Give PathPrefix(`/.well-known/oauth-protected-resource`) a router of its own to forwardgate, without the auth middleware, and no middleware on the entry point.'
        : 'Route PathPrefix(`/.well-known/oauth-protected-resource`) of this host to the auth port of forwardgate.',
    )
    return [notebook.report(), undefined]
  }
  notebook.good('status 200 with a JSON object')
  judgeResource(notebook, url, document['resource'])
  if (answer.ok && answer.headers.get('access-control-allow-origin') === null) {
    notebook.find(
      'warning',
      'metadata-cors',
      'no Access-Control-Allow-Origin',
      'Clients in a browser (MCP Inspector) cannot read the document.',
      'Let the headers of forwardgate through, or add a CORS middleware.',
    )
  } else notebook.good('readable from a browser')
  judgeScopes(notebook, document['scopes_supported'])
  const servers = document['authorization_servers']
  const list = Array.isArray(servers) ? servers.filter((server) => typeof server === 'string') : []
  if (list.length === 0) {
    notebook.find(
      'error',
      'no-authorization-server',
      'authorization_servers is missing or empty',
      'MCP clients have nowhere to log in (MCP authorization requires at least one).',
      'Let one way in of the route be advertised.',
    )
  } else if (list.length > 1) {
    notebook.find(
      'note',
      'several-authorization-servers',
      `${list.length} authorization servers; clients take the first`,
      'No known client tries a second one.',
      'List the one for people first.',
    )
  } else notebook.good(`login server ${list[0]}`)
  return [notebook.report(), list[0]]
}

function judgeResource(notebook: Report, url: string, resource: unknown): void {
  if (resource === url) {
    notebook.good('resource is exactly the URL that was asked')
    return
  }
  const differs = `resource is ${JSON.stringify(resource)}, the URL is ${JSON.stringify(url)}`
  if (typeof resource !== 'string' || !URL.canParse(resource)) {
    notebook.find(
      'error',
      'resource-mismatch',
      differs,
      'RFC 9728 §3.3: clients must not use this document.',
      'Set `resource` of the route to the URL that users type.',
    )
    return
  }
  const [named, asked] = [new URL(resource), new URL(url)]
  const parent = named.pathname.replace(/\/$/, '')
  const covers = named.origin === asked.origin && (asked.pathname === parent || asked.pathname.startsWith(`${parent}/`))
  if (resource === `${url}/` || !covers) {
    notebook.find(
      'error',
      'resource-mismatch',
      differs,
      'The TypeScript SDK throws "Protected resource does not match"; Go, C# and VS Code refuse too.',
      'Set `resource` of the route to the URL that users type, without a trailing slash.',
    )
  } else {
    notebook.find(
      'warning',
      'resource-parent',
      differs,
      'The Go SDK, C# SDK and VS Code want exactly the URL that was typed.',
      'Set `resource` of the route to the URL that users type.',
    )
  }
}

function judgeScopes(notebook: Report, scopes: unknown): void {
  if (scopes === undefined) return
  if (!Array.isArray(scopes)) {
    notebook.find(
      'error',
      'scopes-form',
      'scopes_supported is not a list',
      'VS Code refuses the document.',
      'Make it a list of texts.',
    )
  } else if (scopes.includes('offline_access')) {
    notebook.find(
      'warning',
      'scopes-offline',
      'scopes_supported has offline_access',
      'MCP: a resource should not ask for refresh tokens; clients add it themselves.',
      'Take it out of requestScopes.',
    )
  }
}
