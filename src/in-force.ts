import type { Issuer } from './config/model-issuer.ts'
import type { Certificate } from './config/reading/certificate.ts'
import type { Generation } from './generation.ts'

/** What changes while the service runs, as the parts look at it. Its functions can be handed over one by one. */
export type InForce = ReturnType<typeof createInForce>

/** Holds the generation in force, the certificate of the auth port, whether keys were tried, and whether it drains. */
export function createInForce(firstCertificate: Certificate | undefined) {
  let current: Generation | undefined
  let certificate = firstCertificate
  let keysTried = false
  let draining = false

  const generation = (): Generation => {
    if (current === undefined) throw new Error('no generation is in force yet')
    return current
  }
  return {
    generation,
    replaceGeneration: (next: Generation): void => {
      current = next
    },
    replaceCertificate: (next: Certificate): void => {
      certificate = next
    },
    markKeysTried: (): void => {
      keysTried = true
    },
    drain: (): void => {
      draining = true
    },

    policy: () => generation().policy,
    metadata: () => generation().metadata,
    registrations: () => generation().registrations,
    findDocument: (issuer: Issuer) => generation().registry.findDocument(issuer),
    routes: () => generation().config.routes,
    issuers: () => generation().issuers(),
    tokenCacheEntries: () => generation().cachedTokens(),
    /** What may be shown of the certificate; undefined if the auth port speaks no TLS. */
    certificate: () => certificate?.shown,
    /** Seconds since the epoch. */
    certificateExpiresAt: () => (certificate === undefined ? undefined : Date.parse(certificate.shown.validTo) / 1000),
    /** Whether the first fetch of every key set has ended, or has had its time. */
    keysTried: () => keysTried,
    draining: () => draining,
  }
}
