// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write

import { type Row, rowsOf } from './fixtures.ts'

/** Mistakes in an issuer. */
export const ISSUER_ROWS: readonly Row[] = rowsOf('issuer', {
  '{ issuer: https://id.example.com/ }': {
    '5': 'issuers.homelab: must be the URL of the issuer, or a map with issuer: … (config.yaml:2:12)',
    '{}': 'issuers.homelab: has no issuer; add issuer: with the iss claim of its tokens (config.yaml:2:3)',
    '{ issuer: "" }': 'issuers.homelab.issuer: must not be empty (config.yaml:2:14)',
    '{ iss: https://id.example.com/ }': [
      'issuers.homelab: has no issuer; add issuer: with the iss claim of its tokens (config.yaml:2:3)',
      'issuers.homelab.iss: is not a known key; the keys here are issuer, discoveryUri, jwksUri, jwksFile, publicKeyFile, secretFile, tokensFile, spiffe, fetch, dangerouslyAllowHttp, algorithms, clockTolerance, maxTokenLifetime, maxStale, requireTyp, tokenKinds, scopeClaims, booleanScopes, scopePrefix, clientClaims, introspection, registration (config.yaml:2:14)',
    ],
  },
  'https://id.example.com/': {
    'id.example.com':
      'issuers.homelab: "id.example.com" is not a URL to discover keys from; write one such as https://id.example.com, or add discoveryUri, jwksUri, jwksFile, publicKeyFile or secretFile (config.yaml:2:12)',
    'https://id.example.com/?tenant=1':
      'issuers.homelab: "https://id.example.com/?tenant=1" has a query or fragment, which an issuer must not have (RFC 8414 section 2); remove it (config.yaml:2:12)',
    'https://me:secret@id.example.com/':
      'issuers.homelab: "https://…@id.example.com/" has credentials in it; remove them (config.yaml:2:12)',
    '"https://id.example.com/ "':
      'issuers.homelab: "https://id.example.com/ " has control characters or blanks around it; write plain text (config.yaml:2:12)',
  },
  'http://id.auth.svc/': {
    'http://id.example.com/':
      'issuers.homelab: "http://id.example.com/" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:12)',
  },
  'http://localhost:8080/': {
    'http://localhost.example.com:8080/':
      'issuers.homelab: "http://localhost.example.com:8080/" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:12)',
  },
  '{ issuer: http://id.example.com, dangerouslyAllowHttp: true }': {
    '{ issuer: http://id.example.com, dangerouslyAllowHttp: yes }': [
      'issuers.homelab.issuer: "http://id.example.com" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:22)',
      'issuers.homelab.dangerouslyAllowHttp: must be true or false, not "yes" (config.yaml:2:67)',
    ],
  },
  '{ issuer: anything, jwksUri: http://id.auth.svc.cluster.local/keys }': {
    '{ issuer: anything, jwksUri: http://id.auth.svc.cluster.local.evil.com/keys }':
      'issuers.homelab.jwksUri: "http://id.auth.svc.cluster.local.evil.com/keys" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:41)',
  },
  '{ issuer: https://id.example.com, discoveryUri: https://id.example.com/d }': {
    '{ issuer: https://id.example.com, discoveryUri: id.example.com/d }':
      'issuers.homelab.discoveryUri: "id.example.com/d" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:2:60)',
  },
  '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys }': {
    '{ issuer: https://id.example.com, jwksUri: https://id.example.com:99999/keys }':
      'issuers.homelab.jwksUri: "https://id.example.com:99999/keys" is not a well-formed URL; correct its host or port (config.yaml:2:55)',
    '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys, jwksFile: good.jwks }':
      'issuers.homelab.jwksFile: cannot be combined with jwksUri; keep one of them (config.yaml:2:84)',
  },
  'https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0': {
    'https://login.microsoftonline.com/common/v2.0':
      'issuers.homelab: "https://login.microsoftonline.com/common/v2.0" means every tenant, and no token carries it; write the URL with the ID of your tenant (config.yaml:2:12)',
    '"https://login.microsoftonline.com/{tenantid}/v2.0"':
      'issuers.homelab: "https://login.microsoftonline.com/{tenantid}/v2.0" is a template; write it with the ID of your tenant, as the iss claim has it (config.yaml:2:12)',
  },
  'https://id.example.com': {
    'https://id.example.com/.well-known/openid-configuration':
      'issuers.homelab: "https://id.example.com/.well-known/openid-configuration" is a metadata document; write the issuer that it contains, and this URL as discoveryUri (config.yaml:2:12)',
  },
  '{ spiffe: example.org, jwksUri: https://spire.example.com/keys }': {
    '{ spiffe: example.org }':
      'issuers.homelab.spiffe: needs the keys of the trust domain; add jwksUri or jwksFile with its bundle (config.yaml:2:14)',
  },
  '{ issuer: https://id.example.com, spiffe: example.org }': {
    '{ issuer: https://id.example.com, spiffe: spiffe://example.org }':
      'issuers.homelab.spiffe: "spiffe://example.org" is not a SPIFFE trust domain; write its name alone, lower case, such as example.org for spiffe://example.org/app (config.yaml:2:54)',
  },
  '{ spiffe: example.org, jwksFile: bundle.json }': {
    '{ jwksFile: bundle.json, issuer: a }':
      'issuers.homelab.jwksFile: the file "bundle.json" holds no usable key: use is "x509-svid", not "sig"; "svid": use is "jwt-svid", not "sig"; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:24)',
  },
  '{ issuer: a, secretFile: secret.txt }': {
    '{ issuer: a, secretFile: secret.txt, spiffe: example.org }':
      'issuers.homelab.spiffe: cannot be combined with secretFile; a JWT-SVID is signed with a key pair (config.yaml:2:49)',
    '{ issuer: a, secretFile: short.txt }':
      'issuers.homelab.secretFile: the file "short.txt" holds 31 bytes; a secret needs at least 32 (RFC 7518 section 3.2) (config.yaml:2:37)',
  },
  '{ issuer: a, jwksFile: nulls.jwks }': {
    '{ issuer: a, jwksFile: prime.jwks }':
      'issuers.homelab.jwksFile: the file "prime.jwks" has a private or secret key at keys[0]; write public keys only (config.yaml:2:35)',
  },
  '{ issuer: a, jwksFile: good.jwks }': {
    '{ issuer: a, jwksFile: missing.jwks }':
      'issuers.homelab.jwksFile: the file "missing.jwks" cannot be read: there is no such file (config.yaml:2:35)',
    '{ issuer: a, jwksFile: public.pem }':
      'issuers.homelab.jwksFile: the file "public.pem" is not JSON; it must hold a key set such as {"keys": [...]} (config.yaml:2:35)',
    '{ issuer: a, jwksFile: empty.jwks }':
      'issuers.homelab.jwksFile: the file "empty.jwks" holds no keys; it must be a key set such as {"keys": [...]} (config.yaml:2:35)',
    '{ issuer: a, jwksFile: private.jwks }':
      'issuers.homelab.jwksFile: the file "private.jwks" has a private or secret key at keys[0]; write public keys only (config.yaml:2:35)',
  },
  '{ issuer: a, jwksFile: mixed.jwks }': {
    '{ issuer: a, jwksFile: unusable.jwks }':
      'issuers.homelab.jwksFile: the file "unusable.jwks" holds no usable key: "odd": crv "secp256k1" is not one that we verify; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:35)',
  },
  '{ issuer: a, jwksFile: good.jwks, algorithms: [ES256, RS256] }': {
    '{ issuer: a, jwksFile: good.jwks, algorithms: [ES256] }':
      'issuers.homelab.jwksFile: the file "good.jwks" holds no key for the algorithms [ES256]; add one there, or correct algorithms (config.yaml:2:35)',
  },
  '{ issuer: a, publicKeyFile: mixed.pem, algorithms: [PS256] }': {
    '{ issuer: a, publicKeyFile: mixed.pem, algorithms: [EdDSA, ES256] }':
      'issuers.homelab.publicKeyFile: the file "mixed.pem" holds no key for the algorithms [EdDSA, ES256]; add one there, or correct algorithms (config.yaml:2:40)',
  },
  '{ issuer: https://id.example.com, tokenKinds: [access] }': {
    '{ issuer: https://id.example.com, tokenKinds: [access, refresh] }':
      'issuers.homelab.tokenKinds[1]: must be access or id, not "refresh" (config.yaml:2:67)',
    '{ issuer: https://id.example.com, tokenKinds: [] }':
      'issuers.homelab.tokenKinds: must not be an empty list; write at least one entry or remove the key (config.yaml:2:58)',
    '{ issuer: https://id.example.com, tokenKinds: [access, access] }':
      'issuers.homelab.tokenKinds[1]: "access" is listed twice; remove one (config.yaml:2:67)',
    '{ issuer: https://id.example.com, tokenKinds: [id] }': [
      'issuers.homelab.tokenKinds: has no access; write [access, id] to accept ID tokens too (config.yaml:2:58)',
      'routes.api: accepts ID tokens of "homelab" (tokenKinds) and does not say of which clients; add audience or clientIds (config.yaml:4:3)',
    ],
    '{ issuer: https://id.example.com, tokenKinds: [id, access] }':
      'routes.api: accepts ID tokens of "homelab" (tokenKinds) and does not say of which clients; add audience or clientIds (config.yaml:4:3)',
  },
  '{ issuer: a, publicKeyFile: public.pem }': {
    '{ issuer: a, publicKeyFile: private.pem }':
      'issuers.homelab.publicKeyFile: the file "private.pem" holds a private key; write the public key only (config.yaml:2:40)',
    '{ issuer: a, publicKeyFile: weak.pem }':
      'issuers.homelab.publicKeyFile: the file "weak.pem" holds no usable key: block 1: RSA with 1024 bits, fewer than 2048; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:40)',
    '{ issuer: a, publicKeyFile: good.jwks }':
      'issuers.homelab.publicKeyFile: the file "good.jwks" holds no public key in PEM (-----BEGIN PUBLIC KEY-----) (config.yaml:2:40)',
    '{ issuer: a, publicKeyFile: x25519.pem }':
      'issuers.homelab.publicKeyFile: the file "x25519.pem" holds no usable key: block 1: a key of type x25519 is not one that we verify; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:40)',
  },
  '{ issuer: a, secretFile: secret.txt, algorithms: [HS256] }': {
    '{ issuer: a, secretFile: secret.txt, algorithms: [HS256, RS256] }':
      'issuers.homelab.algorithms[1]: "RS256" is not for a secretFile; write HS256, HS384 or HS512 (config.yaml:2:69)',
  },
  '{ issuer: https://id.example.com, algorithms: [RS256] }': {
    '{ issuer: https://id.example.com, algorithms: [HS256] }':
      'issuers.homelab.algorithms[0]: "HS256" needs a shared secret; add secretFile, or let the issuer sign with a key pair (config.yaml:2:59)',
    '{ issuer: https://id.example.com, algorithms: [rs256, none] }': [
      'issuers.homelab.algorithms[0]: must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384 or HS512, not "rs256"; did you mean "RS256"? (config.yaml:2:59)',
      'issuers.homelab.algorithms[1]: must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384 or HS512, not "none" (config.yaml:2:66)',
    ],
    '{ issuer: https://id.example.com, algorithms: [] }':
      'issuers.homelab.algorithms: must not be an empty list; write at least one entry or remove the key (config.yaml:2:58)',
  },
  '{ issuer: https://id.example.com, clockTolerance: 60s }': {
    '{ issuer: https://id.example.com, clockTolerance: 2m }':
      'issuers.homelab.clockTolerance: "2m" is too long; write at most 60s (config.yaml:2:62)',
  },
  '{ issuer: https://id.example.com, clockTolerance: 30s }': {
    '{ issuer: https://id.example.com, clockTolerance: 30 }':
      'issuers.homelab.clockTolerance: must be a duration; write 30s, or another unit of ms, s, m, h and d (config.yaml:2:62)',
  },
  '{ issuer: https://id.example.com, maxStale: 24h }': {
    '{ issuer: https://id.example.com, maxStale: 24 hours }':
      'issuers.homelab.maxStale: "24 hours" is not a duration; write an integer and ms, s, m, h or d, such as 30s (config.yaml:2:56)',
  },
  '{ issuer: https://id.example.com, maxTokenLifetime: 1s }': {
    '{ issuer: https://id.example.com, maxTokenLifetime: 0s }':
      'issuers.homelab.maxTokenLifetime: "0s" would refuse every token; write one such as 24h (config.yaml:2:64)',
  },
  '{ issuer: https://id.example.com, scopeClaims: [scope] }': {
    '{ issuer: https://id.example.com, scopeClaims: [/realm_access/roles] }':
      'issuers.homelab.scopeClaims[0]: "/realm_access/roles" is not the name of a top-level claim; pointers and @ names do not work here (config.yaml:2:60)',
  },
  '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt } }': {
    '{ issuer: https://id.example.com, introspection: {} }': [
      'issuers.homelab.introspection: has no clientId; add the ID of a confidential client that may introspect (config.yaml:2:46)',
      'issuers.homelab.introspection: has no clientSecretFile; add the name of a file with the secret of that client (config.yaml:2:46)',
    ],
    '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: two-lines.txt } }':
      'issuers.homelab.introspection.clientSecretFile: the file "two-lines.txt" holds no client secret; write one line of printable ASCII (config.yaml:2:97)',
    '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: empty.txt } }':
      'issuers.homelab.introspection.clientSecretFile: the file "empty.txt" is empty; write the secret of the client (config.yaml:2:97)',
  },
  '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt, endpoint: http://id.auth.svc/i, cacheFor: 1h, clientAuthentication: client_secret_post } }':
    {
      '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt, endpoint: http://id.example.com/i, cacheFor: 61m } }':
        [
          'issuers.homelab.introspection.endpoint: "http://id.example.com/i" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:119)',
          'issuers.homelab.introspection.cacheFor: "61m" would delay a revocation for too long; write at most 1h (config.yaml:2:154)',
        ],
    },
  '{ issuer: a, jwksFile: good.jwks, introspection: { endpoint: https://id.example.com/i, clientId: gate, clientSecretFile: header.txt } }':
    {
      '{ issuer: a, jwksFile: good.jwks, introspection: { clientId: gate, clientSecretFile: header.txt } }':
        'issuers.homelab.introspection: has no endpoint, and jwksFile leads to no metadata that names one; add endpoint: (config.yaml:2:46)',
    },
  '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, codeChallengeMethods: [S256] } }':
    {
      '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, codeChallengeMethods: [plain] } }':
        'issuers.homelab.registration.codeChallengeMethods[0]: must be S256, not "plain" (config.yaml:2:129)',
    },
  '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register } }': {
    '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com:99999/register } }':
      'issuers.homelab.registration.endpoint: "https://dcr.example.com:99999/register" is not a well-formed URL; correct its host or port (config.yaml:2:72)',
    '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, clientId: mcp } }':
      'issuers.homelab.registration.clientId: cannot be combined with endpoint; keep one of them (config.yaml:2:106)',
  },
  '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }':
    {
      '{ issuer: https://id.example.com, registration: {} }': [
        'issuers.homelab.registration: has no clientId; add the ID of the public client that you made at the issuer, or an endpoint (config.yaml:2:46)',
        'issuers.homelab.registration: has no redirectUris; list those that the client has at the issuer (config.yaml:2:46)',
      ],
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [] } }':
        'issuers.homelab.registration.redirectUris: must not be an empty list; write at least one entry or remove the key (config.yaml:2:91)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [http://claude.ai/callback] } }':
        'issuers.homelab.registration.redirectUris[0]: "http://claude.ai/callback" is not https; write "https://claude.ai/callback" (http is only for localhost) (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["cursor://anysphere/callback"] } }':
        'issuers.homelab.registration.redirectUris[0]: "cursor://anysphere/callback" has a scheme that any program on the device can claim; only https, and http to localhost, work here (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["https://claude.ai/callback#x"] } }':
        'issuers.homelab.registration.redirectUris[0]: "https://claude.ai/callback#x" has a fragment; remove the # and what follows (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { client: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }':
        [
          'issuers.homelab.registration: has no clientId; add the ID of the public client that you made at the issuer, or an endpoint (config.yaml:2:46)',
          'issuers.homelab.registration.client: is not a known key; did you mean "clientId"? (config.yaml:2:62)',
        ],
    },
  '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["http://127.0.0.1/callback/*", "http://[::1]:7777/*"] } }':
    {
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["http://127.0.0.1/*x"] } }':
        'issuers.homelab.registration.redirectUris[0]: "http://127.0.0.1/*x" has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below) (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["http://127.0.0.1/a*"] } }':
        'issuers.homelab.registration.redirectUris[0]: "http://127.0.0.1/a*" has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below) (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["http://127.0.0.1/*/b/*"] } }':
        'issuers.homelab.registration.redirectUris[0]: "http://127.0.0.1/*/b/*" has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below) (config.yaml:2:92)',
      '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["https://claude.ai/*"] } }':
        'issuers.homelab.registration.redirectUris[0]: "https://claude.ai/*" has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below) (config.yaml:2:92)',
    },
  '{ issuer: https://id.example.com, registration: { endpoint: http://localhost:9000/register } }': {
    '{ issuer: https://id.example.com, registration: { endpoint: http://dcr.example.com/register } }':
      'issuers.homelab.registration.endpoint: "http://dcr.example.com/register" is not https; write "https://dcr.example.com/register" (http is only for localhost) (config.yaml:2:72)',
  },
  '{ issuer: https://id.example.com, discoveryUri: https://id.example.com/d, registration: { endpoint: https://dcr.example.com/register } }':
    {
      '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys, registration: { endpoint: https://dcr.example.com/register } }':
        'issuers.homelab.registration: needs the metadata that discovery finds; remove jwksUri, or write its discoveryUri in place of it (config.yaml:2:84)',
      '{ issuer: https://id.example.com, secretFile: secret.txt, registration: { endpoint: https://dcr.example.com/register } }':
        'issuers.homelab.registration: needs the metadata that discovery finds; remove secretFile, or write its discoveryUri in place of it (config.yaml:2:70)',
    },
  '{ tokensFile: tokens.yaml, clockTolerance: 0s, maxTokenLifetime: 90d }': {
    '{ tokensFile: tokens.yml }':
      'issuers.homelab.tokensFile: the file "tokens.yml" cannot be read: there is no such file (config.yaml:2:26)',
  },
  '{ tokensFile: no-tokens.yaml }': {
    '{ tokensFile: no-tokens.yaml, issuer: https://id.example.com, algorithms: [RS256] }': [
      'issuers.homelab.issuer: has no effect with tokensFile; remove it, or write a separate issuer (config.yaml:2:42)',
      'issuers.homelab.algorithms: has no effect with tokensFile; remove it, or write a separate issuer (config.yaml:2:74)',
    ],
  },
  '{ issuer: https://id.example.com, fetch: { caFile: /var/run/ca.crt, bearerTokenFile: /var/run/token } }': {
    '{ issuer: https://id.example.com, fetch: {} }':
      'issuers.homelab.fetch: is empty; add caFile or bearerTokenFile, or remove it (config.yaml:2:46)',
  },
  '{ issuer: https://id.example.com, fetch: { caFile: /var/run/ca.crt } }': {
    '{ issuer: https://id.example.com, fetch: { caFile: ca.crt } }':
      'issuers.homelab.fetch.caFile: "ca.crt" is not an absolute path; begin it with / (config.yaml:2:63)',
  },
  '{ issuer: a, jwksUri: "https://id.svc/jwks", fetch: { bearerTokenFile: /var/run/token } }': {
    '{ issuer: a, jwksUri: "http://id.svc/jwks", fetch: { bearerTokenFile: /var/run/token } }':
      'issuers.homelab.fetch.bearerTokenFile: is never sent over plain http; write jwksUri with https (config.yaml:2:82)',
  },
  '{ issuer: a, publicKeyFile: mixed.pem }': {
    '{ issuer: a, publicKeyFile: mixed.pem, fetch: { caFile: /var/run/ca.crt } }':
      'issuers.homelab.fetch: has no effect with publicKeyFile, which fetches nothing; remove it (config.yaml:2:51)',
  },
  '"https://auth.example.com/o/mcp/"': {
    '"https://auth.${SECRET_DOMAIN}/o/mcp/"':
      'issuers.homelab: "https://auth.${SECRET_DOMAIN}/o/mcp/" contains a variable such as ${…}: render it first (config.yaml:2:12)',
    '"https://{{ .Values.auth }}/o/mcp/"':
      'issuers.homelab: "https://{{ .Values.auth }}/o/mcp/" contains a variable such as ${…}: render it first (config.yaml:2:12)',
    '"https://auth./o/mcp/"':
      'issuers.homelab: "https://auth./o/mcp/" has an empty part in its host name: was a variable left out of it? (config.yaml:2:12)',
    '"https://.example.com/o/mcp/"':
      'issuers.homelab: "https://.example.com/o/mcp/" has an empty part in its host name: was a variable left out of it? (config.yaml:2:12)',
    '"https://auth..example.com"':
      'issuers.homelab: "https://auth..example.com" has an empty part in its host name: was a variable left out of it? (config.yaml:2:12)',
    '"https://auth.:8443"':
      'issuers.homelab: "https://auth.:8443" has an empty part in its host name: was a variable left out of it? (config.yaml:2:12)',
  },
})
