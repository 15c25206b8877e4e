import type { Row } from './fixtures.ts'

/** Mistakes about a file as a whole. */
export const FILE_ROWS: readonly Row[] = [
  {
    slot: 'file',
    good: '<base>',
    bad: '',
    problems: [
      'the file is empty; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '# nothing yet\n',
    problems: [
      'the file is empty; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '- a\n',
    problems: ['must be a map (key: value), not a list (config.yaml:1:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'just text\n',
    problems: ['must be a map (key: value), not "just text" (config.yaml:1:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: https://id.example.com }\n',
    problems: [
      'routes: no route is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'routes: { api: { resource: https://api.example.com } }\n',
    problems: [
      'issuers: no issuer is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: {}\nroutes: {}\n',
    problems: [
      'issuers: no issuer is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:1:1)',
      'routes: no route is configured; write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }" (config.yaml:2:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers:\nroutes:\n',
    problems: [
      'issuers: has no value; write one or remove the key (config.yaml:1:1)',
      'routes: has no value; write one or remove the key (config.yaml:2:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: [https://id.example.com]\nroutes: { api: { resource: https://api.example.com } }\n',
    problems: ['issuers: must be a map (key: value), not a list (config.yaml:1:10)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '<base>---\nroutes: {}\n',
    problems: ['a second document begins here; write one document only, without a further --- (config.yaml:6:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '%YAML 1.1\n---\n<base>',
    problems: ['a %YAML directive is not allowed; remove the line (config.yaml:1:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '<base>rutes: {}\n',
    problems: ['rutes: is not a known key; did you mean "routes"? (config.yaml:6:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '<base>routes: {}\n',
    problems: ['routes: is written twice, first on line 3; remove one of them (config.yaml:6:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '__proto__: { a: 1 }\n<base>',
    problems: ['__proto__: is not allowed as a key; remove it (config.yaml:1:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'constructor: { a: 1 }\n<base>',
    problems: [
      'constructor: is not a known key; the keys here are issuers, defaults, routes, revocations (config.yaml:1:1)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: https://id.example.com, }}\n',
    problems: ['this is not valid YAML: Unexpected flow-map-end token in YAML stream: "}" (config.yaml:1:43)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers:\n	 main: https://id.example.com\n',
    problems: ['a tab is used as indentation; use spaces (config.yaml:2:1)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: !url https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n',
    problems: ['issuers.main: the tag "!url" is not allowed; write the plain value (config.yaml:1:23)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: !!str https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n',
    problems: ['issuers.main: the tag "!!str" is not allowed; write the plain value (config.yaml:1:24)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: '!!str <base>',
    problems: ['issuers: the tag "!!str" is not allowed; write the plain key (config.yaml:1:7)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: *id }\nroutes: { api: { resource: https://api.example.com } }\n',
    problems: ['issuers.main: the anchor &id does not exist before this alias (config.yaml:1:18)'],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: https://id.example.com }\nroutes: &a { api: *a }\n',
    problems: ['routes.api: the alias *a contains itself; write the value out (config.yaml:2:19)'],
  },
  {
    slot: 'file',
    good: 'issuers: { none-of-it: https://id.example.com }\nroutes: { api: { resource: https://api.example.com } }\n',
    bad: 'issuers: { none: https://id.example.com }\nroutes: { unmatched: { resource: https://api.example.com } }\n',
    problems: [
      'issuers.none: the name "none" is reserved for metrics; choose another (config.yaml:1:12)',
      'routes.unmatched: the name "unmatched" is reserved for metrics; choose another (config.yaml:2:11)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: https://id.example.com }\nroutes:\n  api: { resource: https://api.example.com, mode: observ }\n  api: {}\n',
    problems: [
      'routes.api.mode: must be enforce or observe, not "observ"; did you mean "observe"? (config.yaml:3:51)',
      'routes.api: is written twice, first on line 3; remove one of them (config.yaml:4:3)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { main: https://id.example.com }\nroutes: { Api: { resource: api.example.com/mcp, mode: observ } }\n',
    problems: [
      'routes.Api: "Api" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:2:11)',
      'routes.Api.resource: "api.example.com/mcp" is not an absolute URL; write one such as https://api.example.com/mcp (config.yaml:2:28)',
      'routes.Api.mode: must be enforce or observe, not "observ"; did you mean "observe"? (config.yaml:2:55)',
    ],
  },
  {
    slot: 'file',
    good: '<base>',
    bad: 'issuers: { Main_1: https://id.example.com }\nroutes: { a b: { resource: https://api.example.com } }\n',
    problems: [
      'issuers.Main_1: "Main_1" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:1:12)',
      'routes["a b"]: "a b" is not a valid name; use 1 to 63 lower-case letters, digits and hyphens (config.yaml:2:11)',
    ],
  },
  {
    slot: 'file',
    good: 'issuers: { a: { issuer: https://id.example.com, jwksUri: https://id.example.com/a }, b: { issuer: https://id.example.com, jwksUri: https://id.example.com/b } }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n',
    bad: 'issuers: { a: https://id.example.com, b: { issuer: https://id.example.com, jwksUri: https://id.example.com/b } }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n',
    problems: [
      'issuers.a: has the issuer "https://id.example.com" of "b" too; add discoveryUri, jwksUri, jwksFile, publicKeyFile or secretFile to each of them, or remove one (config.yaml:1:12)',
    ],
  },
  {
    slot: 'file',
    good: 'issuers: { a: https://a.example.com, b: https://b.example.com }\nroutes: { api: { resource: https://api.example.com, issuers: [a, b] } }\n',
    bad: 'issuers: { a: https://a.example.com, b: https://b.example.com }\nroutes: { api: { resource: https://api.example.com } }\n',
    problems: ['routes.api: does not say which issuer: a or b; add issuers: [a] (config.yaml:2:11)'],
  },
  {
    slot: 'file',
    good: '<base>revocations: { issuedBefore: 2026-01-01T00:00:00Z }\n',
    bad: '<base>revocations: { issuedBefore: 2027-01-01T00:00:00Z }\n',
    problems: [
      'revocations.issuedBefore: "2027-01-01T00:00:00Z" is in the future and would refuse every token; write a time that has passed (config.yaml:6:30)',
    ],
  },
  {
    slot: 'file',
    good: '<base>revocations: { issuedBefore: 2024-02-29T00:00:00+01:00 }\n',
    bad: '<base>revocations: { issuedBefore: 2025-02-29T00:00:00+01:00 }\n',
    problems: [
      'revocations.issuedBefore: "2025-02-29T00:00:00+01:00" is not a date that exists; write one like 2026-01-01T00:00:00Z (config.yaml:6:30)',
    ],
  },
  {
    slot: 'file',
    good: '<base>revocations: { jti: ["17"] }\n',
    bad: '<base>revocations: { jti: [17], issuedBefore: 2026-01-01 }\n',
    problems: [
      'revocations.jti[0]: must be text; write "17" in quotes (config.yaml:6:22)',
      'revocations.issuedBefore: "2026-01-01" is not a date and time; write it like 2026-01-01T00:00:00Z (config.yaml:6:41)',
    ],
  },
]
