import { TRAEFIK_RULES } from '../proxies/traefik/rules.ts'
import { CONFIG_RULES } from './config-rules.ts'
import { ONLINE_IDS } from './online-rules.ts'

/** The ids of all rules, and which of them can be found with these options; those of the loader can always be found. */
export function idsOf({ online, manifests }: { readonly online: boolean; readonly manifests: boolean }) {
  const ofManifests = new Set(TRAEFIK_RULES.map(({ id }) => id))
  return {
    ids: [...CONFIG_RULES.map(({ id }) => id), ...ofManifests, ...ONLINE_IDS],
    isLookedFor: (id: string) => (online || !ONLINE_IDS.includes(id)) && (manifests || !ofManifests.has(id)),
  }
}
