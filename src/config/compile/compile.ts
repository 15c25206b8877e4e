import { dateTimeSeconds } from '../date-time.ts'
import type { ConfigFile } from '../format/schema.ts'
import type { Config, Revocations, Route } from '../model.ts'
import type { Issuer } from '../model-issuer.ts'
import { type ProblemSink, quote } from '../problem.ts'
import type { ReadNamedFile } from '../reading/referenced-file.ts'
import type { Steps } from '../steps.ts'
import { resolveIssuers } from './compile-accept.ts'
import { checkSharedIssuers, compileIssuer } from './compile-issuer.ts'
import { checkOverlaps } from './compile-match.ts'
import { checkRegistrationsUsed } from './compile-registration.ts'
import { checkEqualResources } from './compile-resource.ts'
import { compileRoute } from './compile-route.ts'
import { warnOfOidcWords } from './compile-scopes.ts'

/** Where a configuration comes from, for messages that say what to write. */
export const WHAT_TO_WRITE =
  'write at least "issuers: { main: https://id.example.com }" and "routes: { api: { resource: https://api.example.com } }"'

/** Resolves every name and default of a file that the schema accepted. The result is valid only if no problem was reported. */
export function* compile(file: ConfigFile, now: number, sink: ProblemSink, readFile: ReadNamedFile): Steps<Config> {
  const defaults = file.defaults ?? {}
  const issuers = new Map<string, Issuer>()
  for (const [name, entry] of Object.entries(file.issuers ?? {})) {
    yield
    issuers.set(name, yield* compileIssuer(name, entry, sink, readFile))
  }
  checkSharedIssuers([...issuers.values()], sink)
  if (issuers.size === 0 && !sink.refused(['issuers'])) {
    sink.problem(['issuers'], `no issuer is configured; ${WHAT_TO_WRITE}`, 'key')
  }
  if (Object.keys(file.routes ?? {}).length === 0 && !sink.refused(['routes'])) {
    sink.problem(['routes'], `no route is configured; ${WHAT_TO_WRITE}`, 'key')
  }
  resolveIssuers(defaults.issuers ?? [], ['defaults', 'issuers'], issuers, sink)

  warnOfOidcWords(defaults.scopes, ['defaults', 'scopes'], sink)
  const context = { defaults, issuers, sink, readFile }
  const routes: Route[] = []
  for (const [name, entry] of Object.entries(file.routes ?? {})) {
    yield
    const route = compileRoute(name, entry, context)
    if (route !== undefined) routes.push(route)
  }
  const resources = routes.flatMap(({ name, resources }) => {
    const path = ['routes', name, 'resource']
    const isList = Array.isArray(file.routes?.[name]?.resource)
    return resources.map((resource, index) => ({ resource, route: name, path: isList ? [...path, index] : path }))
  })
  yield
  checkEqualResources(resources, sink)
  yield
  checkOverlaps(routes, sink)
  yield
  checkRegistrationsUsed([...issuers.values()], routes, sink)
  return { issuers: [...issuers.values()], routes, revocations: compileRevocations(file.revocations, now, sink) }
}

function compileRevocations(written: ConfigFile['revocations'], now: number, sink: ProblemSink): Revocations {
  return {
    jti: new Set(written?.jti),
    sub: new Set(written?.sub),
    clientIds: new Set(written?.clientIds),
    issuedBefore: written?.issuedBefore === undefined ? undefined : issuedBefore(written.issuedBefore, now, sink),
  }
}

function issuedBefore(text: string, now: number, sink: ProblemSink): number | undefined {
  const path = ['revocations', 'issuedBefore']
  const seconds = dateTimeSeconds(text)
  if (seconds === undefined) {
    sink.problem(path, `${quote(text)} is not a date that exists; write one like 2026-01-01T00:00:00Z`)
  } else if (seconds > now) {
    sink.problem(path, `${quote(text)} is in the future and would refuse every token; write a time that has passed`)
  }
  return seconds
}
