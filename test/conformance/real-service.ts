import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Service } from '../../src/service.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { createLogger, readSettings, startService } from '../support/service-code.ts'
import { configurationText, FILES, ISSUERS, type IssuerName, NOW } from './configuration.ts'
import type { TokenForge } from './token-forge.ts'

export interface RealService extends Service {
  /** Lines of the log so far. */
  readonly logged: () => readonly string[]
}

/** The whole service with issuers on loopback, at the time of the vectors. `keysDown`: issuers that answer 500. */
export async function startRealService(
  t: TestContext,
  forge: TokenForge,
  keysDown: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RealService> {
  const folder = folderFor(t)
  const places = new Map<IssuerName, string>()
  for (const name of Object.keys(ISSUERS) as IssuerName[]) {
    const issuer = await startFakeIssuer({ algorithms: ['EdDSA'] })
    t.after(() => issuer.stop())
    issuer.introspects(forge.introspected ?? {})
    if (keysDown.includes(name)) issuer.fail(500)
    else issuer.answer(JSON.stringify(forge.keySet(name)), 'keys')
    places.set(name, issuer.jwksUri)
  }
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), content)
  const path = join(folder, 'config.yaml')
  await writeFile(
    path,
    configurationText((name) => places.get(name) ?? ''),
  )

  const read = readSettings({
    FORWARDGATE_LISTEN: '127.0.0.1:0',
    FORWARDGATE_OPERATIONS_LISTEN: '127.0.0.1:0',
    FORWARDGATE_SHUTDOWN_DELAY: '1ms',
    FORWARDGATE_DECISION_LOG: 'all',
    ...env,
  })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const lines: string[] = []
  const start = await startService({
    settings: read.settings,
    source: { kind: 'path', path },
    log: createLogger('info', { write: (line: string) => lines.push(line) }),
    version: 'test',
    now: () => NOW * 1000,
  })
  if (!start.ok) throw new Error(start.problems.join('\n'))
  const { service } = start
  t.after(() => service.close())
  await service.ready
  return { ...service, logged: () => lines }
}
