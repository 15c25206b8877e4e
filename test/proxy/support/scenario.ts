import type { ProxyName } from './row.ts'
import type { World } from './world.ts'

/** Where a scenario plays. */
export interface Stage {
  readonly proxy: ProxyName
  /** The public origin. */
  readonly origin: string
  readonly world: World
}

/** A case that takes more than one request and its answer. */
export interface Scenario {
  readonly name: string
  /** Fails, or promises what the matrix says. */
  run(stage: Stage): Promise<string>
}
