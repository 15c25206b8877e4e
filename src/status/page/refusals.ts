import { DENIALS, type DenialEvidence, denialRow, type Reason } from '../../decision/denial.ts'
import { askerOf, type GroupedRefusal, groupRefusals } from '../grouped-refusals.ts'
import type { Refusal } from '../recording/recent-refusals.ts'
import type { Status } from '../status.ts'
import { counted, withCommas } from '../words.ts'
import { type Html, html } from './html.ts'

/** How many are open at first. */
const SHOWN = 8

/** The last refusals, equal ones together, newest first. */
export function refusalsSection({ refusals }: Status): Html {
  const groups = groupRefusals(refusals)
  const rest = groups.slice(SHOWN)
  if (groups.length === 0) {
    return html`<section class="card" aria-labelledby="refusals"><h2 id="refusals">Last refusals</h2><p class="quiet">None since the start.</p></section>`
  }
  return html`<section class="card" aria-label="Last refusals">
${table(html`<h2>Last refusals <small>newest first, equal ones together</small></h2>`, groups.slice(0, SHOWN))}
${
  rest.length === 0
    ? undefined
    : html`<details><summary>${counted(rest.length, 'older one')}</summary>
${table(html`<h2>Older refusals</h2>`, rest)}
</details>`
}
</section>`
}

function table(caption: Html, groups: readonly GroupedRefusal[]): Html {
  return html`<table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">Time (UTC)</th><th role="columnheader" scope="col">Route</th>
<th role="columnheader" scope="col">Reason and evidence</th><th role="columnheader" scope="col">Request</th>
</tr></thead>
<tbody role="rowgroup">${groups.map(row)}
</tbody>
</table>`
}

function row({ refusal, times, since }: GroupedRefusal): Html {
  const { time, route, outcome, reason, evidence = {} } = refusal
  const many = times === 1 ? undefined : html`<br><span class="quiet">${withCommas(times)} times</span>`
  const begin = times === 1 ? undefined : html`<br><span class="quiet">since ${since.slice(11, 19)}</span>`
  const observed =
    outcome === 'would_deny' ? html` <span class="quiet">(let pass, as the route is observed)</span>` : undefined
  return html`
<tr role="row"><td role="cell" class="time"><time datetime="${time}">${time.slice(11, 19)}</time>${many}${begin}</td>
<th role="rowheader" scope="row"><bdi>${route}</bdi></th>
<td role="cell"><code${isExpected(reason) ? html` class="quiet"` : undefined}>${reason}</code>${observed}${evidenceList(evidence)}</td>
<td role="cell" class="code">${request(refusal)}</td></tr>`
}

/** Part of every healthy login. */
function isExpected(reason: Refusal['reason']): boolean {
  return Object.hasOwn(DENIALS, reason) && denialRow(reason as Reason).expected
}

function evidenceList(evidence: DenialEvidence): Html | undefined {
  const members = Object.entries(evidence)
  if (members.length === 0) return undefined
  return html`<dl class="inline">${members.map(
    ([name, value]) =>
      html`<dt>${wordsOf(name)}:</dt> <dd><bdi>${typeof value === 'object' ? value.join(', ') : value}</bdi></dd>`,
  )}</dl>`
}

/** `unverifiedIssuer` as `unverified issuer`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** Who asked for what, as the log line has it. */
function request(refusal: GroupedRefusal['refusal']): Html {
  const { method, host, path, mcpMethod, mcpName } = refusal
  const asked = method === undefined ? undefined : html`${method} <bdi>${host}${path}</bdi>`
  const call = mcpMethod === undefined ? undefined : html`<br><bdi>${[mcpMethod, mcpName ?? ''].join(' ').trim()}</bdi>`
  const by = askerOf(refusal).map(
    ([label, text], index) =>
      html`${asked === undefined && index === 0 ? undefined : html`<br>`}<span class="quiet"><bdi>${label}</bdi></span> <bdi>${text}</bdi>`,
  )
  return html`${asked}${call}${by}`
}
