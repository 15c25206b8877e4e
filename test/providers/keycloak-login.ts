/**
 * Plays the browser of a user at Keycloak's own pages: name and password, then consent where a client needs it. Promises
 * what the redirect URI of the client is called with.
 */
export async function logInAtKeycloak(authorizationUrl: URL, username: string, password: string): Promise<URL> {
  const cookies = new Map<string, string>()
  const visit = async (url: URL, form?: URLSearchParams) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = form === undefined ? {} : { method: 'POST', body: form }
    const response = await fetch(url, { redirect: 'manual', headers: { Cookie: cookie }, ...sent })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) cookies.set(name, value)
    }
    return { location: response.headers.get('location'), page: await response.text() }
  }
  let url = authorizationUrl
  let answer = await visit(url)
  for (let steps = 0; steps < 8; steps += 1) {
    if (answer.location !== null) {
      url = new URL(answer.location, url)
      if (url.origin !== authorizationUrl.origin) return url
      answer = await visit(url)
      continue
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(answer.page)?.[1]
    if (action === undefined) throw new Error(`no form at ${url.pathname}: ${textOf(answer.page)}`)
    url = new URL(action.replaceAll('&amp;', '&'), url)
    answer = await visit(url, answersTo(answer.page, username, password))
  }
  throw new Error(`the login goes round in circles: ${textOf(answer.page)}`)
}

function answersTo(page: string, username: string, password: string): URLSearchParams {
  if (page.includes('name="password"')) return new URLSearchParams({ username, password })
  const code = /name="code" value="([^"]*)"/.exec(page)?.[1] ?? ''
  return new URLSearchParams({ code, accept: 'Yes' })
}

function textOf(page: string): string {
  return page
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300)
}
