import { renderRules } from '../../deploy/prometheus/rules.ts'

/** How much faster than real time the exercise runs: every window, `for`, offset and age of the rules is divided by it. */
export const SCALE = 20

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** The shipped rules in the time of the exercise. Rates are per second and stay as they are. */
export function scaledRules(): string {
  return renderRules()
    .replaceAll(/\[(\d+)([smhd])\]/g, (_, count: string, unit: string) => `[${scaled(count, unit)}]`)
    .replaceAll(/offset (\d+)([smhd])/g, (_, count: string, unit: string) => `offset ${scaled(count, unit)}`)
    .replaceAll(/for: (\d+)([smhd])/g, (_, count: string, unit: string) => `for: ${scaled(count, unit)}`)
    .replaceAll(
      /(\d+) \* (3600|86400)/g,
      (_, count: string, unit: string) => `${(Number(count) * Number(unit)) / SCALE}`,
    )
}

function scaled(count: string, unit: string): string {
  return `${(Number(count) * 1000 * (SECONDS[unit] ?? 1)) / SCALE}ms`
}
