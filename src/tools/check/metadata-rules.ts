import { quote } from '../../config/problem.ts'
import type { CheckRule } from './check-rule.ts'
import type { ConfigSubject } from './config-places.ts'

/** What clients learn, or do not learn, from the metadata of a route (RFC 9728). */
export const METADATA_RULES: readonly CheckRule<ConfigSubject>[] = [
  {
    id: 'issuer-not-advertised',
    severity: 'warning',
    why: 'clients learn from the metadata where to log in, and authorization_servers may hold https URLs only: none is left',
    fix: 'write the issuer as an https URL, or advertise: false where clients bring their tokens along',
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
        return [{ ...places.place(['routes', name], 'key'), what }]
      }),
  },
]
