import { type Page, plain, type Style } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { askerOf, type GroupedRefusal, groupRefusals } from '../../status/grouped-refusals.ts'
import type { IssuerReport, RouteCounts, RouteStatus, State, Status } from '../../status/status.ts'
import { verdictOf } from '../../status/verdict.ts'
import { changesText, clockTime, counted, distance, withCommas } from '../../status/words.ts'

const STYLES: Readonly<Record<State, Style>> = { ok: 'good', warning: 'doubtful', problem: 'bad' }

/** Refusals that fit on a screen; `--format json` has them all. */
const MAX_REFUSALS = 8

const ROUTE_STATES: Readonly<Record<RouteStatus['state'], readonly [style: Style, text: string]>> = {
  refusing: ['bad', 'refuses all'],
  login_loop: ['bad', 'login loop'],
  ok: ['good', 'ok'],
  quiet: ['quiet', 'no requests'],
}

const ISSUER_STATES: Readonly<Record<IssuerReport['state'], readonly [style: Style, text: string]>> = {
  ok: ['good', 'ok'],
  waiting: ['doubtful', 'waiting for keys'],
  failing: ['doubtful', 'cannot refresh'],
  down: ['bad', 'no keys'],
}

/** The status page for a terminal: the same words in the same order. */
export function statusText(status: Status, page: Page): string {
  const blocks = [verdict(status, page), routes(status, page), refusals(status, page), issuers(status, page)]
  const all = [...blocks, configuration(status, page), certificate(status, page)]
  return `${all
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function verdict(status: Status, { paint, width }: Page): readonly string[] {
  const { headline, summary, process } = verdictOf(status)
  const style = STYLES[status.state]
  const [only, ...others] = status.findings
  const details = (texts: readonly string[]) => texts.map((text) => wrap(`  ${plain(text)}`, width, 4))
  return [
    paint(style, plain(headline)),
    ...(only !== undefined && others.length === 0
      ? details(only.details)
      : status.findings.flatMap(({ state, text, details: texts }) => [
          paint(STYLES[state], `${state}: ${plain(text)}`),
          ...details(texts),
        ])),
    paint('quiet', wrap(`forwardgate ${plain(process)}, as of ${clockTime(status.time, status.time)}`, width)),
    paint('quiet', wrap(summary, width)),
  ]
}

function routes({ routes: all, unmatched }: Status, { paint, width }: Page): readonly string[] {
  const names = Math.max(...all.map(({ name }) => name.length), 'no route'.length)
  const line = (name: string, [style, text]: readonly [Style, string], counts: RouteCounts): string => {
    const numbers = `${withCommas(counts.allowed)} allowed, ${withCommas(counts.refused)} refused`
    const reasons = counts.reasons.filter(({ outcome }) => outcome !== 'allow')
    const why = reasons.map(
      ({ outcome, reason, count }) => `${reason} ${withCommas(count)}${outcome === 'would_deny' ? ' let pass' : ''}`,
    )
    const told = why.length === 0 ? numbers : `${numbers}: ${plain(why.join(', '))}`
    return wrap(`  ${plain(name).padEnd(names)}  ${paint(style, text.padEnd(11))}  ${told}`, width, names + 17)
  }
  return [
    paint('strong', 'Routes, last 15 minutes'),
    ...all.map((route) => line(route.name, ROUTE_STATES[route.state], route)),
    ...(unmatched.reasons.length === 0 ? [] : [line('no route', ['quiet', ''], unmatched)]),
  ]
}

function refusals({ refusals: all }: Status, { paint, width }: Page): readonly string[] {
  const groups = groupRefusals(all)
  if (groups.length === 0) return []
  const left = groups.length - MAX_REFUSALS
  return [
    paint('strong', 'Last refusals, newest first'),
    ...groups.slice(0, MAX_REFUSALS).flatMap((group) => refusalLines(group, width)),
    ...(left > 0 ? [paint('quiet', `  ${counted(left, 'older one')} in --format json`)] : []),
  ]
}

function refusalLines({ refusal, times }: GroupedRefusal, width: number): readonly string[] {
  const { time, route, reason, method, host, path, evidence = {} } = refusal
  const many = times === 1 ? '' : `, ${withCommas(times)} times`
  const asked = method === undefined ? '' : `: ${method} ${host}${path}`
  const by = askerOf(refusal).map(([label, text]) => `${label} ${text}`)
  const seen = Object.entries(evidence).map(
    ([name, value]) => `${name} ${typeof value === 'object' ? value.join(', ') : value}`,
  )
  return [
    wrap(`  ${time.slice(11, 19)} ${plain(`${route} ${reason}${many}${asked}`)}`, width, 11),
    ...[...by, ...seen].map((text) => wrap(`           ${plain(text)}`, width, 13)),
  ]
}

function issuers({ issuers: all, time }: Status, { paint, width }: Page): readonly string[] {
  const names = Math.max(...all.map(({ name }) => name.length))
  return [
    paint('strong', 'Issuers'),
    ...all.map((issuer) => {
      const [style, text] = ISSUER_STATES[issuer.state]
      return wrap(
        `  ${plain(issuer.name).padEnd(names)}  ${paint(style, text)}  ${plain(issuerText(issuer, time))}`,
        width,
        names + 4,
      )
    }),
  ]
}

function issuerText(
  { source, keys, keysAt, validUntil, lastError, introspectionError }: IssuerReport,
  now: string,
): string {
  const parts = [
    counted(keys, source === 'tokensFile' ? 'token' : 'key'),
    ...(keysAt === undefined ? [] : [`read ${distance(keysAt, now)}`]),
    ...(validUntil === undefined ? [] : [`serve until ${clockTime(validUntil, now)}`]),
    ...(lastError === undefined ? [] : [`last error: ${lastError}`]),
    ...(introspectionError === undefined ? [] : [`introspection: ${introspectionError}`]),
  ]
  return parts.join(', ')
}

function configuration({ configuration: loaded, time }: Status, { paint, width }: Page): readonly string[] {
  const { source, loadedAt, warnings } = loaded
  const changed = changesText(loaded)
  return [
    paint('strong', 'Configuration'),
    wrap(`  ${plain(source)}, loaded at ${clockTime(loadedAt, time)} (${distance(loadedAt, time)})`, width, 4),
    ...(changed === undefined ? [] : [wrap(`  last reload: ${plain(changed)}`, width, 4)]),
    ...warnings.map((warning) => wrap(`  warning: ${plain(warning)}`, width, 4)),
  ]
}

function certificate({ certificate: shown, time }: Status, { paint, width }: Page): readonly string[] {
  if (shown === undefined) return []
  const line = `  ${plain(shown.names)}, expires ${shown.validTo.slice(0, 10)} (${distance(shown.validTo, time)})`
  return [paint('strong', 'Certificate'), wrap(line, width, 4)]
}
