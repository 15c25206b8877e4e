import type { Config } from '../../config/model.ts'
import type { Finding } from '../frame/findings.ts'
import { EXPOSURE_RULES, unfinishedComparison } from '../proxies/traefik/exposure-rules.ts'
import { FORWARD_AUTH_RULES } from '../proxies/traefik/forward-auth-rules.ts'
import { FORWARD_BODY_RULES } from '../proxies/traefik/forward-body-rules.ts'
import { manifestSubject } from '../proxies/traefik/gate-middleware.ts'
import type { Landscape } from '../proxies/traefik/landscape.ts'
import { ROUTER_RULES } from '../proxies/traefik/router-rules.ts'
import { applyRules } from './check-rule.ts'
import type { Places } from './config-places.ts'
import { CONFIG_RULES } from './config-rules.ts'

/** What is not good in a configuration that the loader accepts. */
export function checkConfig(config: Config, places: Places): readonly Finding[] {
  return applyRules(CONFIG_RULES, { config, places })
}

/** What is not good in the manifests around it. */
export function checkManifests(config: Config, landscape: Landscape): readonly Finding[] {
  const subject = manifestSubject(config, landscape)
  const findings = applyRules(
    [...FORWARD_AUTH_RULES, ...FORWARD_BODY_RULES, ...ROUTER_RULES, ...EXPOSURE_RULES],
    subject,
  )
  return [...findings, unfinishedComparison(subject) ?? []].flat()
}
