/** Entra and Keycloak tokens of users in many groups reach 20 KB; Node's default of 16 KiB answers them with 431. */
export const MAX_HEADER_BYTES = 64 * 1024

/** Times of a connection that speaks HTTP/1.1, in milliseconds. */
export const TIMEOUTS = {
  /** Traefik closes idle connections after 90 s; the side that closes first must not be ours, or a request gets lost in the race. */
  keepAliveTimeout: 120_000,
  /** For connections that send nothing or a byte at a time. Idle ones between requests are not meant. */
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
} as const
