import type { Config } from '../../config/model.ts'
import type { Finding } from '../frame/findings.ts'
import { FRONT_RULES } from '../proxies/fronts/front-rules.ts'
import { checkTraefik } from '../proxies/traefik/check-traefik.ts'
import type { Landscape } from '../proxies/traefik/landscape.ts'
import { TRAEFIK_RULES } from '../proxies/traefik/rules.ts'
import { applyRules } from './check-rule.ts'
import type { Places } from './config-places.ts'
import { CONFIG_RULES } from './config-rules.ts'
import { ONLINE_IDS } from './online-rules.ts'

/** What is not good in a configuration that the loader accepts. */
export function checkConfig(config: Config, places: Places): readonly Finding[] {
  return applyRules(CONFIG_RULES, { config, places })
}

/** What is not good in the manifests around it. */
export function checkManifests(config: Config, landscape: Landscape): readonly Finding[] {
  const { fronts } = landscape
  return [...checkTraefik(config, landscape), ...applyRules(FRONT_RULES, { config, fronts })]
}

/** The ids of all rules, and which of them can be found with these options; those of the loader can always be found. */
export function idsOf({ online, manifests }: { readonly online: boolean; readonly manifests: boolean }) {
  const ofManifests = new Set([...TRAEFIK_RULES, ...FRONT_RULES].map(({ id }) => id))
  return {
    ids: [...CONFIG_RULES.map(({ id }) => id), ...ofManifests, ...ONLINE_IDS],
    isLookedFor: (id: string) => (online || !ONLINE_IDS.includes(id)) && (manifests || !ofManifests.has(id)),
  }
}
