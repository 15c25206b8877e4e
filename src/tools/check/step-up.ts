import { scopesOfMcp } from '../../config/compile/compile-mcp.ts'
import { prefixedScopes } from '../../config/compile/compile-requirement.ts'
import type { Config } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import { quote } from '../../config/problem.ts'
import type { CheckRule, Hit } from './check-rule.ts'
import type { Places } from './config-places.ts'

/** A step-up that fails at an issuer which holds a client to the scopes that it registered for (RFC 7591 §2). */
export const STEP_UP: Omit<CheckRule<never>, 'find'> = {
  id: 'step-up-registration',
  severity: 'note',
  why: 'clients register for the scopes of the first challenge; an issuer that holds them to these refuses the login for more',
  fix: 'add the scopes to requestScopes, or register clients by hand with all of them',
}

/** Routes with `mcp` whose calls need more than clients are told to request, where clients register themselves. */
export function findStepUps(config: Config, places: Places, registers: (issuer: Issuer) => boolean): readonly Hit[] {
  return config.routes.flatMap(({ name, accept, mcp, requestScopes, scopePrefix }) => {
    const issuer = accept.find((entry) => entry.advertise && registers(entry.issuer))?.issuer
    const needed = prefixedScopes(scopesOfMcp(mcp), scopePrefix)
    const missing = needed.filter((scope) => !requestScopes.includes(scope))
    if (issuer === undefined || missing.length === 0) return []
    const what = `calls need ${missing.map(quote).join(', ')}, for which clients do not register at ${quote(issuer.name)}`
    return [{ ...places.place(['routes', name, 'mcp'], 'key'), what }]
  })
}
