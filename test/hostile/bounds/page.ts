import type { Place } from './place.ts'
import { BODY_PLACES } from './places-body.ts'
import { REQUEST_PLACES } from './places-request.ts'
import { TOKEN_PLACES } from './places-token.ts'

/** Every place, in the order of a decision. */
export const PLACES: readonly Place[] = [...REQUEST_PLACES, ...TOKEN_PLACES, ...BODY_PLACES]

/** Between these lines of docs/security.md stands what is generated. */
export const BEGIN = '<!-- Bounds: UPDATE_DOCS=1 node --test test/hostile/bounds.test.ts -->'
export const END = '<!-- End of the bounds. -->'

/** The table of all places; `costOf` says what each took at its bound. */
export function boundsTable(costOf: (place: Place) => string): string {
  const rows = PLACES.map((place) => {
    const { work, file, input, bound } = place
    return `| [${work}](../${file}) | ${input} | ${bound} | ${costOf(place)} |`
  })
  return [BEGIN, '', '| Work | Input | Bound | CPU time there |', '|---|---|---|---|', ...rows, '', END].join('\n')
}
