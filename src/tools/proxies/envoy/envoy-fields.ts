/** What of a refusal reaches the client. */
export const ANSWER_FIELDS: readonly string[] = [
  'www-authenticate',
  'dpop-nonce',
  'retry-after',
  'x-forwardgate-reason',
  'content-type',
  'cache-control',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'vary',
]

/** Envoy's CORS filter for these origins: it answers preflights, and lets pages read the challenge. */
export function corsPolicy(origins: readonly string[]) {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allow_origin_string_match: origins.map((exact) => ({ exact })),
    allow_methods: 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    allow_headers: 'Authorization, Content-Type, Accept, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID',
    expose_headers: 'WWW-Authenticate, Mcp-Session-Id, X-Forwardgate-Reason',
    max_age: '600',
  }
}
