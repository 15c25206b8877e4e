import type { Vector } from './vector.ts'

/** The places in which two rows ask something else; a row and its twin have one. */
export function differences(one: Vector, other: Vector): readonly string[] {
  const [left, right] = [leaves(one), leaves(other)]
  return [...new Set([...left.keys(), ...right.keys()])].filter((place) => left.get(place) !== right.get(place))
}

/** What is asked, as `place: value` of each leaf; a list is one leaf. */
function leaves({ route, request, token, proof, credentials, keysDown, bug }: Vector): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const walk = (place: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || 'inSeconds' in value)
      found.set(place, JSON.stringify(value))
    else for (const [name, member] of Object.entries(value)) walk(`${place}/${name}`, member)
  }
  if (proof !== undefined) found.set('proof', 'is sent')
  if (token !== undefined) found.set('token', 'is sent')
  for (const [name, value] of Object.entries({ route, request, token, proof, credentials, keysDown, bug })) {
    if (value !== undefined) walk(name, value)
  }
  return found
}
