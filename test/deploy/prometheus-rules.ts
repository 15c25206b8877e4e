import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isRecord } from './manifest-schemas.ts'

/** The rules as Prometheus itself reads them: the spec of the PrometheusRule. */
export function prometheusRules(): unknown {
  const file = new URL('../../deploy/components/prometheusrule/prometheusrule.yaml', import.meta.url)
  const rule: unknown = parse(readFileSync(file, 'utf8'))
  return isRecord(rule) ? rule['spec'] : undefined
}

/** One alert of the rules. */
export interface Alert {
  readonly name: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Every alert, in the order of the file. */
export function alerts(): Alert[] {
  return groups().flatMap((group) => {
    const rules: unknown = isRecord(group) ? group['rules'] : undefined
    return (Array.isArray(rules) ? rules : []).filter(isRecord).map((rule) => ({
      name: String(rule['alert']),
      expr: String(rule['expr']),
      annotations: isRecord(rule['annotations']) ? rule['annotations'] : {},
    }))
  })
}

function groups(): unknown[] {
  const spec = prometheusRules()
  const found: unknown = isRecord(spec) ? spec['groups'] : undefined
  return Array.isArray(found) ? found : []
}
