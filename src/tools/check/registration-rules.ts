import { registrationState } from '../../documents/registration.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import type { Finding } from '../frame/findings.ts'
import { applyRules, type CheckRule } from './check-rule.ts'
import { type ConfigSubject, hitIn } from './config-places.ts'
import { stepUpRule } from './step-up.ts'

interface Subject extends ConfigSubject {
  /** By issuer, as far as they could be read. */
  readonly documents: ReadonlyMap<string, JsonObject>
}

/** What registrations run into, going by what issuers say of themselves; serve finds out too, but only once it runs. */
const RULES: readonly CheckRule<Subject>[] = [
  {
    id: 'registration-refused',
    severity: 'error',
    why: 'clients would log in and then discard the code; so they are sent to the issuer itself, and cannot register there',
    fix: 'remove registration, and type a client ID of the issuer into each client',
    find: ({ config, places, documents }) =>
      config.issuers.flatMap(({ name, registration }) => {
        const document = registration === undefined ? undefined : documents.get(name)
        const state = document === undefined ? undefined : registrationState(document)
        if (state?.kind !== 'refused') return []
        const what = `clients cannot register here for this issuer: ${state.reason}`
        return hitIn(places, ['issuers', name, 'registration'], what, 'key')
      }),
  },
  stepUpRule(
    ({ name, registration }, { documents }) =>
      registration === undefined && typeof documents.get(name)?.['registration_endpoint'] === 'string',
  ),
]

/** Their names. */
export const REGISTRATION_IDS: readonly string[] = RULES.map(({ id }) => id)

/** Judges the registrations of a configuration by the documents of its issuers. */
export function judgeRegistrations(subject: Subject): readonly Finding[] {
  return applyRules(RULES, subject)
}
