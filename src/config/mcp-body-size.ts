const MIN_PROXY_BODY_BYTES = 4_194_304

/**
 * Bytes that a proxy in front should let through if a route reads `maxBodySize`: more, as what the proxy refuses by itself
 * is not an answer that clients understand (Traefik's is a bare 401, which starts a login).
 */
export function proxyBodySize(maxBodySize: number): number {
  return Math.max(MIN_PROXY_BODY_BYTES, 4 * maxBodySize)
}
