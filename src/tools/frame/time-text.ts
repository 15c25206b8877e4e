/** Seconds since the epoch of an RFC 3339 date-time, or of such a number itself; undefined for any other text. */
export function parseInstant(text: string): number | undefined {
  if (/^\d{1,11}$/.test(text)) return Number(text)
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const milliseconds = Date.parse(text.toUpperCase().replace(' ', 'T'))
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** `2026-01-01T00:00:00Z`; a number that is not a date as it is. */
export function formatInstant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(/\.\d+Z$/, 'Z')
}
