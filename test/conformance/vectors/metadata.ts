import { PROOF_ALGORITHMS } from '../../support/proof-maker.ts'
/** A request for a metadata document, and its answer. */
export interface MetadataVector {
  readonly id: string
  readonly spec: string
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST'
  readonly host?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly target: string
  /** The document; undefined: a 404 in JSON. */
  readonly document?: Readonly<Record<string, unknown>>
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const KUBERNETES = {
  resource: 'https://api.example.com/mcp/kubernetes',
  authorization_servers: ['https://id.example.com/main'],
  scopes_supported: ['mcp:read'],
  bearer_methods_supported: ['header'],
  dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  resource_name: 'Kubernetes',
}
const ROOT = {
  resource: 'https://root.example.com',
  authorization_servers: ['https://id.example.com/main'],
  bearer_methods_supported: ['header'],
  dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
}
const HOSTS = {
  authorization_servers: ['https://id.example.com/main'],
  scopes_supported: ['mcp:read'],
  bearer_methods_supported: ['header'],
  dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
}

/** Metadata of protected resources (RFC 9728). */
export const METADATA: readonly MetadataVector[] = [
  {
    id: 'metadata',
    spec: 'RFC 9728 §3.1, §3.2; P1, P2, P6',
    target: `${WELL_KNOWN}/mcp/kubernetes`,
    document: KUBERNETES,
  },
  { id: 'metadata-head', spec: 'P13', method: 'HEAD', target: `${WELL_KNOWN}/mcp/kubernetes`, document: KUBERNETES },
  {
    id: 'metadata-options',
    spec: 'P13',
    method: 'OPTIONS',
    target: `${WELL_KNOWN}/mcp/kubernetes`,
    document: KUBERNETES,
  },
  { id: 'metadata-slash', spec: 'P15', target: `${WELL_KNOWN}/mcp/kubernetes/`, document: KUBERNETES },
  {
    id: 'metadata-query',
    spec: 'the SDKs keep the query',
    target: `${WELL_KNOWN}/mcp/kubernetes?x=1`,
    document: KUBERNETES,
  },
  {
    id: 'metadata-default-port',
    spec: 'CONTRACT',
    host: 'api.example.com:443',
    target: `${WELL_KNOWN}/mcp/kubernetes`,
    document: KUBERNETES,
  },
  {
    id: 'metadata-forwarded-host',
    spec: 'P18: it only chooses among configured documents',
    host: 'forwardgate.auth.svc',
    headers: [['X-Forwarded-Host', 'api.example.com']],
    target: `${WELL_KNOWN}/mcp/kubernetes`,
    document: KUBERNETES,
  },
  {
    id: 'metadata-forwarded-host-twice',
    spec: 'P18',
    headers: [
      ['X-Forwarded-Host', 'root.example.com'],
      ['X-Forwarded-Host', 'root.example.com'],
    ],
    target: `${WELL_KNOWN}/mcp/kubernetes`,
    document: KUBERNETES,
  },
  { id: 'metadata-root', spec: 'RFC 9728 §3.1; P2', host: 'root.example.com', target: WELL_KNOWN, document: ROOT },
  {
    id: 'metadata-no-scopes',
    spec: 'RFC 9728 §3.2; P5',
    host: 'root.example.com',
    target: `${WELL_KNOWN}/`,
    document: ROOT,
  },
  {
    id: 'metadata-first-host',
    spec: 'P3',
    host: 'in.example.com',
    target: `${WELL_KNOWN}/hosts`,
    document: { resource: 'https://in.example.com/hosts', ...HOSTS },
  },
  {
    id: 'metadata-second-host',
    spec: 'P3',
    host: 'out.example.com',
    target: `${WELL_KNOWN}/hosts`,
    document: { resource: 'https://out.example.com/hosts', ...HOSTS },
  },
  {
    id: 'metadata-port',
    spec: 'P3',
    host: 'api.example.com:8443',
    target: `${WELL_KNOWN}/port`,
    document: {
      resource: 'https://api.example.com:8443/port',
      authorization_servers: ['https://id.example.com/main'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    },
  },
  ...['', '/'].map((slash) => ({
    id: `metadata-slash-${slash}`,
    spec: 'CONTRACT: each form has its document',
    target: `${WELL_KNOWN}/slashes${slash}`,
    document: {
      resource: `https://api.example.com/slashes${slash}`,
      authorization_servers: ['https://id.example.com/main'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    },
  })),
  {
    id: 'metadata-not-advertised',
    spec: 'DESIGN §4 advertise',
    target: `${WELL_KNOWN}/accept`,
    document: {
      resource: 'https://api.example.com/accept',
      authorization_servers: ['https://id.example.com/main'],
      scopes_supported: ['deploy'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    },
  },
  {
    id: 'metadata-prefix',
    spec: 'Entra',
    target: `${WELL_KNOWN}/entra`,
    document: {
      resource: 'https://api.example.com/entra',
      authorization_servers: ['https://login.example.com/tenant/v2.0'],
      scopes_supported: ['api://forwardgate/mcp:read', 'openid', 'offline_access'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    },
  },
  { id: 'metadata-unknown-path', spec: 'P14', target: `${WELL_KNOWN}/nowhere` },
  { id: 'metadata-no-root', spec: 'CONTRACT: the root answers only for a root resource', target: WELL_KNOWN },
  { id: 'metadata-parent', spec: 'P17', target: `${WELL_KNOWN}/mcp` },
  { id: 'metadata-other-host', spec: 'P18', host: 'evil.example.com', target: `${WELL_KNOWN}/mcp/kubernetes` },
  {
    id: 'metadata-other-port',
    spec: 'RFC 9728 §3.3',
    host: 'api.example.com:8443',
    target: `${WELL_KNOWN}/mcp/kubernetes`,
  },
  { id: 'metadata-other-case', spec: 'P17', target: `${WELL_KNOWN}/MCP/kubernetes` },
  { id: 'metadata-encoded', spec: 'P17', target: `${WELL_KNOWN}/mcp/%6bubernetes` },
  { id: 'metadata-dots', spec: 'P17', target: `${WELL_KNOWN}/x/../mcp/kubernetes` },
  { id: 'metadata-two-slashes', spec: 'P17', target: `${WELL_KNOWN}/mcp/kubernetes//` },
  { id: 'metadata-longer-name', spec: 'P17', target: `${WELL_KNOWN}s/mcp/kubernetes` },
  {
    id: 'metadata-glued-host',
    spec: 'P17, P18: host and path are compared apart',
    host: 'api.example.co',
    target: `${WELL_KNOWN}m/mcp/kubernetes`,
  },
  { id: 'metadata-post', spec: 'RFC 9728 §3.1: GET', method: 'POST', target: `${WELL_KNOWN}/mcp/kubernetes` },
  { id: 'metadata-authorization-server', spec: 'probes of clients', target: '/.well-known/oauth-authorization-server' },
  { id: 'metadata-openid', spec: 'probes of clients', target: '/.well-known/openid-configuration/mcp/kubernetes' },
  { id: 'metadata-register', spec: 'probes of clients', method: 'POST', target: '/register' },
]
