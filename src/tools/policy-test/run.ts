import type { Config, Route } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import { issuersOf } from '../../decision/token/assessed-token.ts'
import { currentNonce } from '../../decision/token/proof-nonce.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import { buildExplanation, type Explanation } from '../explain/explanation.ts'
import type { ClientKey } from '../replay/client-key.ts'
import { callFor, placeOf, routeFor } from '../replay/proxy-call.ts'
import { type Judgement, judge, withStandIn } from '../replay/replay.ts'
import type { StandIn } from '../replay/stand-in-keys.ts'
import type { Expectation, PolicyTest } from './file.ts'
import type { Planned } from './plan.ts'

/** What came out otherwise than expected; null: nothing, or no such header. */
export interface Difference {
  readonly what: string
  readonly expected: string | number | null
  readonly actual: string | number | null
}

/** How one policy test ended; it passed when there are no differences. */
export interface PolicyTestResult {
  readonly test: PolicyTest
  readonly differences: readonly Difference[]
  readonly explanation: Explanation
}

/** Seconds for which a token of a test is valid, unless its claims say otherwise. */
const LIFETIME = 300

/**
 * Runs one test through the decision of the service: a token is signed with a key made for this run, which replaces
 * the keys of its issuer, so that the signature and everything else is really judged.
 */
export async function runPolicyTest(
  { test, clientKey }: Planned,
  config: Config,
  standIn: StandIn,
  exposeReason: boolean,
): Promise<PolicyTestResult> {
  const now = test.at ?? Date.now() / 1000
  const { request, token } = test
  const route = routeFor({ ...request, host: request.host ?? '', uri: request.uri ?? '/' }, config)
  const issuer = issuerOf(test, config, route)
  const claims = completeClaims(token?.claims ?? {}, issuer, route, now, clientKey)
  const signed = token && (await standIn.sign(issuer, token.header, claims))
  const { host, uri } = placeOf(route, request.host)
  const client = { ...request, host, uri: request.uri ?? uri, token: signed?.token }
  const proof = clientKey?.prove({ ...proofFor(client, route, now), token: signed?.token ?? '' })
  const call = callFor({ ...client, proof }, config)
  const judged = signed === undefined ? config : withStandIn(config, issuer, signed.keys)
  const issuers = judged.issuers.filter(({ name }) => signed !== undefined && name === issuer?.name)
  const judgement = await judge(call, judged, { now, exposeReason, issuers })
  const explanation = buildExplanation({ ...judgement, call, config: judged, now, whatIf: false }, [])
  return { test, differences: compare(test.expect, judgement), explanation }
}

/** The named issuer, else the one whose `iss` the claims have, else the first that the route accepts. */
function issuerOf({ token }: PolicyTest, { issuers }: Config, route: Route | undefined): Issuer | undefined {
  if (token?.issuer !== undefined) return issuers.find(({ name }) => name === token.issuer)
  const accepted = issuersOf(route?.accept ?? [])
  const { iss } = token?.claims ?? {}
  return iss === undefined ? accepted[0] : [...accepted, ...issuers].find(({ issuer }) => issuer === iss)
}

/** What a client proves: its own URI, which has the origin of the resource; with a nonce if the route requires one. */
function proofFor(
  client: { readonly method: string; readonly host: string; readonly uri: string },
  route: Route | undefined,
  now: number,
) {
  const hostname = client.host.replace(/:\d+$/, '')
  const resource = route?.resources.find((one) => one.hostname === hostname)
  const secret = route?.dpop.nonceSecret
  return {
    method: client.method,
    uri: `${resource?.origin ?? `https://${client.host}`}${client.uri.replace(/[?#].*$/s, '')}`,
    now,
    nonce: secret && currentNonce(secret, now),
  }
}

/** What every token of the issuer has, unless the test says otherwise; null takes a claim away. */
function completeClaims(
  claims: JsonObject,
  issuer: Issuer | undefined,
  route: Route | undefined,
  now: number,
  clientKey: ClientKey | undefined,
): JsonObject {
  const audience = route?.accept.find((entry) => entry.issuer === issuer)?.audience
  const usual = {
    ...(issuer === undefined || issuer.issuer === '' ? {} : { iss: issuer.issuer }),
    ...(audience === undefined || audience === 'unchecked' ? {} : { aud: audience[0] }),
    ...(clientKey === undefined ? {} : { cnf: { jkt: clientKey.thumbprint } }),
    iat: Math.floor(now),
    exp: Math.floor(now) + LIFETIME,
  }
  return Object.fromEntries(Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null))
}

function compare(expect: Expectation, { decision, answer }: Judgement): readonly Difference[] {
  const rows: Difference[] = [
    { what: 'outcome', expected: expect.outcome ?? null, actual: decision.outcome },
    { what: 'reason', expected: expect.reason ?? null, actual: decision.reason },
    { what: 'status', expected: expect.status ?? null, actual: answer.status },
  ]
  const headers = expect.headers.map(([name, expected]) => ({
    what: `header ${name}`,
    expected,
    actual: headerOf(answer.headers, name),
  }))
  return [...rows.filter(({ expected }) => expected !== null), ...headers].filter(
    ({ expected, actual }) => expected !== actual,
  )
}

function headerOf(headers: readonly string[], name: string): string | null {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name.toLowerCase())
  return at === -1 ? null : (headers[at + 1] ?? '')
}
