import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { builtFile, IS_BUILD, PROGRAM } from '../../build/program.ts'
import type { Command } from '../../src/cli/usage.ts'
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
  /** The width of that terminal. */
  readonly columns?: number
  /** Where a process runs; the folder of the repository unless given. */
  readonly cwd?: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a command in this process, with a terminal of its own; of the build, as a process if it is not a tool. */
export async function run(args: readonly string[], { stdin = '', env = {}, isTTY = false, columns }: RunOptions = {}) {
  const built = IS_BUILD ? builtTool(args[0]) : undefined
  if (IS_BUILD && built === undefined) return runProcess(args, { stdin, env })
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) => ({
    isTTY,
    columns,
    write: (text: string) => {
      written[name] += text
    },
  })
  const code = await (built === undefined ? runCommand(args, terminal()) : built.run(args.slice(1), terminal()))
  return { code, ...written } satisfies Run

  function terminal() {
    return {
      env,
      stdin: (async function* () {
        yield typeof stdin === 'string' ? Buffer.from(stdin) : stdin
      })(),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      once: () => {},
    }
  }
}

/** A command of the build that can be run in this process. */
function builtTool(name = ''): Command | undefined {
  const tools: Readonly<Record<string, Command>> = createRequire(import.meta.url)(builtFile('tools.cjs'))
  return Object.hasOwn(tools, name) ? tools[name] : undefined
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
