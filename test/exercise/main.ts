import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { freePort, type Running, start, until } from '../deploy/child-service.ts'
import { isRecord } from '../deploy/manifest-schemas.ts'
import { FAULTS } from './faults.ts'
import { Instance } from './instance.ts'
import { exercisePage, type Result } from './page.ts'
import { SCALE, scaledRules } from './scaled-rules.ts'

/*
 * The on-call exercise: a process of the service for each fault, a real Prometheus with the shipped rules, 20 times as
 * fast. Every instance has 75 minutes of good traffic, then its fault; what rings first, and when, is written into
 * docs/deploy/monitoring.md.
 */

const MINUTE_MS = 60_000 / SCALE
/** As long as the longest window that a rule looks back. */
const HEALTHY_MINUTES = 75
const PATIENCE_MINUTES = 45
const PAGE = new URL('../../docs/deploy/monitoring.md', import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'forwardgate-exercise-'))
const instances: Instance[] = []
let prometheus: Running | undefined
try {
  for (const [at, fault] of FAULTS.entries()) instances.push(await Instance.start(fault, join(folder, `${at}`)))
  const origin = await startPrometheus()
  await sleep(HEALTHY_MINUTES * MINUTE_MS)
  const early = await firing(origin)
  if (early.size > 0) throw new Error(`rings in a healthy hour: ${JSON.stringify([...early])}`)
  console.log(`${HEALTHY_MINUTES} healthy minutes: nothing rang`)
  const begun = await Promise.all(
    instances.map(async ({ fault }, at) => {
      await instances[at]?.fault.cause(instances[at])
      return { fault, at: Date.now() }
    }),
  )
  const results = await watch(origin, begun)
  for (const { fault, alert, minutes } of results) {
    console.log(`${minutes?.toFixed(1).padStart(5) ?? 'never'}  ${(alert ?? '').padEnd(32)} ${fault.name}`)
  }
  writeFileSync(PAGE, exercisePage(readFileSync(PAGE, 'utf8'), results))
} finally {
  await Promise.all(instances.map((instance) => instance.stop()))
  await prometheus?.end()
  rmSync(folder, { recursive: true, force: true })
}

async function startPrometheus(): Promise<string> {
  const targets = instances.map(({ operations }, at) => ({
    targets: [operations],
    labels: { namespace: `fault-${at}`, pod: 'forwardgate-0' },
  }))
  const config = {
    // Every 30 s and every minute, as is usual.
    global: { scrape_interval: '1500ms', scrape_timeout: '1500ms', evaluation_interval: '3s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'forwardgate', static_configs: targets }],
  }
  writeFileSync(join(folder, 'rules.yaml'), scaledRules())
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(config))
  const listen = `127.0.0.1:${await freePort()}`
  prometheus = start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${listen}`,
  ])
  const { output } = prometheus
  await until(async () => (await fetch(`http://${listen}/-/ready`)).ok, output)
  return `http://${listen}`
}

/** Every alert that rings: its name, and when it became active for the namespace. */
async function firing(origin: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer: unknown = await (await fetch(`${origin}/api/v1/alerts`)).json()
  const data = isRecord(answer) ? answer['data'] : undefined
  const alerts: unknown = isRecord(data) ? data['alerts'] : undefined
  const found = new Map<string, string[]>()
  for (const alert of Array.isArray(alerts) ? alerts.filter(isRecord) : []) {
    if (alert['state'] !== 'firing' || !isRecord(alert['labels'])) continue
    const namespace = String(alert['labels']['namespace'])
    found.set(namespace, [...(found.get(namespace) ?? []), String(alert['labels']['alertname'])])
  }
  return found
}

async function watch(origin: string, begun: readonly { fault: Result['fault']; at: number }[]): Promise<Result[]> {
  const results = new Map<number, Result>()
  const end = Date.now() + PATIENCE_MINUTES * MINUTE_MS
  while (Date.now() < end && results.size < begun.length) {
    const alerts = await firing(origin)
    for (const [at, { fault, at: since }] of begun.entries()) {
      const [alert] = alerts.get(`fault-${at}`) ?? []
      if (alert === undefined || results.has(at)) continue
      results.set(at, { fault, alert, minutes: (Date.now() - since) / MINUTE_MS })
    }
    await sleep(250)
  }
  return begun.map(({ fault }, at) => results.get(at) ?? { fault, alert: undefined, minutes: undefined })
}
