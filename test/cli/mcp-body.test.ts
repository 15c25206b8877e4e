import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Explanation } from '../../src/tools/explain/explanation.ts'
import { folderFor } from '../support/folder.ts'
import { run } from './run.ts'

const CONFIG = fileURLToPath(new URL('../../examples/mcp-tools/config.yaml', import.meta.url))
const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'count' } }

async function file(t: TestContext, name: string, content: unknown): Promise<string> {
  const folder = folderFor(t)
  await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return join(folder, name)
}

test('policy tests have bodies', async (t) => {
  const row = (name: string, body: unknown, expect: object, who: object) => ({
    name,
    request: { route: 'kubernetes', body },
    ...who,
    expect,
  })
  const reader = { claims: { sub: 'alice', scope: 'mcp:read' } }
  const tests = [
    row('lacks a scope', CALL, { reason: 'scope_insufficient' }, reader),
    row('in a batch', [CALL], { reason: 'scope_insufficient' }, reader),
    row('as text', '{', { reason: 'mcp_request_invalid', status: 400 }, reader),
    row('has it', CALL, { outcome: 'allow' }, { claims: { sub: 'alice', scope: 'mcp:read mcp:count' } }),
  ]
  const path = await file(t, 'tests.yaml', { tests })
  const { code, stdout } = await run(['test', path, '--config', CONFIG])
  assert.equal(code, 0, stdout)
  const wrong = await file(t, 'wrong.yaml', { tests: [row('a number', 5, { outcome: 'deny' }, reader)] })
  assert.match((await run(['test', wrong, '--config', CONFIG])).stderr, /request\.body: must be a map/)
})

test('explain --body shows what the call needs', async (t) => {
  const claims = await file(t, 'claims.json', {
    iss: 'https://id.example.com',
    aud: 'https://api.example.com/mcp/kubernetes',
    scope: 'mcp:read',
    iat: 1_800_000_000,
    exp: 1_800_000_300,
  })
  const body = await file(t, 'body.json', CALL)
  const at = ['--at', '1800000010', '--format', 'json']
  const args = ['explain', '--config', CONFIG, '--route', 'kubernetes', '--claims', claims, '--body', body, ...at]
  const { code, stdout } = await run(args)
  assert.equal(code, 0, stdout)
  const { reason, steps, answer }: Explanation = JSON.parse(stdout)
  assert.equal(reason, 'scope_insufficient')
  assert.equal(steps.find(({ result }) => result === 'fail')?.step, 'mcp')
  assert.match(JSON.stringify(answer.headers), /scope=\\"mcp:read mcp:count\\"/)
})
