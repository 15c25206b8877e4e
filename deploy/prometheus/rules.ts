import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Document, isMap, isSeq, parseDocument } from 'yaml'

/** The one source of the alerts: an object of the Prometheus operator. */
export const PROMETHEUS_RULE = new URL('../components/prometheusrule/prometheusrule.yaml', import.meta.url)

/** The plain rules file, for a Prometheus without the operator: `npm run docs` writes it. */
export const RULES_FILE = new URL('rules.yaml', import.meta.url)

const HEAD = ' Alerts for a Prometheus without the operator, made from the component prometheusrule by "npm run docs".'

/** The text of the plain rules file; `runbook`: as of `withRunbook`. */
export function renderRules(runbook?: string): string {
  const text = readFileSync(PROMETHEUS_RULE, 'utf8')
  const rules = new Document(parseDocument(runbook === undefined ? text : withRunbook(text, runbook)).get('spec'))
  rules.commentBefore = HEAD
  return rules.toString({ lineWidth: 0 })
}

/** A PrometheusRule whose alerts lead to their headings on the page `runbook`. */
export function withRunbook(text: string, runbook: string): string {
  const document = parseDocument(text)
  const rules = document.getIn(['spec', 'groups', 0, 'rules'])
  for (const rule of isSeq(rules) ? rules.items : []) {
    if (isMap(rule)) rule.setIn(['annotations', 'runbook_url'], `${runbook}#${String(rule.get('alert')).toLowerCase()}`)
  }
  return document.toString({ lineWidth: 0 })
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { 'runbook-url': { type: 'string' } } })
  process.stdout.write(renderRules(values['runbook-url']))
}
