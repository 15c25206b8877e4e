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
