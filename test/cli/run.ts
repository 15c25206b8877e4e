import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { IS_BUILD, PROGRAM } from '../../build/program.ts'
import { runCommand } from '../../src/tools/commands.ts'

/** How a command ended and what it printed. */
export interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  /** Whether output goes to a terminal. */
  readonly isTTY?: boolean
  /** Where a process runs; the folder of the repository unless given. */
  readonly cwd?: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a command in this process, with a terminal of its own; of the build, as a process where no terminal is needed. */
export async function run(args: readonly string[], { stdin = '', env = {}, isTTY = false }: RunOptions = {}) {
  if (IS_BUILD && !isTTY) return runProcess(args, { stdin, env })
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) => ({
    isTTY,
    write: (text: string) => {
      written[name] += text
    },
  })
  const code = await runCommand(args, {
    env,
    stdin: (async function* () {
      yield typeof stdin === 'string' ? Buffer.from(stdin) : stdin
    })(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    once: () => {},
  })
  return { code, ...written } satisfies Run
}

/** Runs a command as a process of its own, without this process's variables. */
export async function runProcess(
  args: readonly string[],
  { stdin = '', env = {}, cwd = ROOT }: RunOptions = {},
  program: readonly [string, ...string[]] = [process.execPath, PROGRAM],
): Promise<Run> {
  const [file, ...first] = program
  const child = spawn(file, [...first, ...args], { cwd, env: { PATH: process.env['PATH'], ...env } })
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 60_000)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin.end(stdin)
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)))
  clearTimeout(giveUp)
  return { code, stdout, stderr }
}
