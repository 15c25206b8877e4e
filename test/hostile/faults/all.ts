import { CONFIGURATION_FAULTS } from './configuration.ts'
import { ISSUER_FAULTS } from './issuer.ts'
import { LOG_FAULTS } from './log.ts'
import { MACHINE_FAULTS } from './machine.ts'

/** Every fault that is injected, by what breaks. */
export const FAULTS_BY_PART = {
  issuer: ISSUER_FAULTS,
  configuration: CONFIGURATION_FAULTS,
  machine: MACHINE_FAULTS,
  log: LOG_FAULTS,
} as const

export const FAULTS = Object.values(FAULTS_BY_PART).flat()
