/** What alone differs between a URL and where it redirects to: scheme, slash, or both; undefined: more than that. */
export function onlyDifference(from: string, location: string): string | undefined {
  const to = URL.parse(location, from)
  if (to === null) return undefined
  const asked = new URL(from)
  const scheme = to.protocol === asked.protocol ? [] : [`the scheme, ${to.protocol.slice(0, -1)}`]
  const ending = to.pathname.endsWith('/') ? 'a slash at the end' : 'no slash at the end'
  const parts = [...scheme, ...(to.pathname === asked.pathname ? [] : [ending])]
  const isSame = to.hostname === asked.hostname && trimmed(to) === trimmed(asked)
  return isSame && parts.length > 0 ? parts.join(' and ') : undefined
}

function trimmed({ pathname }: URL): string {
  return pathname.replace(/\/$/, '')
}
