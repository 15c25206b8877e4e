import { createRequire } from 'node:module'
import { builtFile, IS_BUILD } from '../../build/program.ts'

type ServiceCode = Pick<typeof import('../../src/service.ts'), 'startService'> &
  Pick<typeof import('../../src/settings.ts'), 'readSettings'> &
  Pick<typeof import('../../src/telemetry/logger.ts'), 'createLogger'>

/** What tests run of the service in their own process: the sources, or the very file that ships. */
export const { startService, readSettings, createLogger } = await load()

async function load(): Promise<ServiceCode> {
  if (IS_BUILD) return createRequire(import.meta.url)(builtFile('gate.cjs'))
  const [service, settings, logger] = await Promise.all([
    import('../../src/service.ts'),
    import('../../src/settings.ts'),
    import('../../src/telemetry/logger.ts'),
  ])
  return { ...service, ...settings, ...logger }
}
