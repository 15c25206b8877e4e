import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looseReading } from '../../src/config/mcp-names.ts'
import type { McpPattern } from '../../src/config/model-requirement.ts'
import { judgeMcp, type McpJudgement, tooLarge } from '../../src/decision/mcp/mcp.ts'
import { type Deed, OFFERED, openServerV1, openServerV2 } from '../support/mcp-servers.ts'
import { createDice, type MadeBody, makeBody } from './mcp-body-makers.ts'

/** `FORWARDGATE_MCP_BODIES=100000` runs the full form, with `FORWARDGATE_MCP_SEED` other bodies. */
const BODIES = Number(process.env['FORWARDGATE_MCP_BODIES'] ?? 3000)
const SEED = Number(process.env['FORWARDGATE_MCP_SEED'] ?? 1)

/** Each thing that the servers offer needs a scope of its own, and what else there is needs `other`. */
const alone =
  (kind: string) =>
  (name: string): McpPattern => ({
    pattern: name,
    loose: looseReading(name),
    scopes: [`${kind} ${name}`],
    claims: [],
    authentication: undefined,
  })
const POLICY = {
  tools: OFFERED.tools.map(alone('tool')),
  prompts: OFFERED.prompts.map(alone('prompt')),
  resources: [
    ...OFFERED.resources.map(alone('resource')),
    alone('resource')('note://public/b*'),
    alone('resource')('note://secret/b*'),
  ],
  otherwise: { scopes: ['other'], claims: [], authentication: undefined },
  openLists: true,
  maxBodySize: 65_536,
}

/** What a judgement says that a request needs, as deeds; undefined when it is refused. */
function needsOf({ denial, needs }: McpJudgement): readonly string[] | undefined {
  return denial === undefined ? needs.flatMap(({ scopes }) => scopes) : undefined
}

async function judge({ bytes, headers }: MadeBody): Promise<McpJudgement> {
  const sent = { 'Content-Type': 'application/json', ...headers }
  const rawHeaders = Object.entries(sent).flat()
  const readBody = async (limit: number) => (bytes.length > limit ? tooLarge(limit) : { ok: true as const, bytes })
  return judgeMcp(POLICY, 'POST', { rawHeaders, oddNames: undefined }, { readBody })
}

/** The need that covers a deed: a resource of the template by its pattern, and what no pattern is for by the default. */
const needFor = (deed: Deed) => {
  const own = deed.replace(/^(resource note:\/\/\w+\/b).*$/s, '$1*')
  return SINGLE.has(own) ? own : 'other'
}
const SINGLE: ReadonlySet<string> = new Set(
  [...POLICY.tools, ...POLICY.prompts, ...POLICY.resources].flatMap(({ scopes }) => scopes),
)

test(`whatever the official server does because of a body, it was judged by: ${BODIES} bodies`, async (t) => {
  t.mock.method(console, 'warn', () => {})
  const servers = { v1: await openServerV1(), v2: await openServerV2() }
  const dice = createDice(SEED)
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  for (let made = 0; made < BODIES; made++) {
    const body = makeBody(dice)
    if (made % 10_000 === 9_999) t.diagnostic(`${made + 1} bodies, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`)
    const needs = needsOf(await judge(body))
    count(`${body.kind} ${needs === undefined ? 'refused' : 'judged'}`)
    for (const [line, server] of Object.entries(servers)) {
      for (const deed of await server.post(body.bytes, body.headers)) {
        count(`${line} ${body.kind} deeds`)
        if (needs === undefined) count(`${line} ${body.kind} deeds refused`)
        else if (!needs.includes(needFor(deed))) {
          const text = Buffer.from(body.bytes).toString()
          assert.fail(
            `${line} does "${deed}", judged as ${needs.join(', ') || 'nothing'}: ${text} ${JSON.stringify(body.headers)}`,
          )
        }
      }
    }
  }
  t.diagnostic(
    Object.entries(counts)
      .sort()
      .map(([what, many]) => `${what}: ${many}`)
      .join(' · '),
  )
  for (const kind of ['valid', 'odd', 'hostile']) {
    for (const line of ['v1', 'v2'])
      assert.ok((counts[`${line} ${kind} deeds`] ?? 0) > BODIES / 300, `${line} did something of the ${kind} ones`)
    assert.ok((counts[`${kind} judged`] ?? 0) > BODIES / 300 && (counts[`${kind} refused`] ?? 0) > BODIES / 300, kind)
  }
})
