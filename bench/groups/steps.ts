import { load } from '../../src/config/source.ts'
import { rememberAnswers } from '../../src/decision/answer.ts'
import { type Decision, decide } from '../../src/decision/decide.ts'
import { parseCredentials } from '../../src/decision/request/credentials.ts'
import { readHeaderFields } from '../../src/decision/request/header-fields.ts'
import { findByPath, matchRoute } from '../../src/decision/request/route-table.ts'
import { parseUnverifiedToken } from '../../src/decision/token/unverified-token.ts'
import { buildGeneration } from '../../src/generation.ts'
import { readForwardAuth } from '../../src/http/dialects/forward-auth.ts'
import { createProofDeps } from '../../src/issuers/asking.ts'
import { systemClock } from '../../src/issuers/clock.ts'
import { createActiveTokens } from '../../src/issuers/introspector.ts'
import { openRegistry } from '../../src/issuers/registry.ts'
import { decisionKind, decisionRecord } from '../../src/telemetry/decision-record.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { Section } from '../report.ts'
import { verifyCall } from '../requests.ts'
import { median } from '../rounds.ts'
import type { Workspace } from '../workspace.ts'

/** What each step of a decision takes, in this process and without a network. */
export async function measureSteps(workspace: Workspace): Promise<Section> {
  const { parsed } = await load(
    { kind: 'path', path: await workspace.writeConfiguration({ routes: 5_000, issuers: 1 }) },
    Date.now() / 1000,
  )
  if (!parsed.ok) throw new Error('the configuration of the benchmark is refused')
  const { config } = parsed
  const ports = { fetch, clock: systemClock, signal: AbortSignal.timeout(600_000) }
  const registry = openRegistry(config.issuers, { ...ports, random: Math.random, onRefresh: () => {} })
  await registry.ready
  const now = () => Date.now() / 1000
  const { policy } = buildGeneration(config, registry, {
    ...{ tokenCacheEntries: 10_000, now, onLookup: () => {}, proofs: createProofDeps() },
    introspection: { ...ports, activeTokens: createActiveTokens(), onIntrospection: () => {} },
  })
  const metrics = createMetrics({
    version: 'bench',
    routes: () => config.routes,
    issuers: () => [],
    now: () => 0,
    tokenCacheEntries: () => 0,
    certificateExpiresAt: () => undefined,
    lostLogLines: () => 0,
  })
  const token = await workspace.keys.mint('RS256')
  const rawHeaders = rawHeadersOf(verifyCall({ token }))
  const fields = readHeaderFields(rawHeaders)
  const without = readHeaderFields(rawHeadersOf(verifyCall({})))
  const reading = readForwardAuth('GET', '/verify/r0', fields)
  const route = policy.routes.byName.get('r0')
  const question = { ...reading, fields }
  await decide(question, policy)
  const allowed = decide(question, policy) as Decision
  const refused = decide({ ...question, fields: without }, policy) as Decision
  if (!reading.forwarded.ok || route === undefined || allowed.outcome !== 'allow' || refused.outcome !== 'deny') {
    throw new Error('the decisions of the benchmark are not what they should be')
  }
  const { request } = reading.forwarded
  const answer = rememberAnswers({ exposeReason: true })

  const steps: Readonly<Record<string, () => unknown>> = {
    'read the headers': () => readHeaderFields(rawHeaders),
    'read the forwarded request': () => readForwardAuth('GET', '/verify/r0', fields),
    'find the route by name, of 5,000': () => matchRoute(policy.routes.byName.get('r0') ?? route, request),
    'find the route by path, of 5,000': () => findByPath(policy.routes, request),
    'read the credentials': () => parseCredentials(fields.authorization),
    'hash the token and look it up': () => policy.assessToken(token, route),
    'the whole decision, token seen before': () => decide(question, policy),
    'the whole decision, no token': () => decide({ ...question, fields: without }, policy),
    'the answer that allows': () => answer(allowed, undefined),
    'the answer that refuses': () => answer(refused, undefined),
    'count the decision': () => metrics.decision(allowed, 0.00002),
    'the kind of a log line': () => decisionKind(refused),
    'the log line itself': () => decisionRecord(refused, without, 0.02),
    'a new token: strict parsing alone': () => parseUnverifiedToken(token),
  }
  const runs = workspace.quick ? 3 : 9
  const rows = Object.entries(steps).map(([name, step]) => [name, microseconds(step, runs).toFixed(2)])
  registry.close()
  return {
    title: 'Steps',
    about:
      'CPU time in this process, without a network; medians. What a request costs beside them is Node and the kernel.',
    table: { head: ['', 'us'], rows },
  }
}

function microseconds(step: () => unknown, runs: number): number {
  const times = 50_000
  const each: number[] = []
  for (let run = -1; run < runs; run++) {
    const start = process.cpuUsage()
    for (let at = 0; at < times; at++) step()
    const { user, system } = process.cpuUsage(start)
    if (run >= 0) each.push((user + system) / times)
  }
  return median(each)
}

function rawHeadersOf(call: string): readonly string[] {
  return call
    .trim()
    .split('\r\n')
    .slice(1)
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])
}
