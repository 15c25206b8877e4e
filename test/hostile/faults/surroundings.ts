import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** A shell that does something first and then becomes the command behind it. */
export function afterwards(script: string): readonly string[] {
  return ['sh', '-c', `${script} && exec "$@"`, 'sh']
}

/** Surroundings in which no inotify instance is left; undefined where this machine does not let us make them. */
export function withoutInotify(): readonly string[] | undefined {
  const within = [
    'unshare',
    '--user',
    '--map-root-user',
    ...afterwards('echo 0 > /proc/sys/user/max_inotify_instances'),
  ]
  const [command = '', ...rest] = [...within, process.execPath, '-e', "require('fs').watch('.')"]
  const probe = spawnSync(command, rest, { encoding: 'utf8', timeout: 10_000 })
  return /EMFILE|ENOSPC/.test(probe.stderr ?? '') ? within : undefined
}

/** Whether a process may have a disk of its own. */
export function mayMount(): boolean {
  return spawnSync('unshare', ['--mount', ...afterwards('mount -t tmpfs tmpfs /mnt'), 'true']).status === 0
}

/** A control group with a limit of memory, as a container has it. */
export interface MemoryLimit {
  readonly within: readonly string[]
  /** The most that was ever used, page cache included, in bytes. */
  readonly peak: () => number
}

/** Makes one below our own group, version 1 or 2, and removes it after the test; undefined where that is not allowed. */
export function limitMemory(t: TestContext, bytes: number): MemoryLimit | undefined {
  for (const { folder, limit, peak } of GROUP_FILES) {
    const group = join(folder, `forwardgate-test-${randomUUID()}`)
    try {
      mkdirSync(group)
    } catch {
      continue
    }
    t.after(() => removeGroup(group))
    if (!existsSync(join(group, limit))) continue
    writeFileSync(join(group, limit), String(bytes))
    return {
      within: afterwards(`echo $$ > ${group}/cgroup.procs`),
      peak: () => Number(readFileSync(join(group, peak), 'utf8')),
    }
  }
  return undefined
}

const GROUP_FILES = [
  {
    folder: ownGroup('/sys/fs/cgroup/memory', 'memory'),
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
  },
  { folder: ownGroup('/sys/fs/cgroup', ''), limit: 'memory.max', peak: 'memory.peak' },
] as const

/** Where the group of this process is mounted: lines of /proc/self/cgroup are `number:controllers:path`. */
function ownGroup(mount: string, controller: string): string {
  const line = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[1] === controller)
  const own = join(mount, line?.split(':')[2] ?? '')
  return existsSync(own) ? own : mount
}

/** A group can go only after its last process has. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n')) {
        if (pid !== '') process.kill(Number(pid), 'SIGKILL')
      }
      rmdirSync(group)
      return
    } catch {
      await sleep(100)
    }
  }
}

/** Makes a pipe with a name. */
export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path])
}
