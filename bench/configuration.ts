import { AUDIENCE, ISSUER, SCOPE } from './tokens.ts'

/** How large a configuration is. */
export interface ConfigurationSize {
  readonly routes: number
  readonly issuers: number
}

/**
 * A configuration in the usual form. Route `r0` has the benchmark's resource, the others one path each below it; the
 * last issuer is the one that signs, the others only share its keys.
 */
export function configuration(jwksFile: string, { routes, issuers }: ConfigurationSize): string {
  const issuerEntries = range(issuers).map((n) => {
    const issuer = n === issuers - 1 ? ISSUER : `https://id-${n}.example.com/`
    return `  i${n}: { issuer: ${issuer}, jwksFile: ${jwksFile} }`
  })
  const routeEntries = range(routes).map((n) => `  r${n}: { resource: ${AUDIENCE}${n === 0 ? '' : `/s${n}`} }`)
  return [
    'issuers:',
    ...issuerEntries,
    'defaults:',
    `  issuers: [${range(issuers).map((n) => `i${n}`)}]`,
    `  audience: [${AUDIENCE}]`,
    `  scopes: [${SCOPE}]`,
    'routes:',
    ...routeEntries,
    '',
  ].join('\n')
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n)
}
