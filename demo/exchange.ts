import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { type HeaderLines, headerLines } from '../lab/forwarded-headers.ts'

/** A request of the play. */
export interface Request {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** A form, sent as POST with the client's id and secret (RFC 6749 §2.3.1). */
  readonly form?: { readonly user: string; readonly fields: Readonly<Record<string, string>> }
}

/** Its answer. */
export interface Response {
  readonly status: number
  readonly reason: string
  readonly headers: HeaderLines
  readonly body: string
}

/** Sends the request on a connection of its own. */
export async function exchange(request: Request): Promise<Response> {
  const form = request.form
  const sent = httpRequest(request.url, {
    method: request.method ?? (form === undefined ? 'GET' : 'POST'),
    agent: false,
    headers: {
      ...request.headers,
      ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined ? {} : { auth: form.user }),
  })
  sent.end(form === undefined ? undefined : new URLSearchParams(form.fields).toString())
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      const { statusCode = 0, statusMessage = '', rawHeaders } = incoming
      const done = (body: string) => ({
        status: statusCode,
        reason: statusMessage,
        headers: headerLines(rawHeaders),
        body,
      })
      text(incoming).then(done).then(resolve, reject)
    })
  })
}

/** The first field of this name, in any case. */
export function header(response: Response, name: string): string | undefined {
  return response.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]
}

/**
 * The curl line that sends the request again. A value may name a shell variable as `$NAME`; nothing else in it is taken
 * for the shell's.
 */
export function curlLine(request: Request, flags: string): string {
  const words = ['curl', flags]
  if (request.method !== undefined) words.push('-X', request.method)
  for (const [name, value] of Object.entries(request.headers ?? {})) words.push('-H', quoted(`${name}: ${value}`))
  if (request.form !== undefined) {
    words.push('-u', quoted(request.form.user))
    for (const [name, value] of Object.entries(request.form.fields)) {
      words.push(/[ &+%]/.test(value) ? '--data-urlencode' : '-d', quoted(`${name}=${value}`))
    }
  }
  return [...words, request.url].join(' ')
}

/** The line that puts the access token of this request's answer into a shell variable. */
export function tokenLine(variable: string, request: Request): string {
  return `${variable}=$(${curlLine(request, '-s')} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`
}

function quoted(word: string): string {
  return /^[\w:=./@+-]+$/.test(word) ? word : `"${word.replace(/["\\`]/g, '\\$&')}"`
}
