import { type Row, rowsOf } from './fixtures.ts'

/** Mistakes about a file as a whole. */
export const FILE_ROWS: readonly Row[] = rowsOf('file', {
  '<base>': {
    '': 'the file is empty; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    '# nothing yet\n':
      'the file is empty; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    '- a\n': 'must be a map (key: value), not a list (config.yaml:1:1)',
    'just text\n': 'must be a map (key: value), not "just text" (config.yaml:1:1)',
    'issuers: { main: https://id.example.com }\n':
      'routes: no route is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    'routes: { api: { resource: https://api.example.com } }\n':
      'issuers: no issuer is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    'issuers: {}\nroutes: {}\n': [
      'issuers: no issuer is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
      'routes: no route is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:2:1)',
    ],
    'issuers:\nroutes:\n': [
      'issuers: has no value; write one or remove the key (config.yaml:1:1)',
      'routes: has no value; write one or remove the key (config.yaml:2:1)',
    ],
    'issuers: [https://id.example.com]\nroutes: { api: { resource: https://api.example.com } }\n':
      'issuers: must be a map (key: value), not a list (config.yaml:1:10)',
    '<base>---\nroutes: {}\n':
      'a second document begins here; write one document only, without a further --- (config.yaml:6:1)',
    '%YAML 1.1\n---\n<base>': 'a %YAML directive is not allowed; remove the line (config.yaml:1:1)',
    '<base>rutes: {}\n': 'rutes: is not a known key; did you mean "routes"? (config.yaml:6:1)',
    '<base>routes: {}\n': 'routes: is written twice, first on line 3; remove one of them (config.yaml:6:1)',
    '__proto__: { a: 1 }\n<base>': '__proto__: is not allowed as a key; remove it (config.yaml:1:1)',
    'constructor: { a: 1 }\n<base>':
      'constructor: is not a known key; the keys here are issuers, defaults, routes, revocations (config.yaml:1:1)',
    'issuers: { main: https://id.example.com, }}\n':
      'this is not valid YAML: Unexpected flow-map-end token in YAML stream: "}" (config.yaml:1:43)',
    'issuers:\n\t main: https://id.example.com\n': 'a tab is used as indentation; use spaces (config.yaml:2:1)',
    'issuers: { main: !url https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n':
      'issuers.main: the tag "!url" is not allowed; write the plain value (config.yaml:1:23)',
    'issuers: { main: !!str https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n':
      'issuers.main: the tag "!!str" is not allowed; write the plain value (config.yaml:1:24)',
    '!!str <base>': 'issuers: the tag "!!str" is not allowed; write the plain key (config.yaml:1:7)',
    'issuers: { main: *id }\nroutes: { api: { resource: https://api.example.com } }\n':
      'issuers.main: the anchor &id does not exist before this alias (config.yaml:1:18)',
    'issuers: { main: https://id.example.com }\nroutes: &a { api: *a }\n':
      'routes.api: the alias *a contains itself; write the value out (config.yaml:2:19)',
    'issuers: { main: https://id.example.com }\nroutes:\n  api: { resource: https://api.example.com, mode: observ }\n  api: {}\n':
      [
        'routes.api.mode: must be enforce or observe, not "observ"; did you mean "observe"? (config.yaml:3:51)',
        'routes.api: is written twice, first on line 3; remove one of them (config.yaml:4:3)',
      ],
    'issuers: { main: https://id.example.com }\nroutes: { Api: { resource: api.example.com/mcp, mode: observ } }\n': [
      'routes.Api: "Api" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:2:11)',
      'routes.Api.resource: "api.example.com/mcp" is not an absolute URL; write one such as https://api.example.com/mcp (config.yaml:2:28)',
      'routes.Api.mode: must be enforce or observe, not "observ"; did you mean "observe"? (config.yaml:2:55)',
    ],
    'issuers: { Main_1: https://id.example.com }\nroutes: { a b: { resource: https://api.example.com } }\n': [
      'issuers.Main_1: "Main_1" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:1:12)',
      'routes["a b"]: "a b" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:2:11)',
    ],
  },
  'issuers: { none-of-it: https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n': {
    'issuers: { none: https://id.example.com }\nroutes: { unmatched: { resource: https://api.example.com } }\n': [
      'issuers.none: the name "none" is reserved for metrics; choose another (config.yaml:1:12)',
      'routes.unmatched: the name "unmatched" is reserved for metrics; choose another (config.yaml:2:11)',
    ],
  },
  'issuers: { a: { issuer: https://id.example.com, jwksUri: https://id.example.com/a }, b: { issuer: https://id.example.com, jwksUri: https://id.example.com/b } }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n':
    {
      'issuers: { a: https://id.example.com, b: { issuer: https://id.example.com, jwksUri: https://id.example.com/b } }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n':
        'issuers.a: has the issuer "https://id.example.com" of "b" too; add discoveryUri, jwksUri, jwksFile, publicKeyFile or secretFile to each of them, or remove one (config.yaml:1:12)',
    },
  'issuers: { a: https://a.example.com, b: https://b.example.com }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n':
    {
      'issuers: { a: https://a.example.com, b: https://b.example.com }\nroutes: { api: { resource: https://api.example.com } }\n':
        'routes.api: does not say which issuer: a or b; add issuers: [a] (config.yaml:2:11)',
    },
  '<base>revocations: { issuedBefore: 2026-01-01T00:00:00Z }\n': {
    '<base>revocations: { issuedBefore: 2027-01-01T00:00:00Z }\n':
      'revocations.issuedBefore: "2027-01-01T00:00:00Z" is in the future and would refuse every token; write a time that has passed (config.yaml:6:30)',
  },
  '<base>revocations: { issuedBefore: 2024-02-29T00:00:00+01:00 }\n': {
    '<base>revocations: { issuedBefore: 2025-02-29T00:00:00+01:00 }\n':
      'revocations.issuedBefore: "2025-02-29T00:00:00+01:00" is not a date that exists; write one like 2026-01-01T00:00:00Z (config.yaml:6:30)',
  },
  '<base>revocations: { jti: ["17"] }\n': {
    '<base>revocations: { jti: [17], issuedBefore: 2026-01-01 }\n': [
      'revocations.jti[0]: must be text; write "17" in quotes (config.yaml:6:22)',
      'revocations.issuedBefore: "2026-01-01" is not a date and time; write it like 2026-01-01T00:00:00Z (config.yaml:6:41)',
    ],
  },
})
