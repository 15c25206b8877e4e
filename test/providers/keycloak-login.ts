import { openPageVisits } from '../../lab/page-visits.ts'

/**
 * Plays the browser of a user at Keycloak's own pages: name and password, then consent where a client needs it. Promises
 * what the redirect URI of the client is called with.
 */
export async function logInAtKeycloak(authorizationUrl: URL, username: string, password: string): Promise<URL> {
  const visit = openPageVisits()
  let url = authorizationUrl
  let page = await visit(url)
  for (let steps = 0; steps < 8; steps += 1) {
    if (page.location !== undefined) {
      url = page.location
      if (url.origin !== authorizationUrl.origin) return url
      page = await visit(url)
      continue
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1]
    if (action === undefined) throw new Error(`no form at ${url.pathname}: ${textOf(page.text)}`)
    url = new URL(action.replaceAll('&amp;', '&'), url)
    page = await visit(url, answersTo(page.text, username, password))
  }
  throw new Error(`the login goes round in circles: ${textOf(page.text)}`)
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
