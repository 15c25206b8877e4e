import { type DestinationStream, pino } from 'pino'
import { LogOutput, sinkOf } from './log-output.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The process log: JSON lines on standard output. Callers pass allow-listed fields only, never headers or errors of unknown content. */
export interface Logger {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination)
}

const STANDARD_OUTPUT = 1

/** The log of this process. */
export function openLog(level: LogLevel): { readonly log: Logger; readonly output: LogOutput } {
  const output = new LogOutput(sinkOf(STANDARD_OUTPUT))
  return { log: createLogger(level, output), output }
}
