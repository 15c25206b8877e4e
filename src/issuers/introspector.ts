import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Introspection, Issuer } from '../config/model-issuer.ts'
import type { Introspect, Introspected } from '../decision/token/introspection-answer.ts'
import { isTooDeep } from '../decision/token/unverified-token.ts'
import type { FindServerDocument } from '../documents/registration.ts'
import { type FetchDeps, type FetchedJson, fetchJson } from './bounded-fetch.ts'
import { refuseTransport } from './discovery.ts'
import { createQuestionPool, type QuestionPool } from './question-pool.ts'

export interface IntrospectionDeps extends FetchDeps {
  /** The metadata of an issuer, where its endpoint is found when none is configured. */
  readonly findDocument: FindServerDocument
  /** Called after every answer of an endpoint, and for every question that got none. */
  readonly onIntrospection: (event: IntrospectionEvent) => void
  /** Shared by all configurations of a process: a reload must not turn known tokens into unknown ones. */
  readonly activeTokens: ActiveTokens
}

/** Which tokens were active when their issuer was last asked, by hash. Decides who is asked about first, nothing else. */
export type ActiveTokens = LRUCache<string, true>

/** Only issuers put tokens here, so that made-up tokens push no other out. */
export function createActiveTokens(): ActiveTokens {
  return new LRUCache({ max: 10_000 })
}

/**
 * How one question ended. `news`: the first failure of its kind in a row, or the first answer after one. `not_asked`: too
 * many others were before it, which is not a failure of the issuer.
 */
export type IntrospectionEvent = { readonly issuer: string; readonly news: boolean } & (
  | { readonly outcome: 'not_asked' }
  | { readonly outcome: 'active' | 'inactive' }
  | { readonly outcome: 'failure'; readonly reason: string }
)

/** Far above what is said of one token, far below what a cache could not hold ten thousand of. */
export const MAX_ANSWER_BYTES = 32 * 1024

const UNAVAILABLE: Introspected = { kind: 'unavailable' }
const CROWDED: Introspected = { kind: 'crowded' }

/**
 * Asks issuers about their tokens (RFC 7662). A question that is under way is shared by all requests with the same token;
 * an issuer that is slow, broken or asked too much is a failure, never an inactive token. No answer is remembered here; a
 * good one says by its validity how long it may be.
 */
export function createIntrospector(ports: IntrospectionDeps): Introspect {
  const underWay = new Map<string, Promise<Introspected>>()
  const pools = new Map<string, QuestionPool>()
  const failing = new Map<string, string>()

  const report = (issuer: string, outcome: 'active' | 'inactive' | { readonly reason: string }): void => {
    const before = failing.get(issuer)
    if (typeof outcome === 'string') {
      failing.delete(issuer)
      ports.onIntrospection({ issuer, news: before !== undefined, outcome })
    } else {
      failing.set(issuer, outcome.reason)
      ports.onIntrospection({ issuer, news: before !== outcome.reason, outcome: 'failure', reason: outcome.reason })
    }
  }

  const ask = async (issuer: Issuer, introspection: Introspection, token: string): Promise<Introspected> => {
    const endpoint = endpointOf(issuer, introspection, ports.findDocument)
    if ('reason' in endpoint) {
      report(issuer.name, endpoint)
      return UNAVAILABLE
    }
    // Counted from the question, as the token may be revoked while the answer is on its way.
    const until = ports.clock.now() + introspection.cacheFor * 1000
    const read = readAnswer(await fetchJson(endpoint.url, ports, questionOf(introspection, token)))
    if ('reason' in read) {
      report(issuer.name, read)
      return UNAVAILABLE
    }
    report(issuer.name, read.claims === undefined ? 'inactive' : 'active')
    if (read.claims === undefined) return { kind: 'inactive' }
    const validity = {
      get live() {
        return ports.clock.now() < until
      },
    }
    return { kind: 'active', claims: read.claims, validity }
  }

  const askInTurn = async (
    issuer: Issuer,
    introspection: Introspection,
    token: string,
    key: string,
  ): Promise<Introspected> => {
    const pool = pools.get(issuer.name) ?? createQuestionPool(ports.clock)
    pools.set(issuer.name, pool)
    const known = ports.activeTokens.has(key)
    const turn = pool.enter(known)
    if (turn !== true && !(await turn)) {
      ports.onIntrospection({ issuer: issuer.name, news: false, outcome: 'not_asked' })
      return CROWDED
    }
    const answer = await ask(issuer, introspection, token).finally(() => pool.leave(known))
    if (answer.kind === 'active') ports.activeTokens.set(key, true)
    else if (answer.kind === 'inactive') ports.activeTokens.delete(key)
    return answer
  }

  return (issuer, token) => {
    const { introspection } = issuer
    if (introspection === undefined) return Promise.resolve(UNAVAILABLE)
    const key = `${hash('sha256', token, 'base64url')}${issuer.name}`
    const shared = underWay.get(key)
    if (shared !== undefined) return shared
    const flight = askInTurn(issuer, introspection, token, key).finally(() => underWay.delete(key))
    underWay.set(key, flight)
    return flight
  }
}

function endpointOf(
  issuer: Issuer,
  { endpoint }: Introspection,
  findDocument: FindServerDocument,
): { readonly url: string } | { readonly reason: string } {
  if (endpoint !== undefined) return { url: endpoint }
  const document = findDocument(issuer)
  if (document === undefined) return { reason: 'the metadata of the issuer was never read' }
  const url = document['introspection_endpoint']
  if (typeof url !== 'string' || !URL.canParse(url)) {
    return { reason: 'the metadata of the issuer names no introspection_endpoint; set introspection.endpoint' }
  }
  const from = issuer.keys.kind === 'discoveryUri' ? issuer.keys.uri : issuer.issuer
  const reason = refuseTransport('introspection_endpoint', new URL(url), from)
  return reason === undefined ? { url } : { reason }
}

function questionOf({ clientId, clientSecret, clientAuthentication }: Introspection, token: string) {
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
  if (clientAuthentication === 'client_secret_post') {
    body.set('client_id', clientId)
    body.set('client_secret', clientSecret)
    return { body, headers: {}, largest: MAX_ANSWER_BYTES }
  }
  // RFC 6749 §2.3.1: both are form-urlencoded first, or a colon in the ID would end it.
  const pair = `${formEncode(clientId)}:${formEncode(clientSecret)}`
  return {
    body,
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    largest: MAX_ANSWER_BYTES,
  }
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** `active` must be a boolean, null being false: a text `"true"` may be anything. Claims are undefined for a token that is not active. */
function readAnswer(
  answer: FetchedJson,
): { readonly claims: Readonly<Record<string, unknown>> | undefined } | { readonly reason: string } {
  if (!answer.ok) return { reason: answer.failure.message }
  if (isTooDeep(answer.document)) return { reason: 'the answer is nested too deep' }
  const { active, ...claims } = answer.document
  if (active === true) return { claims }
  return active === false || active === null
    ? { claims: undefined }
    : { reason: 'the answer has no member active that is true or false' }
}
