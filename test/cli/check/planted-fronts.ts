/** A mistake in what `generate` writes for a proxy. */
export interface Planted {
  readonly proxy: 'nginx' | 'caddy' | 'envoy' | 'gateway-api'
  readonly id: string
  readonly from: string | RegExp
  readonly to: string
  readonly severity?: 'error' | 'warning' | 'note'
  /** In place of `ROUTES`. */
  readonly config?: string
  /** Further mistakes that this one brings along. */
  readonly also?: readonly string[]
}

/** Two routes on one host: a file with a mistake in one of them still asks about the other. */
export const ROUTES = `issuers: { main: https://id.example.com }
routes:
  api: { resource: https://api.example.com/mcp/api, scopes: [read], dpop: required, upstreamAuthorization: strip }
  other: { resource: https://api.example.com/other, scopes: [read] }
`

/** What makes a route judge bodies. */
export const BODIES = { mcp: { tools: { status: 'allow' }, maxBodySize: 2048 } } as const

const WITH_BODIES = `${ROUTES}  tools: ${JSON.stringify({ resource: 'https://api.example.com/tools', scopes: ['read'], ...BODIES })}\n`

const ENVOY: readonly Omit<Planted, 'proxy'>[] = [
  { id: 'question-route-unknown', from: '/ext_authz/api', to: '/ext_authz/apo' },
  { id: 'question-path', from: '/ext_authz/api', to: '/verify/api' },
  { id: 'identity-header-passes', from: /- exact: x-auth-subject\n +ignore_case: true\n +/, to: '' },
  { id: 'proof-field-passes', from: /request_headers_to_remove:\n +- DPoP\n +/, to: '' },
  { id: 'field-not-forwarded', from: /- exact: origin\n +ignore_case: true\n +/, to: '' },
  { id: 'field-not-forwarded', from: '- prefix: sec-websocket-', to: '- prefix: other-', config: WITH_BODIES },
  { id: 'question-body', from: 'max_request_bytes: 2049', to: 'max_request_bytes: 2048', config: WITH_BODIES },
  { id: 'question-body', from: /with_request_body:\n( +.*\n){3}/, to: 'other: {}\n', config: WITH_BODIES },
  { id: 'fails-open', from: 'failure_mode_allow: false', to: 'failure_mode_allow: true' },
  {
    id: 'fails-open',
    from: 'failure_mode_allow: false',
    to: 'filter_enabled: { default_value: { numerator: 50, denominator: HUNDRED } }',
  },
  {
    id: 'underscores-pass',
    from: 'headers_with_underscores_action: REJECT_REQUEST',
    to: 'headers_with_underscores_action: ALLOW',
  },
  { id: 'ambiguous-paths-pass', from: 'normalize_path: true', to: 'normalize_path: false', severity: 'warning' },
  { id: 'ambiguous-paths-pass', from: /merge_slashes: true\n +/, to: '', severity: 'warning' },
  {
    id: 'ambiguous-paths-pass',
    from: 'path_with_escaped_slashes_action: REJECT_REQUEST',
    to: 'path_with_escaped_slashes_action: KEEP_UNCHANGED',
    severity: 'warning',
  },
  { id: 'error-status-lost', from: /status_on_error:\n +code: ServiceUnavailable\n +/, to: '', severity: 'warning' },
  { id: 'challenge-lost', from: /- exact: www-authenticate\n +ignore_case: true\n +/, to: '' },
  { id: 'metadata-not-open', from: '/.well-known/oauth-protected-resource', to: '/.well-known/other' },
  {
    id: 'resource-unasked',
    from: /(?<=path_separated_prefix: \/mcp\/api\n(?:.*\n)*? +"?@type.*PerRoute"?\n)/,
    to: '                              disabled: true\n',
    also: ['metadata-not-open'],
  },
  {
    id: 'resource-unasked',
    from: /^ {2}clusters:/m,
    to: `    - name: plain
      filter_chains: [{ filters: [{ typed_config: {
        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
        route_config: { virtual_hosts: [{ domains: ["api.example.com:*"], routes: [{ match: { prefix: / }, route: { cluster: api } }] }] } } }] }]
  clusters:`,
  },
  { id: 'not-read', from: /^( +)route_config:$/m, to: '$1rds: {}\n$1other:', severity: 'note' },
]

