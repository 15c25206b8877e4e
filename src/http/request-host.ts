/** X-Forwarded-Host where there is exactly one, else Host. It only chooses among configured documents, and is never shown. */
export function hostOf(rawHeaders: readonly string[]): string {
  const values = (wanted: string) =>
    rawHeaders.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[at + 1] ?? ''] : []))
  const [forwarded, ...more] = values('x-forwarded-host')
  if (forwarded !== undefined && more.length === 0) return forwarded
  // HTTP/2 names the host in a pseudo-header field, which goes before Host (RFC 9113 §8.3.1).
  return values(':authority')[0] ?? values('host')[0] ?? ''
}
