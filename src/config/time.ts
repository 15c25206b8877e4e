const SECONDS = { ms: 0.001, s: 1, m: 60, h: 60 * 60, d: 24 * 60 * 60 } as const

/** Seconds in a duration of the file's form, such as `500ms`, `30s`, `24h`; throws on any other text. */
export function durationSeconds(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  switch (unit) {
    case 'ms':
    case 's':
    case 'm':
    case 'h':
    case 'd':
      return Number(count) * SECONDS[unit]
    default:
      throw new RangeError(`not a duration: ${text}`)
  }
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** `1 h 2 m`: the two largest units. */
export function formatSpan(seconds: number): string {
  let rest = Math.round(Math.abs(seconds))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.length === 0 ? '0 s' : parts.slice(0, 2).join(' ')
}

/** Seconds since the epoch of an RFC 3339 date-time, or of a date alone (midnight, UTC); undefined if there is no such time. */
export function dateTimeSeconds(text: string): number | undefined {
  const [, date, time = 'T00:00:00Z'] =
    /^(\d{4}-\d\d-\d\d)([Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))?$/.exec(text) ?? []
  if (date === undefined) return undefined
  const seconds = Date.parse(`${date}${time.toUpperCase()}`) / 1000
  // Date.parse takes February 30th for March 2nd.
  const exists = new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date.slice(8))
  return Number.isNaN(seconds) || !exists ? undefined : seconds
}
