// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people write

import type { Row } from './fixtures.ts'

/** Mistakes in an issuer. */
export const ISSUER_ROWS: readonly Row[] = [
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com/ }',
    bad: '5',
    problems: ['issuers.homelab: must be the URL of the issuer, or a map with issuer: … (config.yaml:2:12)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com/ }',
    bad: '{}',
    problems: ['issuers.homelab: has no issuer; add issuer: with the iss claim of its tokens (config.yaml:2:3)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com/ }',
    bad: '{ issuer: "" }',
    problems: ['issuers.homelab.issuer: must not be empty (config.yaml:2:14)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com/ }',
    bad: '{ iss: https://id.example.com/ }',
    problems: [
      'issuers.homelab: has no issuer; add issuer: with the iss claim of its tokens (config.yaml:2:3)',
      'issuers.homelab.iss: is not a known key; the keys here are issuer, discoveryUri, jwksUri, jwksFile, publicKeyFile, secretFile, tokensFile, spiffe, fetch, dangerouslyAllowHttp, algorithms, clockTolerance, maxTokenLifetime, maxStale, requireTyp, tokenKinds, scopeClaims, booleanScopes, scopePrefix, clientClaims, introspection, registration (config.yaml:2:14)',
    ],
  },
  {
    slot: 'issuer',
    good: 'https://id.example.com/',
    bad: 'id.example.com',
    problems: [
      'issuers.homelab: "id.example.com" is not a URL to discover keys from; write one such as https://id.example.com, or add discoveryUri, jwksUri, jwksFile, publicKeyFile or secretFile (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'https://id.example.com/',
    bad: 'https://id.example.com/?tenant=1',
    problems: [
      'issuers.homelab: "https://id.example.com/?tenant=1" has a query or fragment, which an issuer must not have (RFC 8414 section 2); remove it (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'https://id.example.com/',
    bad: 'https://me:secret@id.example.com/',
    problems: ['issuers.homelab: "https://…@id.example.com/" has credentials in it; remove them (config.yaml:2:12)'],
  },
  {
    slot: 'issuer',
    good: 'https://id.example.com/',
    bad: '"https://id.example.com/ "',
    problems: [
      'issuers.homelab: "https://id.example.com/ " has control characters or blanks around it; write plain text (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'http://id.auth.svc/',
    bad: 'http://id.example.com/',
    problems: [
      'issuers.homelab: "http://id.example.com/" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'http://localhost:8080/',
    bad: 'http://localhost.example.com:8080/',
    problems: [
      'issuers.homelab: "http://localhost.example.com:8080/" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: http://id.example.com, dangerouslyAllowHttp: true }',
    bad: '{ issuer: http://id.example.com, dangerouslyAllowHttp: yes }',
    problems: [
      'issuers.homelab.issuer: "http://id.example.com" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:22)',
      'issuers.homelab.dangerouslyAllowHttp: must be true or false, not "yes" (config.yaml:2:67)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: anything, jwksUri: http://id.auth.svc.cluster.local/keys }',
    bad: '{ issuer: anything, jwksUri: http://id.auth.svc.cluster.local.evil.com/keys }',
    problems: [
      'issuers.homelab.jwksUri: "http://id.auth.svc.cluster.local.evil.com/keys" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:41)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, discoveryUri: https://id.example.com/d }',
    bad: '{ issuer: https://id.example.com, discoveryUri: id.example.com/d }',
    problems: [
      'issuers.homelab.discoveryUri: "id.example.com/d" is not an absolute URL; write one such as https://id.example.com/page (config.yaml:2:60)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys }',
    bad: '{ issuer: https://id.example.com, jwksUri: https://id.example.com:99999/keys }',
    problems: [
      'issuers.homelab.jwksUri: "https://id.example.com:99999/keys" is not a well-formed URL; correct its host or port (config.yaml:2:55)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys }',
    bad: '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys, jwksFile: good.jwks }',
    problems: ['issuers.homelab.jwksFile: cannot be combined with jwksUri; keep one of them (config.yaml:2:84)'],
  },
  {
    slot: 'issuer',
    good: 'https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0',
    bad: 'https://login.microsoftonline.com/common/v2.0',
    problems: [
      'issuers.homelab: "https://login.microsoftonline.com/common/v2.0" means every tenant, and no token carries it; write the URL with the ID of your tenant (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0',
    bad: '"https://login.microsoftonline.com/{tenantid}/v2.0"',
    problems: [
      'issuers.homelab: "https://login.microsoftonline.com/{tenantid}/v2.0" is a template; write it with the ID of your tenant, as the iss claim has it (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: 'https://id.example.com',
    bad: 'https://id.example.com/.well-known/openid-configuration',
    problems: [
      'issuers.homelab: "https://id.example.com/.well-known/openid-configuration" is a metadata document; write the issuer that it contains, and this URL as discoveryUri (config.yaml:2:12)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ spiffe: example.org, jwksUri: https://spire.example.com/keys }',
    bad: '{ spiffe: example.org }',
    problems: [
      'issuers.homelab.spiffe: needs the keys of the trust domain; add jwksUri or jwksFile with its bundle (config.yaml:2:14)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, spiffe: example.org }',
    bad: '{ issuer: https://id.example.com, spiffe: spiffe://example.org }',
    problems: [
      'issuers.homelab.spiffe: "spiffe://example.org" is not a SPIFFE trust domain; write its name alone, lower case, such as example.org for spiffe://example.org/app (config.yaml:2:54)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ spiffe: example.org, jwksFile: bundle.json }',
    bad: '{ jwksFile: bundle.json, issuer: a }',
    problems: [
      'issuers.homelab.jwksFile: the file "bundle.json" holds no usable key: use is "x509-svid", not "sig"; "svid": use is "jwt-svid", not "sig"; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:24)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, secretFile: secret.txt }',
    bad: '{ issuer: a, secretFile: secret.txt, spiffe: example.org }',
    problems: [
      'issuers.homelab.spiffe: cannot be combined with secretFile; a JWT-SVID is signed with a key pair (config.yaml:2:49)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: nulls.jwks }',
    bad: '{ issuer: a, jwksFile: prime.jwks }',
    problems: [
      'issuers.homelab.jwksFile: the file "prime.jwks" has a private or secret key at keys[0]; write public keys only (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks }',
    bad: '{ issuer: a, jwksFile: missing.jwks }',
    problems: [
      'issuers.homelab.jwksFile: the file "missing.jwks" cannot be read: there is no such file (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks }',
    bad: '{ issuer: a, jwksFile: public.pem }',
    problems: [
      'issuers.homelab.jwksFile: the file "public.pem" is not JSON; it must hold a key set such as {"keys": [...]} (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks }',
    bad: '{ issuer: a, jwksFile: empty.jwks }',
    problems: [
      'issuers.homelab.jwksFile: the file "empty.jwks" holds no keys; it must be a key set such as {"keys": [...]} (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks }',
    bad: '{ issuer: a, jwksFile: private.jwks }',
    problems: [
      'issuers.homelab.jwksFile: the file "private.jwks" has a private or secret key at keys[0]; write public keys only (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: mixed.jwks }',
    bad: '{ issuer: a, jwksFile: unusable.jwks }',
    problems: [
      'issuers.homelab.jwksFile: the file "unusable.jwks" holds no usable key: "odd": crv "secp256k1" is not one that we verify; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks, algorithms: [ES256, RS256] }',
    bad: '{ issuer: a, jwksFile: good.jwks, algorithms: [ES256] }',
    problems: [
      'issuers.homelab.jwksFile: the file "good.jwks" holds no key for the algorithms [ES256]; add one there, or correct algorithms (config.yaml:2:35)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: mixed.pem, algorithms: [PS256] }',
    bad: '{ issuer: a, publicKeyFile: mixed.pem, algorithms: [EdDSA, ES256] }',
    problems: [
      'issuers.homelab.publicKeyFile: the file "mixed.pem" holds no key for the algorithms [EdDSA, ES256]; add one there, or correct algorithms (config.yaml:2:40)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, tokenKinds: [access] }',
    bad: '{ issuer: https://id.example.com, tokenKinds: [access, refresh] }',
    problems: ['issuers.homelab.tokenKinds[1]: must be access or id, not "refresh" (config.yaml:2:67)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, tokenKinds: [access] }',
    bad: '{ issuer: https://id.example.com, tokenKinds: [] }',
    problems: [
      'issuers.homelab.tokenKinds: must not be an empty list; write at least one entry or remove the key (config.yaml:2:58)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, tokenKinds: [access] }',
    bad: '{ issuer: https://id.example.com, tokenKinds: [access, access] }',
    problems: ['issuers.homelab.tokenKinds[1]: "access" is listed twice; remove one (config.yaml:2:67)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, tokenKinds: [access] }',
    bad: '{ issuer: https://id.example.com, tokenKinds: [id] }',
    problems: [
      'issuers.homelab.tokenKinds: has no access; write [access, id] to accept ID tokens too (config.yaml:2:58)',
      'routes.api: accepts ID tokens of "homelab" (tokenKinds) and does not say of which clients; add audience or clientIds (config.yaml:4:3)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, tokenKinds: [access] }',
    bad: '{ issuer: https://id.example.com, tokenKinds: [id, access] }',
    problems: [
      'routes.api: accepts ID tokens of "homelab" (tokenKinds) and does not say of which clients; add audience or clientIds (config.yaml:4:3)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: public.pem }',
    bad: '{ issuer: a, publicKeyFile: private.pem }',
    problems: [
      'issuers.homelab.publicKeyFile: the file "private.pem" holds a private key; write the public key only (config.yaml:2:40)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: public.pem }',
    bad: '{ issuer: a, publicKeyFile: weak.pem }',
    problems: [
      'issuers.homelab.publicKeyFile: the file "weak.pem" holds no usable key: block 1: RSA with 1024 bits, fewer than 2048; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:40)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: public.pem }',
    bad: '{ issuer: a, publicKeyFile: good.jwks }',
    problems: [
      'issuers.homelab.publicKeyFile: the file "good.jwks" holds no public key in PEM (-----BEGIN PUBLIC KEY-----) (config.yaml:2:40)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: public.pem }',
    bad: '{ issuer: a, publicKeyFile: x25519.pem }',
    problems: [
      'issuers.homelab.publicKeyFile: the file "x25519.pem" holds no usable key: block 1: a key of type x25519 is not one that we verify; write an RSA key of at least 2048 bits, or one on P-256, P-384, P-521 or Ed25519 (config.yaml:2:40)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, secretFile: secret.txt }',
    bad: '{ issuer: a, secretFile: short.txt }',
    problems: [
      'issuers.homelab.secretFile: the file "short.txt" holds 31 bytes; a secret needs at least 32 (RFC 7518 section 3.2) (config.yaml:2:37)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, secretFile: secret.txt, algorithms: [HS256] }',
    bad: '{ issuer: a, secretFile: secret.txt, algorithms: [HS256, RS256] }',
    problems: [
      'issuers.homelab.algorithms[1]: "RS256" is not for a secretFile; write HS256, HS384 or HS512 (config.yaml:2:69)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, algorithms: [RS256] }',
    bad: '{ issuer: https://id.example.com, algorithms: [HS256] }',
    problems: [
      'issuers.homelab.algorithms[0]: "HS256" needs a shared secret; add secretFile, or let the issuer sign with a key pair (config.yaml:2:59)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, algorithms: [RS256] }',
    bad: '{ issuer: https://id.example.com, algorithms: [rs256, none] }',
    problems: [
      'issuers.homelab.algorithms[0]: must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384 or HS512, not "rs256"; did you mean "RS256"? (config.yaml:2:59)',
      'issuers.homelab.algorithms[1]: must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384 or HS512, not "none" (config.yaml:2:66)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, algorithms: [RS256] }',
    bad: '{ issuer: https://id.example.com, algorithms: [] }',
    problems: [
      'issuers.homelab.algorithms: must not be an empty list; write at least one entry or remove the key (config.yaml:2:58)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, clockTolerance: 60s }',
    bad: '{ issuer: https://id.example.com, clockTolerance: 2m }',
    problems: ['issuers.homelab.clockTolerance: "2m" is too long; write at most 60s (config.yaml:2:62)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, clockTolerance: 30s }',
    bad: '{ issuer: https://id.example.com, clockTolerance: 30 }',
    problems: [
      'issuers.homelab.clockTolerance: must be a duration; write 30s, or another unit of ms, s, m, h and d (config.yaml:2:62)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, maxStale: 24h }',
    bad: '{ issuer: https://id.example.com, maxStale: 24 hours }',
    problems: [
      'issuers.homelab.maxStale: "24 hours" is not a duration; write an integer and ms, s, m, h or d, such as 30s (config.yaml:2:56)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, maxTokenLifetime: 1s }',
    bad: '{ issuer: https://id.example.com, maxTokenLifetime: 0s }',
    problems: [
      'issuers.homelab.maxTokenLifetime: "0s" would refuse every token; write one such as 24h (config.yaml:2:64)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, scopeClaims: [scope] }',
    bad: '{ issuer: https://id.example.com, scopeClaims: [/realm_access/roles] }',
    problems: [
      'issuers.homelab.scopeClaims[0]: "/realm_access/roles" is not the name of a top-level claim; pointers and @ names do not work here (config.yaml:2:60)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt } }',
    bad: '{ issuer: https://id.example.com, introspection: {} }',
    problems: [
      'issuers.homelab.introspection: has no clientId; add the ID of a confidential client that may introspect (config.yaml:2:46)',
      'issuers.homelab.introspection: has no clientSecretFile; add the name of a file with the secret of that client (config.yaml:2:46)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt } }',
    bad: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: two-lines.txt } }',
    problems: [
      'issuers.homelab.introspection.clientSecretFile: the file "two-lines.txt" holds no client secret; write one line of printable ASCII (config.yaml:2:97)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt } }',
    bad: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: empty.txt } }',
    problems: [
      'issuers.homelab.introspection.clientSecretFile: the file "empty.txt" is empty; write the secret of the client (config.yaml:2:97)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt, endpoint: http://id.auth.svc/i, cacheFor: 1h, clientAuthentication: client_secret_post } }',
    bad: '{ issuer: https://id.example.com, introspection: { clientId: gate, clientSecretFile: header.txt, endpoint: http://id.example.com/i, cacheFor: 61m } }',
    problems: [
      'issuers.homelab.introspection.endpoint: "http://id.example.com/i" is not https; write https, or add dangerouslyAllowHttp: true (only loopback and *.svc hosts need neither) (config.yaml:2:119)',
      'issuers.homelab.introspection.cacheFor: "61m" would delay a revocation for too long; write at most 1h (config.yaml:2:154)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksFile: good.jwks, introspection: { endpoint: https://id.example.com/i, clientId: gate, clientSecretFile: header.txt } }',
    bad: '{ issuer: a, jwksFile: good.jwks, introspection: { clientId: gate, clientSecretFile: header.txt } }',
    problems: [
      'issuers.homelab.introspection: has no endpoint, and jwksFile leads to no metadata that names one; add endpoint: (config.yaml:2:46)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, codeChallengeMethods: [S256] } }',
    bad: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, codeChallengeMethods: [plain] } }',
    problems: ['issuers.homelab.registration.codeChallengeMethods[0]: must be S256, not "plain" (config.yaml:2:129)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register } }',
    bad: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com:99999/register } }',
    problems: [
      'issuers.homelab.registration.endpoint: "https://dcr.example.com:99999/register" is not a well-formed URL; correct its host or port (config.yaml:2:72)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: {} }',
    problems: [
      'issuers.homelab.registration: has no clientId; add the ID of the public client that you made at the issuer, or an endpoint (config.yaml:2:46)',
      'issuers.homelab.registration: has no redirectUris; list those that the client has at the issuer (config.yaml:2:46)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [] } }',
    problems: [
      'issuers.homelab.registration.redirectUris: must not be an empty list; write at least one entry or remove the key (config.yaml:2:91)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [http://claude.ai/callback] } }',
    problems: [
      'issuers.homelab.registration.redirectUris[0]: "http://claude.ai/callback" is not https; write "https://claude.ai/callback" (http is only for localhost) (config.yaml:2:92)',
    ],
  },
  ...['http://127.0.0.1/*x', 'http://127.0.0.1/a*', 'http://127.0.0.1/*/b/*', 'https://claude.ai/*'].map(
    (uri): Row => ({
      slot: 'issuer',
      good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["http://127.0.0.1/callback/*", "http://[::1]:7777/*"] } }',
      bad: `{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["${uri}"] } }`,
      problems: [
        `issuers.homelab.registration.redirectUris[0]: "${uri}" has a wildcard; list every URL (on loopback, one without a port means every port, and only there a last /* means every path below) (config.yaml:2:92)`,
      ],
    }),
  ),
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["cursor://anysphere/callback"] } }',
    problems: [
      'issuers.homelab.registration.redirectUris[0]: "cursor://anysphere/callback" has a scheme that any program on the device can claim; only https, and http to localhost, work here (config.yaml:2:92)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: ["https://claude.ai/callback#x"] } }',
    problems: [
      'issuers.homelab.registration.redirectUris[0]: "https://claude.ai/callback#x" has a fragment; remove the # and what follows (config.yaml:2:92)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register } }',
    bad: '{ issuer: https://id.example.com, registration: { endpoint: https://dcr.example.com/register, clientId: mcp } }',
    problems: [
      'issuers.homelab.registration.clientId: cannot be combined with endpoint; keep one of them (config.yaml:2:106)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { endpoint: http://localhost:9000/register } }',
    bad: '{ issuer: https://id.example.com, registration: { endpoint: http://dcr.example.com/register } }',
    problems: [
      'issuers.homelab.registration.endpoint: "http://dcr.example.com/register" is not https; write "https://dcr.example.com/register" (http is only for localhost) (config.yaml:2:72)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    bad: '{ issuer: https://id.example.com, registration: { client: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } }',
    problems: [
      'issuers.homelab.registration: has no clientId; add the ID of the public client that you made at the issuer, or an endpoint (config.yaml:2:46)',
      'issuers.homelab.registration.client: is not a known key; did you mean "clientId"? (config.yaml:2:62)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, discoveryUri: https://id.example.com/d, registration: { endpoint: https://dcr.example.com/register } }',
    bad: '{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys, registration: { endpoint: https://dcr.example.com/register } }',
    problems: [
      'issuers.homelab.registration: needs the metadata that discovery finds; remove jwksUri, or write its discoveryUri in place of it (config.yaml:2:84)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, discoveryUri: https://id.example.com/d, registration: { endpoint: https://dcr.example.com/register } }',
    bad: '{ issuer: https://id.example.com, secretFile: secret.txt, registration: { endpoint: https://dcr.example.com/register } }',
    problems: [
      'issuers.homelab.registration: needs the metadata that discovery finds; remove secretFile, or write its discoveryUri in place of it (config.yaml:2:70)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ tokensFile: tokens.yaml, clockTolerance: 0s, maxTokenLifetime: 90d }',
    bad: '{ tokensFile: tokens.yml }',
    problems: [
      'issuers.homelab.tokensFile: the file "tokens.yml" cannot be read: there is no such file (config.yaml:2:26)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ tokensFile: no-tokens.yaml }',
    bad: '{ tokensFile: no-tokens.yaml, issuer: https://id.example.com, algorithms: [RS256] }',
    problems: [
      'issuers.homelab.issuer: has no effect with tokensFile; remove it, or write a separate issuer (config.yaml:2:42)',
      'issuers.homelab.algorithms: has no effect with tokensFile; remove it, or write a separate issuer (config.yaml:2:74)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, fetch: { caFile: /var/run/ca.crt, bearerTokenFile: /var/run/token } }',
    bad: '{ issuer: https://id.example.com, fetch: {} }',
    problems: ['issuers.homelab.fetch: is empty; add caFile or bearerTokenFile, or remove it (config.yaml:2:46)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: https://id.example.com, fetch: { caFile: /var/run/ca.crt } }',
    bad: '{ issuer: https://id.example.com, fetch: { caFile: ca.crt } }',
    problems: ['issuers.homelab.fetch.caFile: "ca.crt" is not an absolute path; begin it with / (config.yaml:2:63)'],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, jwksUri: "https://id.svc/jwks", fetch: { bearerTokenFile: /var/run/token } }',
    bad: '{ issuer: a, jwksUri: "http://id.svc/jwks", fetch: { bearerTokenFile: /var/run/token } }',
    problems: [
      'issuers.homelab.fetch.bearerTokenFile: is never sent over plain http; write jwksUri with https (config.yaml:2:82)',
    ],
  },
  {
    slot: 'issuer',
    good: '{ issuer: a, publicKeyFile: mixed.pem }',
    bad: '{ issuer: a, publicKeyFile: mixed.pem, fetch: { caFile: /var/run/ca.crt } }',
    problems: [
      'issuers.homelab.fetch: has no effect with publicKeyFile, which fetches nothing; remove it (config.yaml:2:51)',
    ],
  },
  ...[
    ['https://auth.${SECRET_DOMAIN}/o/mcp/', 'contains a variable such as ${…}: render it first'],
    ['https://{{ .Values.auth }}/o/mcp/', 'contains a variable such as ${…}: render it first'],
    ['https://auth./o/mcp/', 'has an empty part in its host name: was a variable left out of it?'],
    ['https://.example.com/o/mcp/', 'has an empty part in its host name: was a variable left out of it?'],
    ['https://auth..example.com', 'has an empty part in its host name: was a variable left out of it?'],
    ['https://auth.:8443', 'has an empty part in its host name: was a variable left out of it?'],
  ].map(
    ([bad = '', problem = '']): Row => ({
      slot: 'issuer',
      good: '"https://auth.example.com/o/mcp/"',
      bad: `"${bad}"`,
      problems: [`issuers.homelab: "${bad}" ${problem} (config.yaml:2:12)`],
    }),
  ),
]
