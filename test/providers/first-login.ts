import type { TestContext } from 'node:test'
import { run } from '../cli/run.ts'
import type { Follow } from '../scenarios/clients/account.ts'
import { SDK_V1 } from '../scenarios/clients/sdk-v1.ts'
import { SDK_V2 } from '../scenarios/clients/sdk-v2.ts'
import { type FirstFlags, firstFiles } from '../scenarios/support/first-files.ts'
import { startSystem } from '../scenarios/support/system.ts'
import type { Row } from './outcome-page.ts'

/** What `init` gets to know about a provider, and how a user of its client logs in there. */
export interface FirstLogin extends Omit<FirstFlags, 'resource'> {
  readonly clientId: string
  readonly follow: Follow
}

/** Rows of the way that the page of `init` shows: its files, what the next commands say, and a login that ends in a tool. */
export async function playFirstLogin(
  t: TestContext,
  row: Row,
  loginTo: (resource: string) => Promise<FirstLogin>,
): Promise<void> {
  const world: { findings: readonly string[] } = { findings: [] }
  const { origin } = await startSystem(
    t,
    async (origin) => {
      const files = await firstFiles({ ...(await loginTo(resourceOf(origin))), resource: resourceOf(origin) })
      world.findings = files.findings
      return files
    },
    async () => ({ urls: {}, services: {} }),
  )
  const resource = resourceOf(origin)
  const { clientId, issuer, follow } = await loginTo(resource)
  await row('`init` with a sample token, `check --online` of its files', async () => named(world.findings))
  await row('forwardgate with the same files, `doctor`', () => doctor(resource))
  await row('the same, `doctor --register`', () => doctor(resource, '--register'))
  for (const program of [SDK_V1, SDK_V2]) {
    await row(`the same, MCP ${program.name}, client registered beforehand`, async () => {
      const session = await program.open(resource, { kind: 'registered', clientId, issuer, follow })
      await session.call('whoami')
      await session.close()
      return 'logs in, calls a tool'
    })
  }
}

function resourceOf(origin: string): string {
  return `${origin}/mcp/first`
}

async function doctor(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(['doctor', ...args, '--format', 'json'])
  const { findings }: { readonly findings: readonly { readonly id: string }[] } = JSON.parse(stdout)
  return named(findings.map(({ id }) => id))
}

function named(ids: readonly string[]): string {
  return ids.length === 0 ? 'no findings' : ids.map((id) => `\`${id}\``).join(', ')
}
