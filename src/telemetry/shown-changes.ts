import type { Changes, NameChanges } from '../config/changes.ts'
import type { Config } from '../config/model.ts'
import { cappedList } from './decision-record.ts'

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
