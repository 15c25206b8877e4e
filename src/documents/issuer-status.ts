import type { RegistrationState } from './registration.ts'

/** The state of an issuer's keys, and of its registration if it has one: what `/readyz?verbose` answers and metrics read. */
export interface IssuerStatus {
  readonly name: string
  /** Whether the first reading of its keys has ended, well or not. */
  readonly tried: boolean
  readonly keys: number
  readonly ageSeconds: number | undefined
  /** Seconds until the keys cease to serve if they cannot be refreshed. */
  readonly validForSeconds: number | undefined
  readonly lastError: string | undefined
  readonly registration?: RegistrationState['kind']
}
