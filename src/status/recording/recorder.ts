import type { ShownChanges } from '../../telemetry/state-logs.ts'
import type { Refused } from '../status.ts'
import { createRecentDecisions, type RecentDecisionsDeps } from './recent-decisions.ts'
import { createRecentRefusals } from './recent-refusals.ts'

/** Keeps what happened lately and is to be seen on the status page. */
export type Recorder = ReturnType<typeof createRecorder>

/** What the last load of the configuration brought. */
interface Loaded {
  readonly at: string
  readonly first: boolean
  readonly changes: ShownChanges
  readonly warnings: readonly string[]
}

/** More of them would only be scrolled past. */
const MAX_TEXTS = 20

/** Everything that it keeps is bounded: by number and length, or by the configuration. */
export function createRecorder({ clock, now }: RecentDecisionsDeps) {
  const startedAt = clock()
  const decisions = createRecentDecisions({ clock, now })
  const refusals = createRecentRefusals()
  const introspectionErrors = new Map<string, string>()
  let loaded: Loaded | undefined
  let configurationRefused: Refused | undefined
  let certificateRefused: Refused | undefined

  const time = (): string => new Date(now() * 1000).toISOString()
  const refused = (problems: readonly string[]): Refused => ({ at: time(), problems: problems.slice(0, MAX_TEXTS) })
  return {
    decisions,
    refusals,
    onConfiguration(changes: ShownChanges, warnings: readonly string[]): void {
      loaded = { at: time(), first: loaded === undefined, changes, warnings: warnings.slice(0, MAX_TEXTS) }
      configurationRefused = undefined
    },
    onConfigurationRefused(problems: readonly string[]): void {
      configurationRefused = refused(problems)
    },
    onCertificate(): void {
      certificateRefused = undefined
    },
    onCertificateRefused(problem: string): void {
      certificateRefused = refused([problem])
    },
    /** `error`: undefined if the issuer answered. */
    onIntrospection(issuer: string, error: string | undefined): void {
      if (error === undefined) introspectionErrors.delete(issuer)
      else introspectionErrors.set(issuer, error)
    },
    /** Forgets routes and issuers that the configuration no longer has. */
    keep(routes: ReadonlySet<string>, issuers: ReadonlySet<string>): void {
      decisions.keep(routes)
      for (const name of introspectionErrors.keys()) if (!issuers.has(name)) introspectionErrors.delete(name)
    },
    uptimeSeconds: () => (clock() - startedAt) / 1000,
    loaded: () => loaded,
    configurationRefused: () => configurationRefused,
    certificateRefused: () => certificateRefused,
    introspectionError: (issuer: string) => introspectionErrors.get(issuer),
  }
}
