import type { Config } from '../../config/model.ts'
import type { Finding } from '../frame/findings.ts'
import { unfinishedComparison } from '../proxies/traefik/exposure-rules.ts'
import { manifestSubject } from '../proxies/traefik/gate-middleware.ts'
import type { Landscape } from '../proxies/traefik/landscape.ts'
import { TRAEFIK_RULES } from '../proxies/traefik/rules.ts'
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
  return [...applyRules(TRAEFIK_RULES, subject), unfinishedComparison(subject) ?? []].flat()
}
