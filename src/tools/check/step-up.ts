import { scopesOfMcp } from '../../config/compile/compile-mcp.ts'
import { prefixedScopes } from '../../config/compile/compile-requirement.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import { quote } from '../../config/problem.ts'
import type { CheckRule } from './check-rule.ts'
import { type ConfigSubject, hitIn } from './config-places.ts'

/**
 * A step-up that fails at an issuer which holds a client to the scopes that it registered for (RFC 7591 §2): routes with
 * `mcp` whose calls need more than clients request at first, if clients register themselves.
 */
export function stepUpRule<Subject extends ConfigSubject>(
  registers: (issuer: Issuer, subject: Subject) => boolean,
): CheckRule<Subject> {
  return {
    id: 'step-up-registration',
    severity: 'note',
    why: 'clients register for the scopes of the first challenge; an issuer that holds them to these refuses the login for more',
    fix: 'add the scopes to requestScopes, or register clients by hand with all of them',
    find: (subject) =>
      subject.config.routes.flatMap(({ name, accept, mcp, requestScopes, scopePrefix }) => {
        const issuer = accept.find((entry) => entry.advertise && registers(entry.issuer, subject))?.issuer
        const needed = prefixedScopes(scopesOfMcp(mcp), scopePrefix)
        const missing = needed.filter((scope) => !requestScopes.includes(scope)).map(quote)
        if (issuer === undefined || missing.length === 0) return []
        const what = `calls need ${missing.join(', ')}, for which clients do not register at ${quote(issuer.name)}`
        return hitIn(subject.places, ['routes', name, 'mcp'], what, 'key')
      }),
  }
}
