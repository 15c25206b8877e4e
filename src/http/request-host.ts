import { valuesOf } from '../decision/request/header-fields.ts'

/** X-Forwarded-Host if there is exactly one, else Host. It only chooses among configured documents, and is never shown. */
export function hostOf(rawHeaders: readonly string[]): string {
  const [forwarded, ...more] = valuesOf('x-forwarded-host', rawHeaders)
  if (forwarded !== undefined && more.length === 0) return forwarded
  // HTTP/2 names the host in a pseudo-header field, which goes before Host (RFC 9113 §8.3.1).
  return valuesOf(':authority', rawHeaders)[0] ?? valuesOf('host', rawHeaders)[0] ?? ''
}
