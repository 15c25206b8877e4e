import type { Finding, Severity } from '../frame/findings.ts'

/** What one step of the examination found, in the order in which it looked; what is right has the severity `ok`. */
export interface StepReport {
  readonly title: string
  readonly findings: readonly Finding[]
}

/** One thing that can be wrong with a resource: how bad it is, why it matters to clients, and what to do about it. */
export interface Fault {
  readonly severity: Exclude<Severity, 'ok'>
  readonly why: string
  readonly fix: string
}

/** The faults that one step looks for, by their stable name. */
export type Faults<Id extends string> = Readonly<Record<Id, Fault>>

/** Collects what one step finds. */
export interface Report<Id extends string> extends StepReport {
  /** Records that a fault is not there, and what is there instead. */
  readonly ok: (id: Id, what: string) => undefined
  /** Records a fault; `instead` is for the case in which its row does not say the right thing. */
  readonly find: (id: Id, what: string, instead?: Partial<Fault>) => undefined
  /** Records one of the two. */
  readonly judge: (id: Id, isRight: boolean, right: string, wrong: string) => undefined
}

/** Opens the report of a step about one URL. */
export function openReport<Id extends string>(title: string, url: string, faults: Faults<Id>): Report<Id> {
  const findings: Finding[] = []
  const ok = (id: Id, what: string) => void findings.push({ severity: 'ok', id, what, path: url })
  const find = (id: Id, what: string, instead?: Partial<Fault>) =>
    void findings.push({ id, what, path: url, ...faults[id], ...instead })
  const judge = (id: Id, isRight: boolean, right: string, wrong: string) => (isRight ? ok(id, right) : find(id, wrong))
  return { title, findings, ok, find, judge }
}
