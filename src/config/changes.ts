import { isDeepStrictEqual } from 'node:util'
import type { Config, Route } from './model.ts'
import type { Issuer } from './model-issuer.ts'
import type { Steps } from './steps.ts'

/** What a configuration has that the one before it did not, by name. What is as it was is not listed. */
export interface Changes {
  readonly routes: NameChanges
  readonly issuers: NameChanges
  readonly revocations: boolean
}

/** Names in the order of their configuration. */
export interface NameChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** Against nothing, as at the start, everything is added. */
const NOTHING: Config = {
  issuers: [],
  routes: [],
  revocations: { jti: new Set(), sub: new Set(), clientIds: new Set(), issuedBefore: undefined },
}

/**
 * Compares what two configurations mean, not how they are written: a default, an included file or a secret that changes
 * shows in every route and issuer that it is part of. A route is not changed by what changes in the issuers that it names.
 */
export function* changesBetween(before: Config = NOTHING, after: Config): Steps<Changes> {
  const issuers = yield* compare(before.issuers, after.issuers, isDeepStrictEqual)
  const routes = yield* compare(before.routes, after.routes, isSameRoute)
  return { routes, issuers, revocations: !isDeepStrictEqual(before.revocations, after.revocations) }
}

function* compare<T extends Issuer | Route>(
  before: readonly T[],
  after: readonly T[],
  isSame: (left: T, right: T) => boolean,
): Steps<NameChanges> {
  const known = new Map(before.map((one) => [one.name, one]))
  const added: string[] = []
  const changed: string[] = []
  for (const one of after) {
    yield
    const earlier = known.get(one.name)
    known.delete(one.name)
    if (earlier === undefined) added.push(one.name)
    else if (!isSame(earlier, one)) changed.push(one.name)
  }
  return { added, changed, removed: [...known.keys()] }
}

function isSameRoute(left: Route, right: Route): boolean {
  return isDeepStrictEqual(withIssuerNames(left), withIssuerNames(right))
}

function withIssuerNames(route: Route) {
  return { ...route, accept: route.accept.map((way) => ({ ...way, issuer: way.issuer.name })) }
}
