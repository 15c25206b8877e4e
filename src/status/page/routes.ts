import { MINUTES } from '../recording/minute-counts.ts'
import type { RouteCounts, RouteStatus, Status } from '../status.ts'
import { withCommas } from '../words.ts'
import { type Html, html } from './html.ts'

/** More rows would only be scrolled past; `/status.json` has them all. */
const MAX_ROWS = 100

const ORDER: readonly RouteStatus['state'][] = ['refusing', 'login_loop', 'ok', 'quiet']

const STATES = {
  refusing: { kind: 'problem', text: 'refuses all' },
  login_loop: { kind: 'problem', text: 'login loop' },
  ok: { kind: 'ok', text: 'ok' },
  quiet: { kind: 'quiet', text: 'no requests' },
} as const satisfies Record<RouteStatus['state'], object>

/** The routes with what they did lately: those in trouble first, then those with most requests. */
export function routesSection({ routes, unmatched }: Status): Html {
  const ordered = routes.toSorted(
    (one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || requests(other) - requests(one),
  )
  const left = routes.length - MAX_ROWS
  return html`<section class="card" aria-label="Routes">
<table role="table">
<caption><h2>Routes <small>in the last ${MINUTES} minutes</small></h2></caption>
<thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">Route</th><th role="columnheader" scope="col">State</th>
<th role="columnheader" scope="col" class="number">Allowed</th><th role="columnheader" scope="col" class="number">Refused</th>
<th role="columnheader" scope="col">Reasons</th><th role="columnheader" scope="col">Minutes</th>
</tr></thead>
<tbody role="rowgroup">${ordered.slice(0, MAX_ROWS).map(routeRow)}${requests(unmatched) === 0 ? undefined : unmatchedRow(unmatched)}
</tbody>
</table>
${left > 0 ? html`<p class="quiet">${left} more in <a href="status.json">status.json</a>.</p>` : undefined}
</section>`
}

function requests({ allowed, refused, wouldDeny }: RouteCounts): number {
  return allowed + refused + wouldDeny
}

function routeRow(route: RouteStatus): Html {
  const { kind, text } = STATES[route.state]
  const observed = route.mode === 'observe' ? html` <span class="state warning">observed</span>` : undefined
  return row(html`<bdi>${route.name}</bdi>`, html`<span class="state ${kind}">${text}</span>${observed}`, route)
}

function unmatchedRow(counts: RouteCounts): Html {
  return row(html`<span class="quiet">no route</span>`, undefined, counts)
}

function row(name: Html, state: Html | undefined, counts: RouteCounts): Html {
  const { allowed, refused } = counts
  return html`
<tr role="row"><th role="rowheader" scope="row">${name}</th>${cell(state)}
<td role="cell" class="number" data-label="Allowed">${withCommas(allowed)}</td>
<td role="cell" class="number" data-label="Refused">${withCommas(refused)}</td>
${cell(reasons(counts))}${cell(requests(counts) === 0 ? undefined : bars(counts))}</tr>`
}

/** On a phone an empty cell takes no line. */
function cell(content: Html | undefined): Html {
  return content === undefined ? html`<td role="cell" class="empty"></td>` : html`<td role="cell">${content}</td>`
}

function reasons({ reasons: all }: RouteCounts): Html | undefined {
  const refusals = all.filter(({ outcome }) => outcome !== 'allow')
  if (refusals.length === 0) return undefined
  const lines = refusals.map(({ outcome, reason, count }, index) => {
    const passed = outcome === 'would_deny' ? ' let pass' : ''
    return html`${index === 0 ? undefined : html`<br>`}<code>${reason}</code> ${withCommas(count)}${passed}`
  })
  return html`${lines}`
}

const BAR_WIDTH = 5
const BAR_STEP = 6
const HEIGHT = 22

/** A bar for each minute, refused requests on top. The numbers are in the row, so it is a picture only. */
function bars({ perMinute: { allowed, refused } }: RouteCounts): Html {
  const most = Math.max(1, ...allowed.map((count, index) => count + (refused[index] ?? 0)))
  const height = (count: number) => (count === 0 ? 0 : Math.max(2, Math.round((count / most) * (HEIGHT - 3))))
  const rects = allowed.flatMap((count, index) => {
    const x = index * BAR_STEP
    const below = height(count)
    const above = height(refused[index] ?? 0)
    return [rect('bar-ok', x, HEIGHT - 1 - below, below), rect('bar-refused', x, HEIGHT - 1 - below - above, above)]
  })
  return html`<svg viewBox="0 0 90 22" aria-hidden="true" focusable="false"><rect class="base" x="0" y="21" width="89" height="1"/>${rects}</svg>`
}

function rect(kind: string, x: number, y: number, height: number): Html {
  return height === 0 ? html`` : html`<rect class="${kind}" x="${x}" y="${y}" width="${BAR_WIDTH}" height="${height}"/>`
}
