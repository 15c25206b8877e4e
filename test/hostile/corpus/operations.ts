import type { Family, TestPlace } from './attack.ts'

const place = (file: string, name: string): TestPlace => ({ file: `test/${file}`, name })
const keySet = (name: string) => place('unit/issuers/key-set.test.ts', name)
const outage = (name: string) => place('unit/issuers/key-set-outage.test.ts', name)
const fetching = (name: string) => place('unit/issuers/bounded-fetch.test.ts', name)

/** What an attacker does to the keys, the cache and the issuer that publishes them. */
export const KEYS_AND_CACHE: Family = {
  title: 'Keys and cache',
  attacks: [
    {
      title: 'a token that expires while it is cached',
      source: 'RFC 7519 §4.1.4',
      tests: [place('service/tokens.test.ts', 'one that is in the cache expires all the same')],
      answer: '401 `token_expired` at its `exp`',
    },
    {
      title: 'a token refused while the keys were down, after they are back',
      source: 'traefik-jwt-decode keeps its 401',
      tests: [
        place('service/answers.test.ts', '503: no keys'),
        place('unit/issuers/token-cache.test.ts', 'is not remembered'),
      ],
      answer: '503 `keys_unavailable`, and allowed with the first keys',
    },
    {
      title: '10,000 tokens with invented kids',
      source: 'heimdall; oathkeeper; CWE-400',
      tests: [
        keySet('49: 10,000 unknown kids cause one fetch'),
        place('service/keys.test.ts', 'unknown kids cause at most one fetch per cool-down'),
      ],
      answer: '503 `keys_unavailable` until the next fetch, then 401 `key_unknown`; one fetch in 10 s',
    },
    {
      title: '10,000 tokens with a known kid and a bad signature, or with none',
      source: 'go-oidc; heimdall #3056',
      tests: [
        keySet('50: 10,000 tokens with a known kid'),
        keySet('51: 10,000 tokens without a kid'),
        place('service/keys.test.ts', 'bad signatures cause no fetch'),
      ],
      answer: '401 `signature_invalid`; no fetch',
    },
    {
      title: 'a key set that answers 500, hangs, trickles, is HTML, empty or 50 MB',
      source: 'CWE-400',
      tests: [
        outage('is a failed refresh: the last good keys stay'),
        fetching('too_large: 50 MB are refused'),
        fetching('timeout: a body that trickles'),
      ],
      answer: 'the last good keys stay in use, for 24 h at most',
    },
    {
      title: 'a key set or discovery document that redirects to a metadata address',
      source: 'CWE-918',
      tests: [fetching('redirect: to the metadata service of a cloud')],
      answer: 'never followed',
    },
    {
      title: 'a discovery document of another issuer, or with keys by plain http',
      source: 'RFC 8414 §3.3; CWE-345',
      tests: [
        place('unit/issuers/discovery.test.ts', 'D1: a document of issuer'),
        place('unit/issuers/discovery.test.ts', 'is refused from an https issuer'),
      ],
      answer: 'not used',
    },
    {
      title: 'one odd key among good ones: `oct`, weak RSA, encryption keys, no kid',
      source: 'RFC 7517 §5; CWE-347',
      tests: [place('unit/keys/jwk-import.test.ts', 'odd key skipped alone')],
      answer: 'skipped alone',
    },
    {
      title: 'a key that left its set, with tokens of it in the cache',
      source: 'go-oidc trusts it until the next miss',
      tests: [place('service/keys.test.ts', 'leave with the set')],
      answer: '401 `key_unknown` from the refresh on',
    },
    {
      title: 'two hundred users, and a cache of eight entries',
      source: 'heimdall #3444',
      tests: [place('hostile/corpus-cache.test.ts', 'no user gets the identity of another')],
      answer: 'each its own identity',
    },
  ],
}

/** What an attacker wants to read, and what a mistake of the operator opens. */
export const OPERATIONS: Family = {
  title: 'Answers and operation',
  attacks: [
    {
      title: 'text of the request or the token in the challenge',
      source: 'CWE-79; CWE-113; RFC 6750 §3',
      like: ['challenge-reflects-nothing-*', 'challenge-first-host'],
      answer: 'built from configuration and fixed texts alone',
    },
    {
      title: 'a challenge or metadata that leads to the attacker’s host',
      source: 'RFC 9728 §7.3; CWE-601',
      like: ['challenge-first-host', 'challenge-root'],
      tests: [place('service/metadata.test.ts', 'chooses by X-Forwarded-Host where there is exactly one')],
      answer: 'only configured URLs',
    },
    {
      title: 'an `error` in the challenge of a request without a token, which makes clients discard a good one',
      source: 'RFC 6750 §3.1; Envoy ai-gateway',
      like: ['challenge-credentials_missing', 'no-credentials'],
    },
    {
      title: 'tokens, claims or queries in the log',
      source: 'CVE-2022-23469',
      tests: [
        place('service/log.test.ts', 'holds nothing that was sent but allow-listed fields'),
        place('conformance/wire.test.ts', 'a part of a token is in the log'),
      ],
      answer: 'never',
    },
    {
      title:
        'a bad edit: broken YAML, an unknown key, a double route, an empty file, no file, a swap in the middle of a read',
      source: 'heimdall; CWE-755',
      tests: [
        place('service/reload.test.ts', 'not if it has mistakes'),
        place('service/reload.test.ts', 'a file that is gone for a while changes nothing'),
        place('unit/config/source.test.ts', 'all files of a mounted ConfigMap are of one generation'),
      ],
      answer: 'the last good configuration stays active; a metric reports it',
    },
    {
      title: 'a YAML bomb: aliases, nesting, 1 MB',
      source: 'CVE-2003-1564; CWE-776',
      tests: [
        place('unit/config/problems.test.ts', 'aliases are followed, and refused when they expand to too much'),
        place('unit/config/problems.test.ts', 'nesting without end is refused'),
      ],
      answer: 'refused',
    },
    {
      title: 'an unknown route, or one that was just removed',
      source: 'CWE-276',
      like: ['route-named-unknown', 'plain-nothing'],
      tests: [place('service/reload.test.ts', 'a removed route is unknown')],
    },
    {
      title: 'an exception while a request is judged, on an observed route too',
      source: 'CWE-755; CWE-636',
      tests: [place('unit/http/verify.test.ts', 'is a 500 and never an allow')],
      answer: '500 `internal_error`',
    },
    {
      title: 'a bad edit that would end a revocation',
      source: 'CWE-755',
      tests: [place('hostile/revocations.test.ts', 'stays where a later edit is broken')],
      answer: 'the revocation stays',
    },
  ],
}
