import { globSync, readFileSync } from 'node:fs'
import { BY_HAND } from './by-hand.ts'
import type { Suspect } from './crew.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { OPERATORS } from './operators.ts'

/** A part of the product: what is broken in it, and the tests of which one at least must notice. */
interface Room {
  readonly sources: string
  /** Names of operators. */
  readonly operators: readonly string[]
  readonly tests: readonly string[]
  /** Whether each of its mutants was tried, and each that survives is explained: only then is a survivor news. */
  readonly held: boolean
}

/** A real issuer is asked over the network, and says nothing here that the others do not. */
const IN_PROCESS = ['test/unit/**/!(real-issuer).test.ts', 'test/conformance/in-process.test.ts']
/** Commands: their tests start processes. */
export const NO_ROOMS: readonly string[] = ['cli', 'tools']

const ALL = Object.keys(OPERATORS)

const ROOMS: readonly Room[] = [
  { sources: 'src/{decision,documents,http/dialects}/**/*.ts', operators: ALL, tests: IN_PROCESS, held: true },
  { sources: 'src/{config,issuers,keys}/**/*.ts', operators: ALL, tests: IN_PROCESS, held: false },
  {
    sources: 'src/{status,telemetry}/**/*.ts',
    operators: ALL,
    tests: [...IN_PROCESS, 'test/service/{log,metrics,operations,status-page}.test.ts'],
    held: false,
  },
  {
    sources: 'src/http/{*.ts,wire/*.ts}',
    operators: ALL,
    tests: [...IN_PROCESS, 'test/service/*.test.ts'],
    held: false,
  },
]

/** Every mutant of every room, by operator and by hand. */
export function allSuspects(): readonly Suspect[] {
  return ROOMS.flatMap(suspectsOf)
}

/** Those of the rooms where no mutant should survive, and those by hand. */
export function heldSuspects(): readonly Suspect[] {
  return ROOMS.flatMap((room) => suspectsOf(room.held ? room : { ...room, operators: [] }))
}

function suspectsOf({ sources, operators, tests }: Room): readonly Suspect[] {
  return globSync(sources)
    .toSorted()
    .flatMap((file) => {
      const source = readFileSync(file, 'utf8')
      return [...mutantsOf(file, source, operators), ...mutantsByHand(file, source)]
    })
    .map((mutant) => ({ mutant, tests }))
}

function mutantsByHand(file: string, source: string): readonly Mutant[] {
  return BY_HAND.flatMap(([without, find, replace]) => {
    const pieces = source.split(find)
    return pieces.length === 2 ? [{ file, name: `without ${without}`, source: pieces.join(replace) }] : []
  })
}
