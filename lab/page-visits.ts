/** What a page said. */
export interface Visit {
  readonly status: number
  /** Where it sends the browser on to. */
  readonly location: URL | undefined
  readonly text: string
}

/**
 * Visits pages one after another as a browser does: it keeps cookies, whatever their path. A redirect is told, not
 * followed. A connection that is kept could have been closed by the server since.
 */
export function openPageVisits(): (url: URL, form?: URLSearchParams) => Promise<Visit> {
  const cookies = new Map<string, string>()
  return async (url, form) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { Connection: 'close', ...(cookie === '' ? {} : { Cookie: cookie }) }
    const sent = form === undefined ? {} : { method: 'POST', body: form }
    const response = await fetch(url, { redirect: 'manual', headers, ...sent })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) cookies.set(name, value)
    }
    const location = response.headers.get('location')
    return {
      status: response.status,
      location: location === null ? undefined : new URL(location, url),
      text: await response.text(),
    }
  }
}
