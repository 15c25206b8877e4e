import type { Changes, NameChanges } from '../config/changes.ts'
import type { Config } from '../config/model.ts'
import type { Issuer } from '../config/model-issuer.ts'
import type { Readiness } from '../documents/issuer-status.ts'
import { type FindServerDocument, registrationState } from '../documents/registration.ts'
import { cappedList } from './decision-record.ts'
import type { Logger } from './logger.ts'

/** How many there are, and which are new, are other than before, or are gone: the first 20 names of each. */
interface ShownNames extends NameChanges {
  readonly total: number
}

/** What a load of the configuration changed, as the log and the status page show it. */
export interface ShownChanges {
  readonly routes: ShownNames
  readonly issuers: ShownNames
  readonly revocationsChanged: boolean
}

/** Stays short however large the configuration is. */
export function shownChanges(config: Config, { issuers, routes, revocations }: Changes): ShownChanges {
  return {
    routes: shownNames(config.routes.length, routes),
    issuers: shownNames(config.issuers.length, issuers),
    revocationsChanged: revocations,
  }
}

function shownNames(total: number, { added, changed, removed }: NameChanges): ShownNames {
  return { total, added: cappedList(added), changed: cappedList(changed), removed: cappedList(removed) }
}

/** The issuers in force, and what is known of them. */
export interface IssuersInForce {
  readonly generation: () => {
    readonly config: { readonly issuers: readonly Issuer[] }
    readonly registry: { readonly findDocument: FindServerDocument }
  }
}

/** Writes what becomes of each registration: once, and again when it changes. */
export function createRegistrationLog(log: Logger, inForce: IssuersInForce): () => void {
  let known = new Map<string, string>()
  return () => {
    const { config, registry } = inForce.generation()
    const next = new Map<string, string>()
    for (const issuer of config.issuers) {
      if (issuer.registration === undefined) continue
      const state = registrationState(registry.findDocument(issuer))
      const reason = state.kind === 'refused' ? state.reason : ''
      const text = JSON.stringify([issuer.issuer, state.kind, reason])
      next.set(issuer.name, text)
      if (known.get(issuer.name) === text) continue
      if (state.kind === 'offered') log.info({ issuer: issuer.name }, 'registration offered')
      if (state.kind === 'refused') log.error({ issuer: issuer.name, reason }, REGISTRATION_REFUSED)
    }
    known = next
  }
}

/** Writes which issuers a start waits for, once and again when they change, and how that ended. */
export function createReadinessLog(log: Logger, readiness: () => Readiness): () => void {
  let known = ''
  return () => {
    const { ready, missing: issuers, until } = readiness()
    const text = ready ? 'ready' : issuers.join()
    if (text === known) return
    if (!ready) log.warn({ issuers, until }, 'waiting for keys')
    else if (issuers.length > 0) log.warn({ issuers }, 'ready without keys')
    else if (known !== '') log.info({}, 'ready')
    known = text
  }
}

const REGISTRATION_REFUSED =
  'registration cannot be offered: clients are sent to the issuer itself; remove `registration` and give each client an ID by hand'
