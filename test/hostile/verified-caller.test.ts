import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { folderFor } from '../support/folder.ts'
import { RESOURCE, until } from '../support/service.ts'
import { FULL } from './effort.ts'
import { startGate } from './faults/gate.ts'
import { launch } from './floods/attack.ts'
import { printTable } from './table.ts'

/** Requests that the verified caller sends, spread over the flood. */
const ASKED = 20
const FLOOD_MS = FULL ? 10_000 : 3_000
/** More than 10,000 a second: the time ends the flood, and its rate is what the machine can send. */
const MAX_JUNK = FLOOD_MS * 20
const OPAQUE = 'opaque-token-of-alice-0123456789'

describe('twenty requests of a verified caller beside as much junk as the machine can send', () => {
  const rows: (string | number)[][] = []
  for (const kind of ['a signed token', 'a new signed token each time', 'an opaque token'] as const) {
    it(`${kind}: twenty good answers, and a line of the log for each`, { timeout: 120_000 }, async (t) => {
      const { gate, good } = await start(t, kind)
      const flood = launch({
        ...{ kind: 'junk', origin: gate.auth, count: MAX_JUNK, longest: FLOOD_MS },
        ...{ issuer: gate.issuer.issuer, kid: '', fastIssuer: '', secret: '' },
      } as const)
      const statuses: number[] = []
      const begin = performance.now()
      for (let at = 0; at < ASKED; at++) {
        statuses.push((await gate.ask('api', { token: good(), uri: `/mcp/honest-${at}` })).status)
        const pause = begin + ((at + 1) * FLOOD_MS) / ASKED - performance.now()
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, pause)))
      }
      const { sent, statuses: junk } = await flood
      const perSecond = Math.round((sent * 1000) / (performance.now() - begin))
      const honest = () => gate.process.lines.filter((line) => line.includes('"path":"/mcp/honest-'))
      await until('the log is read', () => honest().length >= ASKED, 5_000).catch(() => {})
      assert.deepEqual(
        statuses,
        Array.from({ length: ASKED }, () => 200),
      )
      assert.equal(honest().length, ASKED)
      assert.equal(junk['200'], undefined)
      rows.push([kind, sent, perSecond, `${statuses.length} of ${ASKED}`, `${honest().length} of ${ASKED}`])
    })
  }
  after(() => {
    printTable('A verified caller beside junk', ['token', 'junk', 'per s', 'good answers', 'lines'], rows, [
      'Junk: distinct paths, with opaque tokens, made-up kids and noise in turn, as fast as one process sends it here.',
    ])
  })
})

async function start(t: TestContext, kind: string) {
  const secretFile = join(folderFor(t), 'client.secret')
  await writeFile(secretFile, 'the-secret-of-the-gate')
  const isOpaque = kind === 'an opaque token'
  const gate = await startGate(t, {
    variables: { FORWARDGATE_DECISION_LOG: 'all' },
    yaml: (issuer) => `
issuers:
  main:
    issuer: ${issuer.issuer}
    ${isOpaque ? introspectedBy(issuer.introspectionUri, secretFile) : ''}
routes: { api: { resource: ${RESOURCE}, scopes: [mcp:read] } }
`,
  })
  const answer = { active: true, sub: 'alice', aud: RESOURCE, scope: 'mcp:read' }
  gate.issuer.introspects({ [OPAQUE]: { ...answer, exp: Math.floor(Date.now() / 1000) + 300 } })
  const signed = gate.token()
  const good = () => (isOpaque ? OPAQUE : kind === 'a signed token' ? signed : gate.token())
  assert.equal((await gate.ask('api', { token: good() })).status, 200)
  return { gate, good }
}

function introspectedBy(endpoint: string, secretFile: string): string {
  return `introspection: { endpoint: "${endpoint}", clientId: gate, clientSecretFile: ${secretFile}, cacheFor: 0s }`
}
