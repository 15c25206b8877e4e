import type { Config } from '../../../config/model.ts'
import { applyRules } from '../../check/check-rule.ts'
import type { Finding } from '../../frame/findings.ts'
import { unfinishedComparison } from './exposure-rules.ts'
import { manifestSubject } from './gate-middleware.ts'
import type { Landscape } from './landscape.ts'
import { TRAEFIK_RULES } from './rules.ts'

/** What is not good in what the manifests say of Traefik. */
export function checkTraefik(config: Config, landscape: Landscape): readonly Finding[] {
  const subject = manifestSubject(config, landscape)
  return [...applyRules(TRAEFIK_RULES, subject), unfinishedComparison(subject) ?? []].flat()
}