const NGINX: readonly Omit<Planted, 'proxy'>[] = [
  { id: 'question-route-unknown', from: '/verify/api', to: '/verify/apo' },
  { id: 'question-path', from: 'http://forwardgate/verify/api', to: 'http://forwardgate/auth/api' },
  { id: 'identity-header-passes', from: /proxy_set_header X-Auth-Subject .*/, to: '' },
  {
    id: 'identity-header-passes',
    from: /proxy_set_header X-Auth-Subject .*/,
    to: 'proxy_set_header X-Auth-Subject $http_x_auth_subject;',
  },
  { id: 'identity-header-passes', from: /auth_request_set \$forwardgate_x_auth_subject .*/, to: '' },
  { id: 'proof-field-passes', from: /proxy_set_header DPoP .*/, to: '' },
  {
    id: 'field-not-forwarded',
    from: 'internal;\n        proxy_pass',
    to: 'internal;\n        proxy_set_header Authorization "";\n        proxy_pass',
  },
  {
    id: 'field-not-forwarded',
    from: 'internal;\n        proxy_pass',
    to: 'internal;\n        proxy_pass_request_headers off;\n        proxy_pass',
  },
  { id: 'question-body', from: 'server {', to: 'server  {', config: WITH_BODIES },
  { id: 'facts-unset', from: /proxy_set_header X-Forwarded-Uri .*/, to: '' },
  { id: 'facts-unset', from: 'X-Forwarded-Method $request_method', to: 'X-Forwarded-Method $http_x_forwarded_method' },
  { id: 'fails-open', from: 'auth_request /', to: 'satisfy any;\n        auth_request /' },
  { id: 'fails-open', from: 'default_type application/json;', to: 'proxy_pass http://api:8080;' },
  { id: 'underscores-pass', from: 'server_name', to: 'underscores_in_headers on;\n    server_name' },
  { id: 'ambiguous-paths-pass', from: /if \(\$request_uri .*/, to: '', severity: 'warning' },
  { id: 'error-status-lost', from: /if \(\$forwardgate_status = 503\).*/, to: '', severity: 'warning' },
  { id: 'challenge-lost', from: /add_header WWW-Authenticate .*/, to: '' },
  { id: 'metadata-not-open', from: '^~ /.well-known/oauth-protected-resource', to: '^~ /.well-known/other' },
  {
    id: 'resource-unasked',
    from: 'auth_request /_forwardgate/api;',
    to: 'auth_request off;',
    also: ['metadata-not-open'],
  },
  {
    id: 'resource-unasked',
    from: /$/,
    to: 'server {\n  listen 80;\n  server_name api.example.com;\n  location / { proxy_pass http://api:8080; }\n}\n',
  },
  { id: 'not-read', from: 'server_name', to: 'include snippets/tls.conf;\n    server_name', severity: 'note' },
]

const CADDY: readonly Omit<Planted, 'proxy'>[] = [
  { id: 'question-route-unknown', from: '/verify/api', to: '/verify/apo' },
  { id: 'question-path', from: '/verify/api', to: '/ext_authz/api' },
  {
    id: 'identity-header-passes',
    from: /request_header -X-Auth-Subject\n([\s\S]*?)copy_headers X-Auth-Subject/,
    to: '$1copy_headers',
  },
  { id: 'proof-field-passes', from: 'request_header -DPoP', to: '' },
  { id: 'field-not-forwarded', from: 'uri /verify/api', to: 'uri /verify/api\n\t\t\t\theader_up -Authorization' },
  { id: 'question-body', from: '@ambiguous {', to: '@ambiguous  {', config: WITH_BODIES },
  { id: 'ambiguous-paths-pass', from: /handle @ambiguous \{\n.*\n\t\}/, to: '', severity: 'warning' },
  { id: 'identity-removed', from: 'request_header @plain -Connection', to: '' },
  { id: 'identity-removed', from: 'request_header -DPoP', to: 'request_header -DPoP\n\t\t\trequest_header -X-Auth-*' },
  { id: 'metadata-not-open', from: /@open path .*/, to: '@open path /other /other/*' },
  { id: 'resource-unasked', from: /forward_auth forwardgate:8080 \{[^}]*\}/, to: '', also: ['metadata-not-open'] },
  { id: 'resource-unasked', from: /$/, to: '\nhttp://api.example.com {\n\treverse_proxy api:8080\n}\n' },
  { id: 'not-read', from: '@ambiguous', to: 'import common\n\t@ambiguous', severity: 'note' },
]

const GATEWAY: readonly Omit<Planted, 'proxy'>[] = [
  { id: 'question-route-unknown', from: '/ext_authz/api', to: '/ext_authz/apo' },
  { id: 'question-path', from: '/ext_authz/api', to: '/verify/api' },
  { id: 'identity-header-passes', from: / +- X-Auth-Subject\n/, to: '' },
  { id: 'proof-field-passes', from: /- DPoP/, to: '- Other' },
  { id: 'field-not-forwarded', from: / +- origin\n/, to: '' },
  { id: 'question-body', from: 'maxSize: 2049', to: 'maxSize: 0', config: WITH_BODIES },
  { id: 'metadata-not-open', from: '/.well-known/oauth-protected-resource', to: '/.well-known/other' },
  {
    id: 'resource-unasked',
    from: / +- type: ExternalAuth\n(?:.*\n)*?(?= +- type: RequestHeaderModifier)/,
    to: '',
    also: ['metadata-not-open'],
  },
]

/** Mistakes for each proxy, as its language can say them. */
export const PLANTED: readonly Planted[] = [
  ...ENVOY.map((planted) => ({ ...planted, proxy: 'envoy' as const })),
  ...NGINX.map((planted) => ({ ...planted, proxy: 'nginx' as const })),
  ...CADDY.map((planted) => ({ ...planted, proxy: 'caddy' as const })),
  ...GATEWAY.map((planted) => ({ ...planted, proxy: 'gateway-api' as const })),
]
