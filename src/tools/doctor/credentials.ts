import type { Terminal } from '../../cli/terminal.ts'
import { type Refused, readInput, refuseInput } from '../frame/input.ts'
import { type ClientKey, readClientKey } from '../replay/client-key.ts'
import type { Ask, Exchange } from './exchange.ts'
import { INITIALIZE } from './first-answer.ts'

/** What a request is sent with: a token, and the key that it is bound to. */
export interface Credentials {
  readonly token: string
  readonly key?: ClientKey | undefined
}

/** The credentials in these files; undefined without a token. */
export async function readCredentials(
  text: string | undefined,
  keyFile: string | undefined,
  terminal: Terminal,
): Promise<Credentials | Refused | undefined> {
  if (text === undefined) return undefined
  const token = text.trim().replace(/^(?:Bearer|DPoP) /i, '')
  if (keyFile === undefined) return { token }
  const input = await readInput(keyFile, terminal)
  if (!input.ok) return input
  const key = readClientKey(input.text)
  return typeof key === 'string' ? refuseInput(input.file, key) : { token, key }
}

/** Sends the first request of an MCP client with these credentials and further header fields. A nonce that is handed out is used from then on. */
export function presenting(
  url: string,
  { token, key }: Credentials,
  ask: Ask,
): (extra: Readonly<Record<string, string>>) => Promise<Exchange> {
  let nonce: string | undefined
  const send = (extra: Readonly<Record<string, string>>) =>
    ask(url, { ...INITIALIZE, headers: { ...INITIALIZE.headers, ...authorization(), ...extra } })
  const authorization = (): Readonly<Record<string, string>> => {
    if (key === undefined) return { authorization: `Bearer ${token}` }
    const uri = url.replace(/[?#].*$/s, '')
    const dpop = key.prove({ method: INITIALIZE.method, uri, token, now: Date.now() / 1000, nonce })
    return { authorization: `DPoP ${token}`, dpop }
  }
  return async (extra) => {
    const answer = await send(extra)
    const fresh = answer.ok && answer.status === 401 ? answer.headers.get('dpop-nonce') : null
    if (key === undefined || fresh === null || fresh === nonce) return answer
    nonce = fresh
    return send(extra)
  }
}
