/**
 * Every step of a decision, in the order in which they are taken. Scripts read these words. A new step gets its place
 * here, and every itinerary has it; each guard names its step where it refuses.
 */
export const STEPS = [
  'route',
  'forwarded request',
  'match',
  'header names',
  'origin',
  'preflight',
  'credentials',
  'token',
  'issuer',
  'algorithm',
  'key',
  'signature',
  'token type',
  'token claims',
  'time',
  'lifetime',
  'audience',
  'revocation',
  'proof',
  'client',
  'authentication',
  'scopes',
  'claims',
  'rules',
  'mcp',
  'identity',
  'end',
] as const

export type Step = (typeof STEPS)[number]

/** What finds the route: the name in the address, or host and path, which must have been read before. */
type PlacedBy = 'name' | 'path'

/** What a token is to its reader: a JWT, or a text that only its issuer understands. */
export type TokenForm = 'jwt' | 'opaque'

/** When the body is read: routes without `mcp` never do; without credentials it decides whether a token is needed. */
type BodyRead = 'never' | 'before token' | 'after token'

/**
 * The steps of one kind of request, in the order in which they are taken. A decision ends at one of them: those before it
 * passed, those after it were not reached or not needed.
 */
export interface Itinerary {
  readonly placedBy: PlacedBy
  readonly token: TokenForm
  readonly body: BodyRead
  readonly steps: readonly Step[]
}

/** The itinerary of this kind of request: a constant, as this is asked for each request. */
export function itineraryOf(placedBy: PlacedBy, token: TokenForm, body: BodyRead): Itinerary {
  return ITINERARIES[placedBy][token][body]
}

/** Whether the one step comes after the other. */
export function isLater(step: Step, other: Step): boolean {
  return STEPS.indexOf(step) > STEPS.indexOf(other)
}

/** Steps that only a signed JWT takes. */
const OF_A_JWT: ReadonlySet<Step> = new Set(['algorithm', 'key', 'signature'])

function compose(placedBy: PlacedBy, token: TokenForm, body: BodyRead): Itinerary {
  const first: readonly Step[] = placedBy === 'name' ? ['route', 'forwarded request'] : ['forwarded request', 'route']
  const others = STEPS.filter((step) => !first.includes(step) && step !== 'end' && step !== 'mcp')
  const steps = [...first, ...others.filter((step) => token === 'jwt' || !OF_A_JWT.has(step))]
  if (body !== 'never') steps.splice(steps.indexOf(body === 'before token' ? 'credentials' : 'rules') + 1, 0, 'mcp')
  return { placedBy, token, body, steps }
}

function byBody(placedBy: PlacedBy, token: TokenForm): Readonly<Record<BodyRead, Itinerary>> {
  return {
    never: compose(placedBy, token, 'never'),
    'before token': compose(placedBy, token, 'before token'),
    'after token': compose(placedBy, token, 'after token'),
  }
}

const ITINERARIES = {
  name: { jwt: byBody('name', 'jwt'), opaque: byBody('name', 'opaque') },
  path: { jwt: byBody('path', 'jwt'), opaque: byBody('path', 'opaque') },
} as const
