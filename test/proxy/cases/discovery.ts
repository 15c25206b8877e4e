import type { Expected, Row } from '../support/row.ts'

const METADATA = '/.well-known/oauth-protected-resource'

const document: Expected = {
  status: 200,
  headers: { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'max-age=300', 'Content-Type': /^application\/json/ },
  body: /^\{"resource":"https:\/\/api\.example\.com\/mcp\/kubernetes","authorization_servers":\["http:\/\/127\.0\.0\.1:\d+"\],/,
  application: null,
}

const notFound: Expected = {
  status: 404,
  headers: {
    'Content-Type': /^application\/json/,
    'Cache-Control': 'no-store',
    Location: null,
    'WWW-Authenticate': null,
  },
  body: '{"error":"not_found"}',
  application: null,
}

/** What clients read before they have a token. */
export const DISCOVERY_ROWS: readonly Row[] = [
  { name: 'metadata without a token', request: { target: `${METADATA}/mcp/kubernetes` }, expected: document },
  {
    name: 'metadata with a bad token',
    request: { target: `${METADATA}/mcp/kubernetes`, token: 'expired' },
    expected: document,
  },
  {
    name: 'metadata for HEAD',
    request: { method: 'HEAD', target: `${METADATA}/mcp/kubernetes` },
    expected: { ...document, body: '' },
  },
  {
    name: 'metadata with a spoofed host',
    request: { target: `${METADATA}/mcp/kubernetes`, headers: [['X-Forwarded-Host', 'evil.example.com']] },
    expected: document,
  },
  {
    name: 'metadata to a browser’s preflight',
    request: {
      method: 'OPTIONS',
      target: `${METADATA}/mcp/kubernetes`,
      headers: [
        ['Origin', 'https://x.example'],
        ['Access-Control-Request-Method', 'GET'],
        ['Access-Control-Request-Headers', 'mcp-protocol-version'],
      ],
    },
    expected: {
      status: 204,
      headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': /MCP-Protocol-Version/ },
      application: null,
    },
  },
  {
    name: 'metadata of another host',
    request: { target: `${METADATA}/mcp/kubernetes`, host: 'other.example.com' },
    expected: notFound,
  },
  {
    name: 'metadata of a path that is not a resource',
    request: { target: `${METADATA}/mcp/nothing` },
    expected: notFound,
  },
  { name: 'metadata without a path', request: { target: METADATA }, expected: notFound },
  {
    name: 'oauth-authorization-server',
    request: { target: '/.well-known/oauth-authorization-server/mcp/kubernetes' },
    expected: notFound,
  },
  { name: 'openid-configuration', request: { target: '/.well-known/openid-configuration' }, expected: notFound },
  {
    name: 'POST to the metadata',
    request: { method: 'POST', target: `${METADATA}/mcp/kubernetes`, body: '{' },
    expected: notFound,
  },
]
