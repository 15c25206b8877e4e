import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import type { IssuerOptions } from '../../lab/issuer-configuration.ts'
import { run } from '../cli/run.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { logInWithCode } from './clients/code-login.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { firstFiles } from './support/first-files.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { likeAuthentik } from './support/provider-shapes.ts'
import { startSystem } from './support/system.ts'

/** Issuers, and what a user has of them. */
const ISSUERS: readonly {
  readonly name: string
  /** The client has tokens already, and the user gives `init` one. */
  readonly sample: boolean
  readonly options?: Partial<IssuerOptions>
  readonly registers: boolean
}[] = [
  { name: 'an issuer that reads resource, without a sample', sample: false, registers: true },
  { name: 'an issuer that reads resource, with a sample', sample: true, registers: true },
  {
    name: 'an issuer like Authentik, with a sample',
    sample: true,
    options: { path: '/application/o/mcp/', shape: likeAuthentik(['mcp:read']) },
    registers: false,
  },
]

for (const { name, sample, options, registers } of ISSUERS) {
  test(`init: clients log in and call a tool by nothing but its files, at ${name}`, async (t) => {
    const server = await startMcpServer({ name: 'mcp-server' })
    t.after(() => server.stop())
    const world = { issuer: '', token: '' }
    const system = await startSystem(
      t,
      (origin) =>
        firstFiles({
          issuer: world.issuer,
          resource: `${origin}/mcp/notes`,
          url: server.origin,
          ...(sample ? { token: world.token } : {}),
        }),
      async (origin) => {
        const resource = `${origin}/mcp/notes`
        const issuer = await startIssuer({
          resources: [{ resource, scopes: ['mcp:read'] }],
          apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
          ...options,
        })
        t.after(() => issuer.stop())
        world.issuer = issuer.url
        const login = { clientId: 'app', scope: 'openid mcp:read', more: { resource } }
        world.token = (await logInWithCode(issuer.url, login)).access_token
        return { urls: {}, services: {} }
      },
    )
    const url = `${system.origin}/mcp/notes`
    assert.equal((await run(['doctor', url])).code, 0)
    for (const program of [SDK_V1, SDK_V2]) {
      const { issuer } = world
      const session = await program.open(
        url,
        registers ? { kind: 'registers' } : { kind: 'registered', clientId: 'app', issuer },
      )
      assert.match(await session.call('whoami'), /subject|alice/, program.name)
      await session.close()
    }
  })
}
