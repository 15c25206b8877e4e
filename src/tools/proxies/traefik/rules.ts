import type { CheckRule } from '../../check/check-rule.ts'
import { DESTINATION_RULES } from './destination-rules.ts'
import { EXPOSURE_RULES } from './exposure-rules.ts'
import { FORWARD_AUTH_RULES } from './forward-auth-rules.ts'
import { FORWARD_BODY_RULES } from './forward-body-rules.ts'
import type { ManifestSubject } from './gate-middleware.ts'
import { REFERENCE_RULES } from './reference-rules.ts'
import { ROUTER_RULES } from './router-rules.ts'

/** Everything that `check` looks for in the manifests of Traefik. */
export const TRAEFIK_RULES: readonly CheckRule<ManifestSubject>[] = [
  ...FORWARD_AUTH_RULES,
  ...FORWARD_BODY_RULES,
  ...REFERENCE_RULES,
  ...ROUTER_RULES,
  ...DESTINATION_RULES,
  ...EXPOSURE_RULES,
]
