import type { Issuer } from '../config/model.ts'
import { type FindServerDocument, registrationState } from '../documents/registration.ts'
import type { Logger } from './logger.ts'

/** Says what becomes of the registrations: once, and again when it changes. */
export function createRegistrationLog(
  log: Logger,
): (issuers: readonly Issuer[], findDocument: FindServerDocument) => void {
  let known = new Map<string, string>()
  return (issuers, findDocument) => {
    const now = new Map<string, string>()
    for (const issuer of issuers) {
      if (issuer.registration === undefined) continue
      const state = registrationState(findDocument(issuer))
      const text = JSON.stringify([issuer.issuer, state.kind, state.kind === 'refused' ? state.reason : ''])
      now.set(issuer.name, text)
      if (known.get(issuer.name) === text) continue
      switch (state.kind) {
        case 'waiting':
          break
        case 'offered':
          log.info({ issuer: issuer.name }, 'registration offered')
          break
        case 'refused':
          log.error(
            { issuer: issuer.name, reason: state.reason },
            'registration cannot be offered: clients are sent to the issuer itself; remove `registration` and give each client an ID by hand',
          )
          break
      }
    }
    known = now
  }
}
