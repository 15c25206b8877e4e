import { corsOptions } from '../../generate/plan.ts'

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
  'access-control-allow-credentials',
  'vary',
]

/** Envoy's CORS filter for these origins: it answers preflights, and lets pages read the challenge. */
export function corsPolicy(origins: readonly string[]) {
  const options = corsOptions(origins)
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allow_origin_string_match: origins.map((exact) => ({ exact })),
    allow_methods: options.accessControlAllowMethods.join(', '),
    allow_headers: options.accessControlAllowHeaders.join(', '),
    expose_headers: options.accessControlExposeHeaders.join(', '),
    max_age: String(options.accessControlMaxAge),
  }
}
