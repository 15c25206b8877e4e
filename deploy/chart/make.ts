import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMap, isSeq, parse, parseDocument, stringify } from 'yaml'
import { COMPONENTS, ROWS, type Row } from './rows.ts'
import { schemaOf, valuesOf } from './values.ts'

const DEPLOY = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(DEPLOY, file), 'utf8')

const RULE = 'components/prometheusrule/prometheusrule.yaml'
const RUNBOOK = 'prometheusRule.runbookUrl'

/** Where the chart is written. */
export const CHART = join(DEPLOY, 'chart/forwardgate')

/** The chart's files by name: the manifests of the kustomize base and components with the rows' values in their places. `runbookUrl`: the default of that value. */
export function chartFiles(runbookUrl = ''): Readonly<Record<string, string>> {
  const files = ['serviceaccount', 'deployment', 'service'].map((name) => `base/${name}.yaml`)
  const values = defaults(runbookUrl)
  const { version }: { version: string } = JSON.parse(read('../package.json'))
  return {
    'Chart.yaml': stringify({
      ...{ apiVersion: 'v2', name: 'forwardgate', version, appVersion: version, type: 'application' },
      description: 'JWT gate for Traefik ForwardAuth',
      kubeVersion: '>=1.27.0-0',
    }),
    'values.yaml': valuesOf(values),
    'values.schema.json': schemaOf(values),
    ...Object.fromEntries(files.map((file) => [templateName(file), templateOf(file)])),
    ...Object.fromEntries(
      COMPONENTS.map(({ value, file }) => [templateName(file), guarded(`.Values.${value}.enabled`, templateOf(file))]),
    ),
    [templateName(RULE)]: guarded('.Values.prometheusRule.enabled', withRunbook(templateOf(RULE))),
    'templates/configmap.yaml': guarded('.Values.config', CONFIG_MAP),
    'templates/dashboard.yaml': guarded('.Values.dashboard.enabled', dashboard()),
    'files/forwardgate.json': read('components/grafana-dashboard/forwardgate.json'),
  }
}

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.configMap | toJson }}
  labels:
    app.kubernetes.io/name: forwardgate
  annotations:
    kustomize.toolkit.fluxcd.io/substitute: disabled
data:
  config.yaml: {{ .Values.config | toYaml | toJson }}
`

/** Each alert leads to its heading on the page that is set, if one is. */
function withRunbook(template: string): string {
  return template.replaceAll(
    /^( *)- alert: (\w+)\n(?:.*\n)*? *annotations:\n/gm,
    (rule, indent: string, name: string) => {
      const url = `"{{ .Values.${RUNBOOK} }}#${name.toLowerCase()}"`
      return `${rule}{{- if .Values.${RUNBOOK} }}\n${indent}    runbook_url: ${url}\n{{- end }}\n`
    },
  )
}

function dashboard(): string {
  const { configMapGenerator } = parse(read('components/grafana-dashboard/kustomization.yaml'))
  const [{ name, options }] = configMapGenerator
  const { labels, annotations } = options
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels, annotations } }
  return `${literal(stringify(object))}data:\n  forwardgate.json: {{ .Files.Get "files/forwardgate.json" | toJson }}\n`
}

/** The values' defaults by their names, those of the base where it has them. */
function defaults(runbookUrl: string): ReadonlyMap<string, { readonly text: string; readonly value: unknown }> {
  const inFiles = ROWS.map(({ value, text, kind, file, path, none }) => {
    const found: unknown = kind === 'here' ? parseDocument(read(file)).getIn(path) : none
    if (found === undefined) throw new Error(`${file} has no ${path.join('.')}`)
    return [value, { text, value: isMap(found) || isSeq(found) ? found.toJSON() : found }] as const
  })
  const enabled = COMPONENTS.map(({ value, enabled, text }) => [`${value}.enabled`, { text, value: enabled }] as const)
  return new Map([
    [
      'config',
      { text: 'The configuration itself, which becomes that ConfigMap; null: it is there already.', value: null },
    ],
    ...inFiles.toSorted(([a], [b]) => Number(a.includes('.')) - Number(b.includes('.'))),
    ...enabled,
    [
      RUNBOOK,
      { text: 'A page with a heading for each alert, for the annotation runbook_url; empty: none.', value: runbookUrl },
    ],
    ['dashboard.enabled', { text: 'The dashboard, for the sidecar of the Grafana chart.', value: false }],
  ])
}

function templateName(file: string): string {
  return `templates/${file.slice(file.lastIndexOf('/') + 1)}`
}

function guarded(condition: string, text: string): string {
  return `{{- if ${condition} }}\n${text}{{- end }}\n`
}

function templateOf(file: string): string {
  const document = parseDocument(read(file))
  document.commentBefore = null
  if (file.startsWith('base/')) {
    for (const { pairs } of parse(read('base/kustomization.yaml')).labels) {
      for (const [name, value] of Object.entries(pairs)) document.setIn(['metadata', 'labels', name], value)
    }
  }
  const rows = ROWS.filter((row) => row.file === file)
  for (const row of rows) put(document, row)
  return rows.reduce(filled, literal(document.toString({ lineWidth: 0 })))
}

/** A template that Helm renders as exactly this text: what it would take for an action is text of Prometheus. */
export function literal(text: string): string {
  return text.replaceAll(/\{\{|\}\}/g, (braces) => `{{ "${braces}" }}`)
}

const mark = ({ value }: Row) => `VALUE-${value.replace('.', '-')}-END`

function put(document: ReturnType<typeof parseDocument>, row: Row): void {
  if (row.kind === 'more') document.addIn(row.path, mark(row))
  else document.setIn(row.path, mark(row))
}

function filled(text: string, row: Row): string {
  const action = `.Values.${row.value}`
  const line = new RegExp(`^( *)(.*)${mark(row)}\n`, 'm')
  if (!line.test(text)) throw new Error(`${row.value} has no place in ${row.file}`)
  return text.replace(line, (_, indent: string, before: string) => {
    if (row.kind === 'here') return `${indent}${before}{{ ${action} | toJson }}\n`
    if (row.kind === 'optional') return `{{- if ${action} }}\n${indent}${before}{{ ${action} | toJson }}\n{{- end }}\n`
    return `{{- range ${action} }}\n${indent}- {{ . | toJson }}\n{{- end }}\n`
  })
}

if (import.meta.main) {
  rmSync(CHART, { recursive: true, force: true })
  for (const [name, text] of Object.entries(chartFiles(process.argv[2]))) {
    mkdirSync(dirname(join(CHART, name)), { recursive: true })
    writeFileSync(join(CHART, name), text)
  }
}
