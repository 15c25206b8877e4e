import type { Config } from '../config/model.ts'
import { formatProblem, type Problem } from '../config/problem.ts'
import type { Certificate } from '../config/reading/certificate.ts'
import type { Logger } from './logger.ts'

/** Says which configuration is in force, and what is odd about it. */
export function logConfig(log: Logger, config: Config, warnings: readonly Problem[]): void {
  log.info({ issuers: config.issuers.length, routes: config.routes.length }, 'configuration loaded')
  for (const warning of warnings) log.warn({ warning: formatProblem(warning) }, 'configuration')
}

/** Says which certificate new connections meet, and whether they will refuse it. */
export function logCertificate(log: Logger, { shown, outOfDate, clientCa }: Certificate): void {
  log.info({ ...shown, clientCertificates: clientCa !== undefined }, 'certificate loaded')
  if (outOfDate) log.warn({ ...shown }, 'the certificate is out of date: clients refuse it')
}
