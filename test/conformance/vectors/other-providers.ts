import { OTHER_PATH, OTHER_PROVIDERS } from '../other-providers.ts'
import { REMOVED, type Vector } from '../vector.ts'

const NOTHING = { aud: REMOVED, scope: REMOVED, client_id: REMOVED, jti: REMOVED }

/** A token of each provider of the table, on what the table says to write, and one that stays out. */
export const OTHERS: readonly Vector[] = OTHER_PROVIDERS.flatMap(({ name, slug, header, claims, trap }) => {
  const id = `other-${slug}`
  const place = {
    spec: `${name}: manual`,
    route: `at-${slug}`,
    request: { method: 'POST', host: `${slug}.example.com`, uri: OTHER_PATH },
  }
  // The forge signs with a key of its own: of the header only `typ` is the provider's.
  const token = { issuer: `at-${slug}-${slug}`, header: { typ: header.typ }, claims: { ...NOTHING, ...claims } }
  const wrong = Object.fromEntries(
    Object.entries(trap.claims).map(([key, value]) => [key, value === undefined ? REMOVED : value]),
  )
  const status = trap.reason === 'client_not_allowed' ? 403 : 401
  return [
    { ...place, id, title: `a token of ${name}`, token, expect: { status: 200, reason: 'token' } },
    {
      ...place,
      id: `${id}-trap`,
      twin: id,
      title: `${name}: ${trap.what}`,
      token: {
        ...token,
        ...(trap.alg === undefined ? {} : { alg: trap.alg }),
        claims: { ...token.claims, ...wrong },
      },
      expect: { status, reason: trap.reason },
    },
  ] satisfies readonly Vector[]
})
