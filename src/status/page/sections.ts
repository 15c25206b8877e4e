import type { CertificateStatus, IssuerReport, Status } from '../status.ts'
import { changesText, clockTime, counted, distance } from '../words.ts'
import { type Html, html } from './html.ts'

const ISSUER_STATES = {
  ok: { class: 'ok', text: 'ok' },
  waiting: { class: 'warning', text: 'waiting for keys' },
  failing: { class: 'warning', text: 'cannot refresh' },
  down: { class: 'problem', text: 'no keys' },
} as const satisfies Record<IssuerReport['state'], object>

/** The issuers with their keys. */
export function issuersSection({ issuers, time }: Status): Html {
  return html`<section class="card" aria-labelledby="issuers"><h2 id="issuers">Issuers</h2>${issuers.map((issuer) => issuerPart(issuer, time))}
</section>`
}

function issuerPart(issuer: IssuerReport, now: string): Html {
  const { name, state, source, keys, keysAt, validUntil, lastError, introspectionError, registration } = issuer
  const { class: kind, text } = ISSUER_STATES[state]
  return html`
<div class="issuer"><h3><bdi>${name}</bdi><span class="state ${kind}">${text}</span></h3>
<dl>${pair(source === 'tokensFile' ? 'tokens' : 'keys', keysAt === undefined ? `${keys}` : `${keys}, read ${distance(keysAt, now)}`)}${
    validUntil === undefined
      ? undefined
      : pair('serve until', `${clockTime(validUntil, now)} (${distance(validUntil, now)})`)
  }${pair('last error', lastError)}${pair('introspection', introspectionError)}${pair('registration', registration)}</dl></div>`
}

/** The configuration in use, and the one that was refused after it. */
export function configurationSection({ configuration, time }: Status): Html {
  const { source, loadedAt, warnings, refused } = configuration
  const loaded = `${clockTime(loadedAt, time)} (${distance(loadedAt, time)})`
  return html`<section class="card" aria-labelledby="configuration"><h2 id="configuration">Configuration</h2>
<dl>${pair('source', source)}${pair('loaded', loaded)}${pair('last reload', changesText(configuration))}</dl>
${refused === undefined ? undefined : folded(`refused at ${clockTime(refused.at, time)}`, refused.problems)}${
  warnings.length === 0 ? undefined : folded(counted(warnings.length, 'warning'), warnings)
}
</section>`
}

function folded(summary: string, texts: readonly string[]): Html {
  const items = texts.map((text) => html`<li><bdi>${text}</bdi></li>`)
  return html`<details><summary>${summary}</summary><ul>${items}</ul></details>`
}

/** The certificate of the auth port, if it has one. */
export function certificateSection({ certificate, time }: Status): Html | undefined {
  if (certificate === undefined) return undefined
  const { names, validTo } = certificate
  return html`<section class="card" aria-labelledby="certificate"><h2 id="certificate">Certificate</h2>
<dl>${pair('for', names)}${pair('expires', `${validTo.slice(0, 10)} (${distance(validTo, time)})`)}${pair('refused', refusedText(certificate, time))}</dl>
</section>`
}

function refusedText({ refused }: CertificateStatus, time: string): string | undefined {
  return refused === undefined ? undefined : `${clockTime(refused.at, time)}: ${refused.problems.join('; ')}`
}

function pair(term: string, text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<dt>${term}</dt><dd><bdi>${text}</bdi></dd>`
}
