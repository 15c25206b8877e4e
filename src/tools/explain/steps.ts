import type { Issuer } from '../../config/model.ts'
import { admit, checkAdditions } from '../../decision/admission.ts'
import type { Reason } from '../../decision/denial.ts'
import { hasNoCredentials } from '../../decision/request/token-source.ts'
import { type Described, describeDenial, describePassed } from './describe.ts'
import { opaqueTokenIssuer, type Seen, sourceOf } from './seen.ts'

/**
 * The steps of a decision in the order of `decide`, where the address names the route; plain `/verify` needs the
 * forwarded request to find it.
 */
export const STEPS = [
  'route',
  'forwarded request',
  'match',
  'header names',
  'origin',
  'preflight',
  'credentials',
  'token',
  'issuer',
  'algorithm',
  'key',
  'signature',
  'token type',
  'token claims',
  'time',
  'lifetime',
  'audience',
  'revocation',
  'client',
  'scopes',
  'claims',
  'rules',
  'mcp',
  'identity',
  'end',
] as const

export type Step = (typeof STEPS)[number]

/**
 * The step that each reason is the failure of: all steps before it have passed. One for every reason, so that a new
 * reason does not compile without its step. The scopes and claims of rules and calls are told apart by `failedStep`.
 */
export const STEP_OF = {
  route_unknown: 'route',
  forwarded_request_invalid: 'forwarded request',
  route_mismatch: 'match',
  identity_header_alias: 'header names',
  origin_not_allowed: 'origin',
  credentials_missing: 'credentials',
  credentials_malformed: 'credentials',
  credentials_ambiguous: 'credentials',
  token_too_large: 'credentials',
  token_malformed: 'token',
  token_opaque: 'token',
  issuer_untrusted: 'issuer',
  algorithm_not_allowed: 'algorithm',
  key_unknown: 'key',
  keys_unavailable: 'key',
  introspection_unavailable: 'issuer',
  signature_invalid: 'signature',
  token_type_not_allowed: 'token type',
  claim_invalid: 'token claims',
  token_expired: 'time',
  token_not_yet_valid: 'time',
  token_lifetime_exceeded: 'lifetime',
  audience_mismatch: 'audience',
  token_revoked: 'revocation',
  client_not_allowed: 'client',
  scope_insufficient: 'scopes',
  claim_not_allowed: 'claims',
  mcp_request_invalid: 'mcp',
  mcp_not_allowed: 'mcp',
  identity_too_large: 'identity',
  internal_error: 'end',
} as const satisfies Record<Reason, Step>

/** How one step went. `skip`: it was not reached, not needed or not possible. */
export interface StepResult extends Described {
  readonly step: Step
  readonly result: 'pass' | 'fail' | 'skip'
}

/** Steps that only a signed JWT goes through. */
const OF_A_JWT: ReadonlySet<Step> = new Set(['algorithm', 'key', 'signature'])

/** Every step with its result, from the decision and its evidence: nothing is judged a second time. */
export function stepsOf(seen: Seen): readonly StepResult[] {
  const { decision } = seen
  const failed = failedStep(seen)
  const ended = failed ?? endOfPass(seen)
  const order = orderOf(seen)
  const last = order.indexOf(ended)
  return order.flatMap((step, index): readonly StepResult[] => {
    if (step === failed && decision.outcome !== 'allow') {
      return [{ step, result: 'fail', ...describeDenial(decision.denial, seen) }]
    }
    if (step === 'end') return []
    if (decision.reason === 'internal_error') return [{ step, result: 'skip', detail: 'not known' }]
    if (index > last) return [{ step, result: 'skip', detail: failed === undefined ? 'not needed' : 'not reached' }]
    if (seen.whatIf && (step === 'key' || step === 'signature')) {
      return [{ step, result: 'skip', detail: 'not checked, as there are only claims' }]
    }
    if (isOfJwtsOnly(step, opaqueTokenIssuer(seen))) {
      return [{ step, result: 'skip', detail: 'not needed, as the token is no JWT' }]
    }
    return [{ step, result: 'pass', ...describePassed(step, seen) }]
  })
}

/** The type of a static token is what its file says, and nothing about it is in doubt. */
function isOfJwtsOnly(step: Step, vouching: Issuer | undefined): boolean {
  if (vouching === undefined) return false
  return OF_A_JWT.has(step) || (step === 'token type' && vouching.keys.kind === 'tokensFile')
}

/** The step at which a request was refused; undefined when it was allowed. */
export function failedStep({ decision, config }: Seen): Step | undefined {
  if (decision.outcome === 'allow') return undefined
  const step = STEP_OF[decision.reason]
  const { token, route } = decision
  if ((step !== 'scopes' && step !== 'claims') || token === undefined || route === undefined) return step
  // Asked again, as the evidence does not say who wanted them: the route's own ways in, a rule, or the body.
  const { denial, scopes } = admit(token, route, config.revocations)
  if (denial !== undefined) return step
  return checkAdditions(token, scopes, decision.rules) === undefined ? 'mcp' : 'rules'
}

function orderOf({ call, decision }: Seen): readonly Step[] {
  const without: readonly Step[] = STEPS.filter((step) => step !== 'mcp')
  // Who comes without credentials is judged by the body at once. Where the route does not look at bodies, there is no such step.
  const last = without.indexOf(hasNoCredentials(sourceOf(decision.route), call.fields) ? 'credentials' : 'rules')
  const steps = decision.route?.mcp === undefined ? without : without.toSpliced(last + 1, 0, 'mcp')
  if (call.routeName !== undefined) return steps
  return ['forwarded request', 'route', ...steps.slice(2)]
}

/** The last step that an allowed request needed. */
function endOfPass({ decision }: Seen): Step {
  switch (decision.reason) {
    case 'preflight':
      return 'preflight'
    case 'anonymous':
      return decision.mcp === undefined ? 'credentials' : 'mcp'
    default:
      return 'identity'
  }
}
