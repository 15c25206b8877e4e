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
