import type { Issuer } from '../../config/model-issuer.ts'
import { quote } from '../../config/problem.ts'
import type { CheckRule } from './check-rule.ts'
import { type ConfigSubject, hitIn } from './config-places.ts'
import { stepUpRule } from './step-up.ts'

/** What is allowed and still not good about an issuer: where clients are sent (RFC 9728), and what it is asked. */
export const ISSUER_RULES: readonly CheckRule<ConfigSubject>[] = [
  {
    id: 'issuer-not-advertised',
    severity: 'warning',
    why: 'clients learn from the metadata where to log in, and authorization_servers may hold https URLs only: none is left',
    fix: 'write the issuer as an https URL, or advertise: false if clients get their tokens in another way',
    find: ({ config, places }) =>
      config.routes.flatMap(({ name, accept }) => {
        if (accept.some(({ advertise }) => advertise)) return []
        const isMeant = [
          ['defaults', 'advertise'],
          ['routes', name, 'advertise'],
          ...accept.map((_, index) => ['routes', name, 'accept', index, 'advertise']),
        ].some((path) => places.place(path, 'value').path.endsWith('advertise'))
        const [unfit] = accept.filter(
          ({ issuer }) => !issuer.isLoginServer && issuer.spiffe === undefined && issuer.keys.kind !== 'tokensFile',
        )
        if (isMeant || unfit === undefined) return []
        const what = `its metadata names no authorization server: ${quote(unfit.issuer.issuer)} is not one`
        return hitIn(places, ['routes', name], what, 'key')
      }),
  },
  {
    id: 'introspection-of-jwts',
    severity: 'note',
    why: 'a JWT is judged by the keys alone and never sent to the issuer, so a token that the issuer has revoked passes until it expires',
    fix: 'nothing, if the issuer makes opaque tokens too; else remove introspection, and end tokens early with revocations',
    find: ({ config, places }) =>
      config.issuers.flatMap((issuer) => {
        const sign = signOfJwts(issuer)
        if (issuer.introspection === undefined || sign === undefined) return []
        const what = `introspection is only asked about opaque tokens, and ${sign} says that this issuer makes JWTs`
        return hitIn(places, ['issuers', issuer.name, 'introspection'], what, 'key')
      }),
  },
  stepUpRule(({ registration }) => registration?.kind === 'endpoint'),
]

/** Key sources that say nothing about other tokens: discovery also finds the endpoint, and a secret cannot be discovered. */
const WITH_OPAQUE: readonly string[] = ['discovery', 'discoveryUri', 'secretFile']

/** The key that is written for JWTs only. */
function signOfJwts({ keys, requireTyp }: Issuer): string | undefined {
  if (requireTyp !== undefined) return 'requireTyp'
  return WITH_OPAQUE.includes(keys.kind) ? undefined : keys.kind
}
