import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gate, startGate } from '../../../lab/gate.ts'
import { until } from '../../support/service.ts'
import { startLoad } from '../support/load.ts'
import { gateConfiguration } from '../support/proxied-routes.ts'
import type { ProxyName } from '../support/row.ts'
import type { Scenario, Stage } from '../support/scenario.ts'

/** Two instances behind one address are replaced one after the other, as a Deployment does it. */
export const ROLLING_RESTART: Scenario = {
  name: 'rolling restart of two instances under load',
  run: async (stage) => {
    const { balancer, token } = stage.world
    let running: readonly Gate[] = await Promise.all([start(stage), start(stage)])
    const point = () => balancer.point(...running.map(({ auth }) => auth))
    point()
    // Connections to the instance that stood here before.
    balancer.cut()
    const load = startLoad(stage.origin, token('good'))
    try {
      for (const old of running) {
        await sleep(300)
        const fresh = await start(stage)
        running = [...running, fresh]
        point()
        const stopped = old.stop()
        // The news that an instance ends reaches a Service's address later than the instance.
        await sleep(100)
        running = running.filter((gate) => gate !== old)
        point()
        await stopped
      }
      await sleep(300)
    } finally {
      await load.stop()
      await leave(stage, running)
    }
    assert.deepEqual(tally(load.answers), { 200: load.answers.length })
    assert.ok(load.answers.length > 100, `only ${load.answers.length} requests`)
    return 'no failure'
  },
}

/** What a proxy says while the gate does not answer. Never an allow. */
const WHILE_DOWN: Readonly<Record<ProxyName, number>> = { Traefik: 500, Caddy: 502, nginx: 500, Envoy: 503 }

/** The only instance is killed under load and comes back at the same address. */
export const KILLED: Scenario = {
  name: 'the gate killed under load, and started again',
  run: async (stage) => {
    const { balancer, token, application } = stage.world
    const first = await start(stage)
    let running: readonly Gate[] = [first]
    balancer.point(first.auth)
    balancer.cut()
    const status = WHILE_DOWN[stage.proxy]
    const load = startLoad(stage.origin, token('good'))
    try {
      await until('requests pass', () => load.answers.filter((answer) => answer === 200).length > 20)
      await first.kill()
      running = []
      await until('every request fails', () => load.answers.slice(-20).every((answer) => answer === status))
      const reached = application.seen.length
      await sleep(200)
      assert.equal(application.seen.length, reached, 'the application was reached while the gate was down')
      const again = await start(stage)
      running = [again]
      balancer.point(again.auth)
      await until('every request passes again', () => load.answers.slice(-20).every((answer) => answer === 200))
    } finally {
      await load.stop()
      await leave(stage, running)
    }
    assert.deepEqual(Object.keys(tally(load.answers)), ['200', String(status)])
    return `${status}, then 200`
  },
}

function start({ world: { issuer } }: Stage): Promise<Gate> {
  // One issuer of the suite never has keys, and an instance would wait a minute for them.
  return startGate(gateConfiguration(issuer.issuer, issuer.jwksUri), undefined, {
    FORWARDGATE_READY_WITHOUT_KEYS: '1s',
  })
}

/** Puts the world's own service back behind the address. */
async function leave({ world: { auth, balancer } }: Stage, running: readonly Gate[]): Promise<void> {
  balancer.point(auth)
  await Promise.all(running.map((gate) => gate.stop()))
  balancer.cut()
}

function tally(answers: readonly (number | string)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}
