import { appendFileSync } from 'node:fs'
import { followLogin } from '../../lab/issuer-login.ts'

// `node browser.ts LOG URL`: logs in at URL, calls the redirect URI of the program that opened it, and writes to LOG
// what it was asked for. The line is there before the program hears of the login.
const [, , log = '', url = ''] = process.argv
const say = (line: object) => appendFileSync(log, `${JSON.stringify(line)}\n`)
try {
  const callback = await followLogin(new URL(url))
  say({ url })
  await (await fetch(callback)).body?.cancel()
} catch (error) {
  say({ url, error: String(error) })
}
