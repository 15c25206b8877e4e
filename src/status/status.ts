import type { ShownChanges } from '../telemetry/state-logs.ts'
import type { RecentRoute } from './recording/recent-decisions.ts'
import type { Refusal } from './recording/recent-refusals.ts'

/**
 * The state of the process at one moment: the body of `/status.json`, from which the page and `forwardgate status` are made.
 * Times are RFC 3339 in UTC. It never has a token or a secret; what a request or a token says is in it as in the log.
 */
export interface Status {
  readonly version: string
  readonly time: string
  readonly startedAt: string
  readonly uptimeSeconds: number
  /** As `/readyz` has it. */
  readonly ready: boolean
  /** That of the worst finding. */
  readonly state: State
  /** What an operator should know first, worst first. */
  readonly findings: readonly StatusFinding[]
  readonly configuration: ConfigurationStatus
  readonly issuers: readonly IssuerReport[]
  /** undefined if the auth port speaks no TLS. */
  readonly certificate: CertificateStatus | undefined
  /** In the order of the configuration. */
  readonly routes: readonly RouteStatus[]
  /** Requests that belong to no route. */
  readonly unmatched: RouteCounts
  /** The last ones that the log has a line for, newest first. */
  readonly refusals: readonly Refusal[]
  /** Lines that could not be written. */
  readonly lostLogLines: number
}

/** `problem`: act now; `warning`: act today. */
export type State = 'ok' | 'warning' | 'problem'

/** One thing to know, as sentences. */
export interface StatusFinding {
  readonly state: Exclude<State, 'ok'>
  /** Stable name of its kind. */
  readonly id: string
  readonly text: string
  readonly details: readonly string[]
}

/** Something that was refused, and is not in use. */
export interface Refused {
  readonly at: string
  readonly problems: readonly string[]
}

export interface ConfigurationStatus {
  /** The file, the directory, or `environment`. */
  readonly source: string
  /** When the one in use was loaded. */
  readonly loadedAt: string
  /** True if it is that of the start. */
  readonly first: boolean
  readonly changes: ShownChanges
  readonly warnings: readonly string[]
  /** The newest one, if it was not good. */
  readonly refused: Refused | undefined
}

export interface IssuerReport {
  readonly name: string
  /** Of its tokens. Empty for a file of static tokens. */
  readonly issuer: string
  /** Where its keys come from, as the configuration calls it. */
  readonly source: string
  /**
   * `waiting`: for its first keys. `failing`: the last attempt to get keys failed, and the existing keys stay in use. `down`: there
   * are none.
   */
  readonly state: 'ok' | 'waiting' | 'failing' | 'down'
  /** How many can be used now; of a file of static tokens, how many tokens. */
  readonly keys: number
  /** When they were last confirmed; undefined for files, and while there never were any. */
  readonly keysAt: string | undefined
  /** When they cease to serve if no attempt succeeds. */
  readonly validUntil: string | undefined
  readonly lastError: string | undefined
  /** Why it could not be asked about opaque tokens, if that was the last thing that happened. */
  readonly introspectionError: string | undefined
  readonly registration: 'waiting' | 'offered' | 'refused' | undefined
}

export interface CertificateStatus {
  readonly names: string
  readonly validTo: string
  readonly fingerprint: string
  /** The newest one, if it was not good. */
  readonly refused: Refused | undefined
}

/** Requests of the last minutes. */
export interface RouteCounts extends Omit<RecentRoute, 'refusedInARow' | 'refusedSince'> {
  /** Requests in a row that were refused, until now. */
  readonly refusedInARow: number
  /** When the first of these came. */
  readonly refusedSince: string | undefined
}

export interface RouteStatus extends RouteCounts {
  readonly name: string
  readonly mode: 'enforce' | 'observe'
  /** `quiet`: no request in the last minutes. `refusing`: every request is refused. */
  readonly state: 'quiet' | 'ok' | 'login_loop' | 'refusing'
}
