import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { forwardedHeaders } from '../support/ask.ts'
import { openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'
import { makeTestCa, type PairFiles, type TestCa } from '../support/tls-files.ts'
import {
  BROKEN_CONNECTIONS,
  DROPPED_FIELDS,
  FRAME_FLOODS,
  type FrameFlood,
  MALFORMED_REQUESTS,
  type MalformedRequest,
  WELL_FORMED,
} from './corpus/floods.ts'
import { type Fields, openFrames } from './corpus/frames.ts'
import { printTable } from './table.ts'

const FLOOD_MS = 700
const MOST_MEMORY_MB = 128

const ca = await makeTestCa()
if (ca === undefined) {
  test('HTTP/2 attacks', { skip: missing('openssl', 'nothing about HTTP/2 is tested') })
} else {
  describe('HTTP/2 attacks', () => suite(ca))
}

function suite(ca: TestCa) {
  let pair: PairFiles
  const floods: (string | number)[][] = []
  const refused: (string | number)[][] = []
  before(async () => {
    pair = await ca.issue('localhost')
  })
  after(async () => {
    await ca.remove()
    printTable(
      'Floods of HTTP/2 frames, with honest traffic on another connection',
      [
        'flood',
        'source',
        'frames',
        'connection',
        'decided',
        'honest requests',
        'of them failed',
        'p99 ms',
        'memory MB',
      ],
      floods,
    )
    printTable(
      'Malformed HTTP/2, each with a good token',
      ['kind', 'tried', 'allowed', 'not allowed', 'honest requests after', 'of them failed'],
      refused,
    )
  })

  const startSecure = (t: Parameters<typeof startTestService>[0]) =>
    startTestService(t, { env: { FORWARDGATE_TLS_CERT: pair.cert, FORWARDGATE_TLS_KEY: pair.key } })

  for (const flood of FRAME_FLOODS) {
    it(`a flood: ${flood.id}`, async (t) => {
      const gate = await startSecure(t)
      const honest = await openHonest(gate, ca.pem)
      t.after(honest.stop)
      const before = process.memoryUsage().rss
      const { bursts, ended } = await send(flood, gate, ca.pem)
      await until('honest requests are answered', () => honest.answered() > 5)
      const { latencies, failed } = await honest.stop()
      const grown = (process.memoryUsage().rss - before) / 1e6
      const decided = await decisions(gate)
      const p99 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0
      floods.push([
        flood.id,
        flood.source,
        bursts * 100,
        ended ? 'ended' : 'still there',
        decided - latencies.length,
        latencies.length,
        failed,
        p99.toFixed(0),
        grown.toFixed(0),
      ])
      if (flood.decidesNothing === true) assert.equal(decided, latencies.length)
      assert.equal(failed, 0)
      assert.ok(grown < MOST_MEMORY_MB, `${grown} MB more`)
    })
  }

  it('a token in a malformed field is not read', async (t) => {
    const gate = await startSecure(t)
    const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    const bare = fieldsOf(gate).filter(([name]) => name !== 'authorization')
    const missing = 'decisions_total{route="api",issuer="none",outcome="deny",reason="credentials_missing"}'
    for (const [at, [id, [name, value]]] of DROPPED_FIELDS.entries()) {
      const socket = await openFrames(gate.auth, ca.pem)
      socket.resume()
      socket.write(WELL_FORMED.frames([...bare, [name, value.replace('{token}', token)]]))
      await until(`${id} is refused`, async () => (await gate.metric(missing)) === at + 1)
      socket.destroy()
    }
    assert.equal(await decisions(gate), DROPPED_FIELDS.length)
    refused.push(['token in a malformed field', DROPPED_FIELDS.length, 0, DROPPED_FIELDS.length, 0, 0])
  })

  for (const [kind, cases] of [
    ['malformed request', MALFORMED_REQUESTS],
    ['broken connection', BROKEN_CONNECTIONS],
  ] as const) {
    it(`${kind}: nothing is decided`, async (t) => {
      const gate = await startSecure(t)
      const allowed: string[] = []
      for (const one of cases) {
        const before = await decisions(gate)
        await sendOnce(one, gate, ca.pem)
        if ((await decisions(gate)) > before) allowed.push(one.id)
      }
      const honest = await openHonest(gate, ca.pem)
      await until('honest requests are answered', () => honest.answered() > 5)
      const { latencies, failed } = await honest.stop()
      refused.push([kind, cases.length, allowed.length, cases.length - allowed.length, latencies.length, failed])
      assert.deepEqual(allowed, [])
      assert.equal(failed, 0)
      // The twin: the same frames without a fault are a request that passes.
      const twin = await openFrames(gate.auth, ca.pem)
      const decided = await decisions(gate)
      twin.write(WELL_FORMED.frames(fieldsOf(gate)))
      await until('the twin is decided', async () => (await decisions(gate)) === decided + 1)
      twin.destroy()
    })
  }
}

function fieldsOf(gate: TestService): Fields {
  const token = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
  const forwarded = forwardedHeaders({ uri: '/mcp', token }).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ])
  return [[':method', 'GET'], [':scheme', 'https'], [':path', '/verify/api'], [':authority', 'gate'], ...forwarded]
}

async function send(flood: FrameFlood, gate: TestService, ca: Buffer): Promise<{ bursts: number; ended: boolean }> {
  const socket = await openFrames(gate.auth, ca, flood.settings)
  if (flood.reads) socket.resume()
  else socket.pause()
  const fields = fieldsOf(gate).filter(([name]) => name !== 'authorization')
  let ended = false
  socket.on('close', () => {
    ended = true
  })
  let bursts = 0
  for (const giveUp = Date.now() + FLOOD_MS; !ended && Date.now() < giveUp; bursts++) {
    const free = socket.write(flood.burst(1 + bursts * 200, fields))
    if (!free) await Promise.race([event(socket, 'drain'), event(socket, 'close'), sleep(100)])
    await sleep(1)
  }
  socket.destroy()
  return { bursts, ended }
}

async function sendOnce(one: MalformedRequest, gate: TestService, ca: Buffer): Promise<void> {
  const socket = await openFrames(gate.auth, ca)
  socket.resume()
  socket.write(one.frames(fieldsOf(gate)))
  await Promise.race([event(socket, 'close'), sleep(40)])
  socket.destroy()
}

/** Good requests, one after the other, until they are stopped. */
async function openHonest(gate: TestService, ca: Buffer) {
  const session = await openH2(gate.auth, { ca })
  const headers = forwardedHeaders({ uri: '/mcp', token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }) })
  const latencies: number[] = []
  let failed = 0
  let stopped = false
  const running = (async () => {
    while (!stopped) {
      const start = performance.now()
      const { status } = await sendH2(session, { method: 'GET', target: '/verify/api', headers }).catch(() => ({
        status: 0,
      }))
      latencies.push(performance.now() - start)
      if (status !== 200) failed += 1
      await sleep(2)
    }
  })()
  return {
    answered: () => latencies.length,
    stop: async () => {
      stopped = true
      await running
      session.destroy()
      return { latencies, failed }
    },
  }
}

async function decisions(gate: TestService): Promise<number> {
  const counts = (await gate.metrics()).matchAll(/^forwardgate_decisions_total\{.*\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Unlike `once` of Node, an error does not reject. */
function event(socket: TLSSocket, name: string): Promise<void> {
  return new Promise((resolve) => socket.once(name, () => resolve()))
}
