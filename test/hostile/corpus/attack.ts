import type { Vector } from '../../conformance/vector.ts'
import type { WireAttack } from './wire.ts'

/** A thing that an attacker does: one line of the table in docs/security.md, and all that tries it. */
export interface Attack {
  readonly title: string
  /** The weakness elsewhere, or the clause that decides. */
  readonly source: string
  /** Requests of this corpus, each a row as the conformance tables have them. */
  readonly rows?: readonly Vector[]
  /** Rows of the conformance tables that try it too, by id; a `*` at the end takes all that begin so. */
  readonly like?: readonly string[]
  /** Exact bytes. */
  readonly wire?: readonly WireAttack[]
  /** Tests of their own that try it: what needs time, files, other connections or a proxy. */
  readonly tests?: readonly TestPlace[]
  /** What is answered, where rows do not say it, or say that the request passes unharmed. */
  readonly answer?: string
}

export interface TestPlace {
  readonly file: string
  /** A part of its name. */
  readonly name: string
}

/** Attacks that have one thing in common. */
export interface Family {
  readonly title: string
  readonly attacks: readonly Attack[]
}

/** Rows that differ from an allowed one in one point each. */
export function variants<T>(
  prefix: string,
  values: readonly T[],
  row: (value: T) => Omit<Vector, 'id' | 'spec' | 'title'> & { readonly title?: string },
): readonly Vector[] {
  return values.map((value) => {
    const name = typeof value === 'string' ? value : JSON.stringify(value)
    return { id: `${prefix} ${name}`, spec: 'corpus', title: name, ...row(value) }
  })
}

export const ALLOWED = { status: 200, reason: 'token' } as const
export const INVALID_REQUEST = {
  status: 400,
  reason: 'forwarded_request_invalid',
  absent: ['WWW-Authenticate'],
} as const
