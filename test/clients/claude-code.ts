import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npmPackage } from '../support/cached-folder.ts'
import type { ClientProgram } from './client.ts'

const VERSION = '2.1.332'
const run = promisify(execFile)

/** Claude Code, as far as it goes without an account: `claude mcp login` on a terminal, and its check of the server. */
export const CLAUDE_CODE: ClientProgram = {
  name: `Claude Code ${VERSION}`,
  install: async () => {
    const parent = join(await npmPackage('@anthropic-ai/claude-code', VERSION), '..')
    const program = join(parent, `claude-code-${process.platform}-${process.arch}`, 'claude')
    return async (url, { env, home, signal }) => {
      const options = { env: { ...env, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }, cwd: home, signal }
      await run(program, ['mcp', 'add', '--transport', 'http', '--scope', 'user', 'gate', url], options)
      await run('script', ['-qec', `'${program}' mcp login gate`, '/dev/null'], options)
      return {
        tools: async () => {
          const { stdout } = await run(program, ['mcp', 'list'], options)
          return / - \W*(.+)/.exec(stdout)?.[1] ?? stdout
        },
        close: async () => {},
      }
    }
  },
}
