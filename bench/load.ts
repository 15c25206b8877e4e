import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { closeNow, listenOnLoopback } from '../lab/loopback-server.ts'
import { cpuSeconds, elapsedSince, machineNow, ownCpuSeconds } from './usage.ts'

/** One run of load against one server. */
export interface Load {
  /** Origin of the server. */
  readonly origin: string
  /** File of whole requests, sent in turn. */
  readonly requests: string
  /** Requests of that file that earlier runs have sent. */
  readonly sent?: number
  readonly seconds: number
  readonly connections: number
  /** Processes whose CPU time is the server's. */
  readonly pids: readonly number[]
  /** The only core that wrk may use; undefined: any. */
  readonly core: number | undefined
}

/** What one run came to. Latencies are in milliseconds. */
export interface LoadResult {
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly p50: number
  readonly p99: number
  readonly requests: number
  /** Answers with a status of 400 and above. */
  readonly refused: number
  /** The share of the whole machine that neither the server nor wrk used, but somebody did. */
  readonly disturbance: number
}

interface WrkSummary {
  readonly requests: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  readonly refused: number
  readonly broken: number
}

const SCRIPT = fileURLToPath(new URL('./requests.lua', import.meta.url))

/** Runs wrk with one thread. Throws when requests got no answer at all. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const wrk = ['wrk', '-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '10s']
  const command = [
    ...pinned(load.core),
    ...wrk,
    '-s',
    SCRIPT,
    `${load.origin}/`,
    '--',
    load.requests,
    String(load.sent ?? 0),
  ]
  const [program = '', ...args] = command
  const before = { machine: await machineNow(), server: await cpuSeconds(load.pids), own: await ownCpuSeconds() }
  const { stdout } = await promisify(execFile)(program, args)
  const server = (await cpuSeconds(load.pids)) - before.server
  const own = (await ownCpuSeconds()) - before.own
  const machine = elapsedSince(before.machine, await machineNow())
  const summary = JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as WrkSummary
  if (summary.broken > summary.requests / 1000) {
    throw new Error(`${summary.broken} of ${summary.requests} requests to ${load.origin} got no answer`)
  }
  return {
    perSecond: summary.requests / (summary.microseconds / 1e6),
    perCpuSecond: summary.requests / server,
    p50: summary.p50 / 1000,
    p99: summary.p99 / 1000,
    requests: summary.requests,
    refused: summary.refused,
    disturbance: Math.max(0, machine.busy - server - own) / machine.available,
  }
}

/** For programs that cannot be told to choose a port and say which. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOnLoopback(server)
  await closeNow(server)
  return port
}

/** The words that keep a command on one core. */
export function pinned(core: number | undefined): readonly string[] {
  return core === undefined ? [] : ['taskset', '-c', String(core)]
}
