import type { State, Status, StatusFinding } from '../status.ts'
import { verdictOf } from '../verdict.ts'
import { Html, html } from './html.ts'
import { refusalsSection } from './refusals.ts'
import { routesSection } from './routes.ts'
import { certificateSection, configurationSection, issuersSection } from './sections.ts'
import { STYLE } from './style.ts'

/** The status page. Without script, and whole without style; everything in it comes from `status`. */
export function renderPage(status: Status): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${SYMBOLS[status.state]} ${verdictOf(status).headline} – forwardgate</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${header(status)}
<main>
${verdict(status)}
<div class="columns">
<div>
${routesSection(status)}
${refusalsSection(status)}
</div>
<div class="side">
${issuersSection(status)}
${configurationSection(status)}
${certificateSection(status)}
</div>
</div>
</main>
</body>
</html>
`.text
}

/** Beside the words, for those who do not see the colour. */
const SYMBOLS: Readonly<Record<State, string>> = { ok: '✓', warning: '!', problem: '✗' }

function header(status: Status): Html {
  const { time } = status
  return html`<header>
<p class="name">forwardgate</p>
<p>${verdictOf(status).process}</p>
<p>as of <time datetime="${time}">${time.slice(11, 19)} UTC</time></p>
<nav aria-label="This port"><a href="">Reload</a><a href="status.json">JSON</a><a href="metrics">Metrics</a></nav>
</header>`
}

function verdict(status: Status): Html {
  const { headline, summary } = verdictOf(status)
  const { state, findings } = status
  return html`<section class="verdict ${state}" aria-labelledby="verdict">
<h1 id="verdict"><span aria-hidden="true">${SYMBOLS[state]}</span> <bdi>${headline}</bdi></h1>
${findings.length === 1 ? detailParts(findings) : undefined}<p class="summary">${summary}</p>
${findings.length > 1 ? findingList(findings) : undefined}
</section>`
}

function findingList(findings: readonly StatusFinding[]): Html {
  return html`<ul class="findings">${findings.map(
    (finding) => html`
<li class="${finding.state}"><h2><bdi>${finding.text}</bdi></h2>${detailParts([finding])}</li>`,
  )}
</ul>`
}

function detailParts(findings: readonly StatusFinding[]): readonly Html[] {
  return findings.flatMap(({ details }) => details.map((detail) => html`<p><bdi>${detail}</bdi></p>`))
}
