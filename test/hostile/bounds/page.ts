import { cpuTime } from './cpu-time.ts'
import type { Place } from './place.ts'
import { BODY_PLACES } from './places-body.ts'
import { REQUEST_PLACES } from './places-request.ts'
import { TOKEN_PLACES } from './places-token.ts'

/** Every place, in the order of a decision. */
export const PLACES: readonly Place[] = [...REQUEST_PLACES, ...TOKEN_PLACES, ...BODY_PLACES]

/**
 * The table of all places, as Markdown. The times of `now`, the table as it is, are kept: they are those of one machine,
 * and only a new line is measured.
 */
export function boundsTable(now: string): string {
  const times = new Map(
    [...now.matchAll(/^\| \[(.+?)\]\(.* \| ([^|]+ ms) \|$/gm)].map(([, work, time]) => [work, time]),
  )
  const rows = PLACES.map((place) => {
    const { work, file, input, bound } = place
    return `| [${work}](../${file}) | ${input} | ${bound} | ${times.get(work) ?? costAtBound(place)} |`
  })
  return ['| Work | Input | Bound | CPU time there |', '|---|---|---|---|', ...rows].join('\n')
}

function costAtBound({ shapes, largest }: Place): string {
  const milliseconds = Math.max(...Object.values(shapes).map((make) => cpuTime(make(largest))))
  return `${milliseconds < 0.1 ? '< 0.1' : milliseconds.toPrecision(2)} ms`
}
