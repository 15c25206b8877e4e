/** One request of curl, and what came back. */
export interface Reply {
  readonly status: number
  readonly reason: string | null
  readonly challenge: string | null
  readonly text: string
  json(): Readonly<Record<string, unknown>>
}

/** Sends what a user would type: `token` as bearer, `body` as JSON by POST, `form` as a form by POST. */
export async function curl(
  url: string,
  options: {
    readonly token?: string | undefined
    readonly body?: unknown
    readonly form?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
    readonly method?: string
  } = {},
): Promise<Reply> {
  const { token, body, form, headers } = options
  const json = body === undefined ? undefined : JSON.stringify(body)
  const sent = form === undefined ? json : new URLSearchParams(form)
  const response = await fetch(url, {
    method: options.method ?? (sent === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  return {
    status: response.status,
    reason: response.headers.get('x-forwardgate-reason'),
    challenge: response.headers.get('www-authenticate'),
    text,
    json: () => JSON.parse(text),
  }
}

/** Status and reason, for comparing. */
export function refusal({ status, reason }: Reply): string {
  return `${status} ${reason}`
}
