import { IncomingMessage } from 'node:http'
import { dialectOf } from '../dialects/dialect.ts'

/**
 * An incoming request whose `headers` cost nothing if they are not needed. Node builds that object for every request,
 * only to look for Host, Expect and the fields that announce a body; a decision reads `rawHeaders`. So a call for a
 * decision that has Host and none of the others shows Host alone.
 */
export class CallMessage extends IncomingMessage {}

Object.defineProperty(CallMessage.prototype, 'headers', {
  get(this: CallMessage) {
    const host = dialectOf(this.url ?? '') === undefined ? undefined : onlyHost(this.rawHeaders)
    return host === undefined ? Reflect.get(IncomingMessage.prototype, 'headers', this) : { host }
  },
})

/** Names by length: what Node's server looks for beside Host. */
const OTHERS: Readonly<Record<number, string>> = { 6: 'expect', 14: 'content-length', 17: 'transfer-encoding' }

function onlyHost(rawHeaders: readonly string[]): string | undefined {
  let host: string | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') host ??= rawHeaders[at + 1]
    else if (OTHERS[name.length] === name.toLowerCase()) return undefined
  }
  return host
}
