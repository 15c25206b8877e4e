import type { RegistrationState } from './registration.ts'

/** The state of an issuer's keys, and of its registration if it has one: what `/readyz?verbose` answers and metrics read. */
export interface IssuerStatus {
  readonly name: string
  /** Whether the first reading of its keys has ended, well or not. */
  readonly tried: boolean
  /** How many can be used now. */
  readonly keys: number
  /** Seconds since they were last confirmed; 0 for configured keys, undefined when there never were any. */
  readonly ageSeconds: number | undefined
  /** Seconds until they cease to serve if no reading succeeds, below 0 when they have; undefined for configured keys, and when there never were any. */
  readonly validForSeconds: number | undefined
  /** Why the last reading failed; undefined when it went well. */
  readonly lastError: string | undefined
  readonly registration?: RegistrationState['kind']
}

/** Whether the process can take requests as far as keys go. */
export interface Readiness {
  readonly ready: boolean
  /** Issuers that some route accepts and whose first keys have not come, or had not when it got ready; by name. */
  readonly missing: readonly string[]
  /** When it will be ready without them, in ISO 8601; undefined once it is ready, or if it waits until they come. */
  readonly until: string | undefined
}
