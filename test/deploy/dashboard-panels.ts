import { readFileSync } from 'node:fs'
import { DASHBOARD_FILE } from '../../deploy/grafana/dashboard.ts'

interface Reference {
  readonly uid: string
}

/** What the tests look at in a panel of the committed dashboard. */
export interface Panel {
  readonly id: number
  readonly title: string
  readonly description: string
  readonly datasource: Reference
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly datasource: Reference }[]
}

/** The queries of the committed dashboard's annotations. */
export function dashboardAnnotations(): readonly { readonly name: string; readonly expr: string }[] {
  const { annotations } = JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8'))
  return annotations.list.filter((each: object) => 'expr' in each)
}

/** Every panel of the committed dashboard. */
export function dashboardPanels(): readonly Panel[] {
  const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8'))
  return panels
}
