import type { ConfigFile } from '../format/schema.ts'
import type { Config, Revocations } from '../model.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import type { Steps } from '../steps.ts'
import { dateTimeSeconds } from '../time.ts'
import { compileIssuers } from './compile-issuer.ts'
import { checkRegistrationsUsed } from './compile-registration.ts'
import { compileRoutes } from './compile-route.ts'

/** The least that a configuration has, for messages that say what to write. */
export const WHAT_TO_WRITE =
  'write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }"'

/** Resolves every name and default of a file that the schema accepted. The result is valid only if no problem was reported. */
export function* compile(written: ConfigFile, now: number, file: Place): Steps<Config> {
  const issuers = yield* compileIssuers(written.issuers, file.at('issuers'))
  requireEntry('issuer', written.issuers, file.at('issuers'))
  requireEntry('route', written.routes, file.at('routes'))
  const routes = yield* compileRoutes(written.routes, { defaults: written.defaults ?? {}, issuers, file })
  yield
  const all = [...issuers.values()]
  checkRegistrationsUsed(all, routes, file)
  return { issuers: all, routes, revocations: compileRevocations(written.revocations, now, file.at('revocations')) }
}

function requireEntry(what: string, entries: object | undefined, place: Place): void {
  if (Object.keys(entries ?? {}).length > 0 || place.refused()) return
  place.problem(`no ${what} is configured; ${WHAT_TO_WRITE}`, 'key')
}

function compileRevocations(written: ConfigFile['revocations'], now: number, place: Place): Revocations {
  return {
    jti: new Set(written?.jti),
    sub: new Set(written?.sub),
    clientIds: new Set(written?.clientIds),
    issuedBefore:
      written?.issuedBefore === undefined
        ? undefined
        : issuedBefore(written.issuedBefore, now, place.at('issuedBefore')),
  }
}

function issuedBefore(text: string, now: number, place: Place): number | undefined {
  const seconds = dateTimeSeconds(text)
  if (seconds === undefined) {
    place.problem(`${quote(text)} is not a date that exists; write one like 2026-01-01T00:00:00Z`)
  } else if (seconds > now) {
    place.problem(`${quote(text)} is in the future and would refuse every token; write a time that has passed`)
  }
  return seconds
}
