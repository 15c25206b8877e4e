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
}

const IN_PROCESS = ['test/unit/**/*.test.ts', 'test/conformance/in-process.test.ts']
/** Commands: their tests start processes. */
export const NO_ROOMS: readonly string[] = ['cli', 'tools']

const ROOMS: readonly Room[] = [
  {
    sources: 'src/{decision,documents,http/dialects}/**/*.ts',
    operators: Object.keys(OPERATORS),
    tests: IN_PROCESS,
  },
  { sources: 'src/{config,issuers,keys,telemetry}/**/*.ts', operators: [], tests: IN_PROCESS },
  { sources: 'src/http/{*.ts,wire/*.ts}', operators: [], tests: [...IN_PROCESS, 'test/service/*.test.ts'] },
]

/** Every mutant of every room, by operator and by hand. */
export function allSuspects(): readonly Suspect[] {
  return ROOMS.flatMap(({ sources, operators, tests }) =>
    globSync(sources)
      .toSorted()
      .flatMap((file) => {
        const source = readFileSync(file, 'utf8')
        return [...mutantsOf(file, source, operators), ...mutantsByHand(file, source)]
      })
      .map((mutant) => ({ mutant, tests })),
  )
}

function mutantsByHand(file: string, source: string): readonly Mutant[] {
  return BY_HAND.flatMap(([without, find, replace]) => {
    const pieces = source.split(find)
    return pieces.length === 2 ? [{ file, name: `without ${without}`, source: pieces.join(replace) }] : []
  })
}
