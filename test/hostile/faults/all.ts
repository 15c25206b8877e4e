import { CONFIGURATION_FAULTS } from './configuration.ts'
import { ISSUER_FAULTS } from './issuer.ts'
import { LOG_FAULTS } from './log.ts'
import { MACHINE_FAULTS } from './machine.ts'

/** Every fault that is injected, by what breaks. */
export const FAULTS_BY_PART = [
  ['The issuer', ISSUER_FAULTS],
  ['The configuration and the clock', CONFIGURATION_FAULTS],
  ['The machine', MACHINE_FAULTS],
  ['The log', LOG_FAULTS],
] as const

export const FAULTS = FAULTS_BY_PART.flatMap(([, faults]) => faults)
