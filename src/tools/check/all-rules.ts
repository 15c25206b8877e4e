import type { Config } from '../../config/model.ts'
import type { Finding } from '../frame/findings.ts'
import { FRONT_RULES } from '../proxies/fronts/front-rules.ts'
import { checkTraefik } from '../proxies/traefik/check-traefik.ts'
import type { Landscape } from '../proxies/traefik/landscape.ts'
import { applyRules } from './check-rule.ts'
import type { Places } from './config-places.ts'
import { CONFIG_RULES } from './config-rules.ts'

/** What is not good in a configuration that the loader accepts. */
export function checkConfig(config: Config, places: Places): readonly Finding[] {
  return applyRules(CONFIG_RULES, { config, places })
}

/** What is not good in the manifests around it. */
export function checkManifests(config: Config, landscape: Landscape): readonly Finding[] {
  const { fronts } = landscape
  return [...checkTraefik(config, landscape), ...applyRules(FRONT_RULES, { config, fronts })]
}
