import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cachedFolder } from '../support/cached-folder.ts'
import { installFastMcp, FASTMCP as RELEASE } from '../support/fastmcp.ts'
import type { ClientProgram, Conversation } from './client.ts'
import type { Desk } from './desk.ts'
import { openJsonLines } from './json-lines.ts'

const GO_SOURCE = new URL('go/', import.meta.url)
const PYTHON_SOURCE = fileURLToPath(new URL('python/client.py', import.meta.url))
const [MODULE = '', MAIN = ''] = ['go.mod', 'main.go'].map((file) => readFileSync(new URL(file, GO_SOURCE), 'utf8'))

/** The official Go SDK, in a program of ours. */
export const GO: ClientProgram = {
  name: `Go SDK ${/go-sdk v(\S+)/.exec(MODULE)?.[1]}`,
  needs: 'go',
  install: async () => {
    const sources = createHash('sha256').update(MODULE).update(MAIN).digest('hex').slice(0, 12)
    const folder = await cachedFolder(`go-client-${sources}`, (target) =>
      promisify(execFile)('go', ['build', '-o', join(target, 'client'), '.'], { cwd: fileURLToPath(GO_SOURCE) }),
    )
    return (url, desk) => converse(join(folder, 'client'), [url], desk)
  },
}

/** The official Python SDK, in a program of ours. */
export const PYTHON: ClientProgram = python(`Python SDK ${RELEASE.sdk}`, 'sdk')

/** FastMCP, in the same program. */
export const FASTMCP: ClientProgram = python(`FastMCP ${RELEASE.version}`, 'fastmcp')

function python(name: string, kind: string): ClientProgram {
  return {
    name,
    install: async () => {
      const interpreter = await installFastMcp()
      return (url, desk) => converse(interpreter, ['-B', PYTHON_SOURCE, kind, url], desk)
    },
  }
}

/** With a program that takes commands in lines, and answers each with a line: `text`, or `error` and its `data`. */
async function converse(command: string, args: readonly string[], desk: Desk): Promise<Conversation> {
  const lines = openJsonLines(command, args, desk)
  const answer = async () => {
    const { text, error, data } = await lines.next()
    if (error !== undefined) throw Object.assign(new Error(String(error)), { data })
    return String(text)
  }
  const ask = (line: string) => {
    lines.write(line)
    return answer()
  }
  await answer().catch((error: unknown) => lines.close().then(() => Promise.reject(error)))
  return {
    tools: () => ask('tools'),
    call: (tool, input = {}) => ask(`call ${tool} ${JSON.stringify(input)}`),
    close: lines.close,
  }
}
