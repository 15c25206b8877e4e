/** How long a soak is and how often what happens. Seconds. */
export interface Plan {
  readonly seconds: number
  readonly rotateEvery: number
  readonly reloadEvery: number
  /** The issuer refuses connections, in the middle. */
  readonly outage: number
  readonly requestsPerSecond: number
  /** MiB that memory may differ between the second fifth and the last: the first fills caches. */
  readonly mayGrow: number
}

export const TEN_MINUTES: Plan = {
  seconds: 600,
  rotateEvery: 30,
  reloadEvery: 20,
  outage: 60,
  requestsPerSecond: 100,
  mayGrow: 16,
}

/** What fits into a commit. A rotation cannot be quicker than the cool-down of unknown kids. */
export const SHORT: Plan = {
  seconds: 40,
  rotateEvery: 12,
  reloadEvery: 4,
  outage: 5,
  requestsPerSecond: 60,
  mayGrow: 48,
}

/** Seconds after the outage in which keys published meanwhile may still be unknown: the cool-down and a fetch. */
const RECOVERY = 12

/** The time from the outage to the end of what it causes. */
export function troubled(plan: Plan): { readonly from: number; readonly until: number; readonly end: number } {
  const from = (plan.seconds - plan.outage) / 2
  return { from, until: from + plan.outage, end: from + plan.outage + RECOVERY }
}
