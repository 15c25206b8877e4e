import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** Seconds of CPU since the start of the machine, of all cores. */
export interface MachineTime {
  readonly busy: number
  readonly available: number
}

/** Linux counts CPU time in hundredths of a second for whoever reads /proc. */
const TICKS_PER_SECOND = 100

/** CPU seconds that these processes have used, in user and system mode, with the children that they wait for. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(async (pid) => sum((await statFields(pid)).slice(11, 13))))
  return sum(each)
}

/** CPU seconds of this process and of the children that have ended. */
export async function ownCpuSeconds(): Promise<number> {
  return sum((await statFields(process.pid)).slice(11, 15))
}

/** CPU seconds of one run of Node with these arguments, whatever it ends with. */
export async function cpuOfCommand(args: readonly string[]): Promise<number> {
  const ofChildren = async () => sum((await statFields(process.pid)).slice(13, 15))
  const before = await ofChildren()
  spawnSync(process.execPath, args, { env: { PATH: process.env['PATH'] } })
  return (await ofChildren()) - before
}

/** A process and all below it. */
export async function familyOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const families = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(familyOf))
  return [pid, ...families.flat()]
}

/** Resident memory of these processes in MiB. */
export async function residentMiB(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(
    pids.map(async (pid) =>
      Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
    ),
  )
  return sum(each) / 1024
}

/** What the cores did so far. Time that a hypervisor gave to others counts as busy. */
export async function machineNow(): Promise<MachineTime> {
  const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n')
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND)
  const busy = user + nice + system + irq + softIrq + steal
  return { busy, available: busy + idle + wait }
}

export function elapsedSince(before: MachineTime, now: MachineTime): MachineTime {
  return { busy: now.busy - before.busy, available: now.available - before.available }
}

/** The fields of /proc/<pid>/stat after the name, in seconds where they count ticks. */
async function statFields(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map((field) => Number(field) / TICKS_PER_SECOND)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
