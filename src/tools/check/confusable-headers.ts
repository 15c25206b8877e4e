const CONFUSABLE: readonly (readonly [RegExp, string])[] = [
  [/^proxy$/i, 'becomes HTTP_PROXY in CGI-like backends, which then send their requests there (httpoxy)'],
  [/^remote-/i, 'is set by other proxies, and trusted from any client by backends that expect these'],
  [/^http-/i, 'looks to CGI-like backends like a header of another name'],
  [
    /^(?:cf|x-amzn?|x-goog|x-ms|x-envoy|x-traefik|x-azure|fastly)-/i,
    'belongs to a cloud or a proxy, which sets or removes it',
  ],
  [/^(?:x-)?(?:client|cluster-client|true-client|x-client)-ip$/i, 'is taken for the address of the client'],
  [/^(?:x-)?(?:api-key|csrf-token|xsrf-token|requested-with)$/i, 'has a meaning to frameworks'],
  [/--|^-|-$/, 'has hyphens that some servers fold or drop'],
  [/^\d+$/, 'has only digits, which some servers drop'],
  [
    /^(?:user|username|email|role|roles|groups?|id|sub|subject|scopes?|name|token)$/i,
    'is so short that a backend may read it for something else',
  ],
]

/** Why a proxy or a backend could take this header for another one; undefined if nothing is known. */
export function confusion(name: string): string | undefined {
  return CONFUSABLE.find(([pattern]) => pattern.test(name))?.[1]
}
