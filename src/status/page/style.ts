import { createHash } from 'node:crypto'

/** The whole style of the page: no file, no font and no script is loaded. Contrast is WCAG AA at least, in both themes. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --line: #d9dee5; --text: #1b222c; --quiet: #55606f; --link: #0b57b0;
  --ok: #13693b; --ok-back: #e3f4ea; --warning: #7a4b00; --warning-back: #fdf0d5; --problem: #a81d1d; --problem-back: #fde8e6;
  --bar-ok: #3f9d6b; --bar-refused: #d0483e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161c; --card: #1a2029; --line: #303947; --text: #e4e9f0; --quiet: #a1adbd; --link: #82b6ff;
    --ok: #7fd6a4; --ok-back: #173526; --warning: #f2c063; --warning-back: #3a2c0f; --problem: #ff9c92; --problem-back: #431d1b;
    --bar-ok: #4fae7c; --bar-refused: #e8685d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 1320px; margin: 0 auto; padding: 0 16px; }
header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding-top: 12px; }
header p { margin: 0; color: var(--quiet); }
header .name { color: var(--text); font-weight: 600; font-size: 16px; }
nav { margin-left: auto; display: flex; gap: 16px; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
h1 { margin: 0; font-size: 21px; line-height: 1.25; }
h2 { margin: 0 0 8px; font-size: 14px; font-weight: 600; }
h3 { margin: 0; font-size: 14px; }
ul { margin: 0; padding: 0; list-style: none; }
.verdict { margin: 10px 0 14px; padding: 12px 16px; border: 1px solid; border-left-width: 6px; border-radius: 6px; }
.verdict.ok { color: var(--ok); background: var(--ok-back); }
.verdict.warning { color: var(--warning); background: var(--warning-back); }
.verdict.problem { color: var(--problem); background: var(--problem-back); }
.verdict p { color: var(--text); }
.verdict p.summary { color: var(--quiet); }
.findings > li { margin-top: 10px; padding-top: 10px; border-top: 1px solid var(--line); }
.findings h2 { margin: 0; font-size: 15px; }
.findings > li.warning h2 { color: var(--warning); }
.findings > li.problem h2 { color: var(--problem); }
.verdict p { margin: 2px 0 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 360px; gap: 14px; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px; margin-bottom: 14px; }
.side .card:last-child { margin-bottom: 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; }
caption h2 { margin-bottom: 6px; }
h2 small { font-weight: 400; color: var(--quiet); font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; color: var(--quiet); font-weight: 500; font-size: 12.5px; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 8em; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.quiet { color: var(--quiet); }
.state { font-weight: 600; white-space: nowrap; }
.state.ok { color: var(--ok); } .state.warning { color: var(--warning); } .state.problem { color: var(--problem); } .state.quiet { color: var(--quiet); font-weight: 400; }
td > code { white-space: nowrap; }
code, .code { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.issuer + .issuer { margin-top: 10px; padding-top: 10px; border-top: 1px solid var(--line); }
.issuer h3 { display: flex; justify-content: space-between; gap: 12px; font-size: 14px; }
.inline { display: block; } .inline dt, .inline dd { display: inline; } .inline dd::after { content: ""; display: block; }
svg { display: block; width: 90px; height: 22px; }
.bar-ok { fill: var(--bar-ok); } .bar-refused { fill: var(--bar-refused); } .base { fill: var(--line); }
details li { padding: 3px 0; overflow-wrap: anywhere; }
details > summary { cursor: pointer; color: var(--link); padding: 6px 0 0; }
footer { padding-bottom: 20px; color: var(--quiet); }
@media (max-width: 900px) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) {
  header, main, footer { padding-left: 10px; padding-right: 10px; }
  nav { margin-left: 0; }
  .verdict, .card { padding: 10px 12px; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, th, td { display: block; }
  tr { padding: 8px 0; border-top: 1px solid var(--line); }
  th, td, .number { padding: 1px 0; border: 0; text-align: left; white-space: normal; }
  td.number { display: inline-block; margin-right: 16px; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); font-family: system-ui, sans-serif; }
  td.empty { display: none; }
}
`

/** The value of Content-Security-Policy: this style, and nothing else; no frame shows the page, no form leaves it. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
