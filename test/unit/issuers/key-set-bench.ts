import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { KeySource } from '../../../src/config/model-issuer.ts'
import type { KeyAnswer, VerificationKey } from '../../../src/decision/token/keys.ts'
import type { KeyedIssuer } from '../../../src/issuers/issuer-fetch.ts'
import { KeySet, type RefreshEvent } from '../../../src/issuers/key-set.ts'
import { makeSigningKey, type SigningKey } from '../../support/fake-issuer-keys.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type FakeNetwork, fakeNetwork } from './fake-network.ts'

export const JWKS_URI = 'https://id.example.com/jwks'

/** A key set on a clock and a network that the test moves. */
export interface Bench {
  readonly set: KeySet
  readonly clock: FakeClock
  readonly network: FakeNetwork
  readonly events: RefreshEvent[]
  /** Publishes these keys at JWKS_URI. */
  publish(keys: readonly SigningKey[], headers?: Readonly<Record<string, string>>): void
}

export interface BenchOptions {
  readonly keys?: KeySource
  /** Seconds; default a day. */
  readonly maxStale?: number
  /** Default 0: no jitter. */
  readonly random?: () => number
}

export function keyedIssuer(options: BenchOptions = {}): KeyedIssuer {
  const { keys = { kind: 'jwksUri', uri: JWKS_URI }, maxStale = 86_400 } = options
  return { name: 'main', issuer: 'https://id.example.com', keys, maxStale }
}

export function setUp(t: TestContext, options: BenchOptions = {}): Bench {
  const clock = fakeClock(1_000_000)
  const network = fakeNetwork()
  const events: RefreshEvent[] = []
  const ports = {
    fetch: network.fetch,
    clock,
    random: options.random ?? (() => 0),
    onRefresh: (event: RefreshEvent) => events.push(event),
  }
  const set = new KeySet(keyedIssuer(options), ports)
  t.after(() => set.close())
  return {
    set,
    clock,
    network,
    events,
    publish: (keys, headers) => network.serve({ [JWKS_URI]: { keys: keys.map((key) => key.jwk) } }, headers),
  }
}

/** A bench whose set has these keys already. */
export async function setUpWith(t: TestContext, keys: readonly SigningKey[], options?: BenchOptions): Promise<Bench> {
  const bench = setUp(t, options)
  bench.publish(keys)
  await bench.set.start()
  return bench
}

/** Asserts that the answer came immediately and was keys. */
export function keysNow(answer: KeyAnswer | Promise<KeyAnswer>): readonly VerificationKey[] {
  assert.ok(!(answer instanceof Promise), 'had to wait')
  assert.ok(typeof answer !== 'string', `got ${String(answer)}`)
  return answer
}

/** The kids of an answer, however it came. */
export async function kidsOf(
  answer: KeyAnswer | Promise<KeyAnswer>,
): Promise<readonly (string | undefined)[] | string> {
  const settled = await answer
  return typeof settled === 'string' ? settled : settled.map((key) => key.kid)
}

/** Four ES256 keys, made once: quick to make, and all of one type. */
export const [A, B, C, D] = await Promise.all([
  makeSigningKey('ES256', 'a'),
  makeSigningKey('ES256', 'b'),
  makeSigningKey('ES256', 'c'),
  makeSigningKey('ES256', 'd'),
])
