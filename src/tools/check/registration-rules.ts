import type { Config } from '../../config/model.ts'
import { registrationState } from '../../documents/registration.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import type { Finding } from '../frame/findings.ts'
import { applyRules, type CheckRule } from './check-rule.ts'
import type { Places } from './config-places.ts'
import { findStepUps, STEP_UP } from './step-up.ts'

interface Subject {
  readonly config: Config
  readonly places: Places
  /** By issuer, as far as they could be read. */
  readonly documents: ReadonlyMap<string, JsonObject>
}

/** What registrations run into, going by what issuers say of themselves; serve finds out too, but only once it runs. */
const RULES: readonly CheckRule<Subject>[] = [
  {
    id: 'registration-refused',
    severity: 'error',
    why: 'clients would log in and then throw the code away; so they are sent to the issuer itself, where they cannot register',
    fix: 'remove registration, and type a client ID of the issuer into each client',
    find: ({ config, places, documents }) =>
      config.issuers.flatMap(({ name, registration }) => {
        const document = registration === undefined ? undefined : documents.get(name)
        const state = document === undefined ? undefined : registrationState(document)
        if (state?.kind !== 'refused') return []
        const what = `clients cannot register here for this issuer: ${state.reason}`
        return [{ what, ...places.place(['issuers', name, 'registration'], 'key') }]
      }),
  },
  {
    ...STEP_UP,
    find: ({ config, places, documents }) =>
      findStepUps(
        config,
        places,
        ({ name, registration }) =>
          registration === undefined && typeof documents.get(name)?.['registration_endpoint'] === 'string',
      ),
  },
]

/** Their names. */
export const REGISTRATION_IDS: readonly string[] = RULES.map(({ id }) => id)

/** Judges the registrations of a configuration by the documents of its issuers. */
export function judgeRegistrations(
  config: Config,
  places: Places,
  documents: ReadonlyMap<string, JsonObject>,
): readonly Finding[] {
  return applyRules(RULES, { config, places, documents })
}
