import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const BROWSER = fileURLToPath(new URL('browser.ts', import.meta.url))

/** A person's machine: a home of its own without any account, and a browser in which she agrees to every login. */
export interface Desk {
  readonly home: string
  /** The whole environment of a program. */
  readonly env: NodeJS.ProcessEnv
  /** Aborted when she leaves: what still runs then is ended. */
  readonly signal: AbortSignal
  /** Every authorization request that a program opened in the browser, oldest first; fails where a login did. */
  logins(): Promise<readonly URL[]>
}

/** Sets one up for a test, and clears it away after it. */
export async function openDesk(t: TestContext): Promise<Desk> {
  const home = await mkdtemp(join(tmpdir(), 'forwardgate-desk-'))
  const leaving = new AbortController()
  t.after(() => {
    leaving.abort()
    return rm(home, { recursive: true, force: true })
  })
  const log = join(home, 'browser.log')
  await writeFile(log, '')
  // Programs wait for the browser to start, not for the login: it goes on by itself.
  const browser = join(home, 'xdg-open')
  await writeFile(browser, `#!/bin/sh\n'${process.execPath}' '${BROWSER}' '${log}' "$1" >/dev/null 2>&1 </dev/null &\n`)
  await chmod(browser, 0o755)
  return {
    home,
    signal: leaving.signal,
    env: { PATH: `${home}:${process.env['PATH']}`, HOME: home, BROWSER: browser },
    logins: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => {
        const { url, error } = JSON.parse(line)
        if (error !== undefined) throw new Error(`the login failed: ${error}`)
        return new URL(url)
      })
    },
  }
}
