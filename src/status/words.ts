import type { NameChanges } from '../config/changes.ts'
import { formatSpan } from '../config/time.ts'
import type { ConfigurationStatus } from './status.ts'

/** `12:03 UTC`, with the day (`29 Nov`) if it is more than half a day from `now`. Both RFC 3339. */
export function clockTime(time: string, now: string): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T')
  const isNear = Math.abs(Date.parse(now) - Date.parse(time)) < 12 * 60 * 60 * 1000
  return `${isNear ? '' : `${day(date)} `}${clock.slice(0, 5)} UTC`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function day(date: string): string {
  return `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`
}

/** `14 m ago`, `in 2 h 5 m`, `now`: from `now` to `time`, both RFC 3339. */
export function distance(time: string, now: string): string {
  const seconds = Math.round((Date.parse(time) - Date.parse(now)) / 1000)
  if (seconds === 0) return 'now'
  return seconds < 0 ? `${formatSpan(seconds)} ago` : `in ${formatSpan(seconds)}`
}

/** `1,204 requests`, `1 request`. */
export function counted(count: number, noun: string): string {
  return `${withCommas(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `1,204`. */
export function withCommas(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** The first five of a list, and how many more. */
export function shortList(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).join(', ')
  return texts.length > 5 ? `${shown} and ${texts.length - 5} more` : shown
}

/** What the last load changed, in words; undefined at the start. */
export function changesText({ first, changes }: ConfigurationStatus): string | undefined {
  if (first) return undefined
  const { routes, issuers, revocationsChanged } = changes
  const all = [
    ...namesText('route', routes),
    ...namesText('issuer', issuers),
    ...(revocationsChanged ? ['revocations'] : []),
  ]
  return all.length === 0 ? 'nothing that matters' : all.join('; ')
}

function namesText(noun: string, changes: NameChanges): readonly string[] {
  return (['added', 'changed', 'removed'] as const).flatMap((how) => {
    const names = changes[how]
    return names.length === 0 ? [] : [`${noun}${names.length === 1 ? '' : 's'} ${how}: ${names.join(', ')}`]
  })
}
