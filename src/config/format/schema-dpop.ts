import * as z from 'zod'
import { keyMap } from './key-map.ts'
import { duration, nonEmptyList, plainText } from './schema-text.ts'

const mode = z.enum(['off', 'accepted', 'required'])

/** The keys of a `dpop:` that is a map. */
export const dpopShape = {
  mode: mode
    .default('accepted')
    .describe(
      '`accepted`: a token that is bound to a key needs a proof by that key. `required`: every token does. `off`: the scheme `DPoP` is not accepted, and bound tokens are refused.',
    ),
  algorithms: nonEmptyList(
    z.enum(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']),
  )
    .default(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'])
    .describe('Signature algorithms that a proof may have; they are announced to clients.'),
  maxAge: duration
    .default('5m')
    .describe('How far the time in a proof may be from ours, in the past or in the future; 10s to 1h.'),
  nonceSecretFile: plainText.optional().meta({
    description:
      'File with at least 32 random bytes, the same for all replicas. Every proof then needs a nonce that is derived from it, valid for 5 to 10 minutes.',
    otherwise: 'no nonce is required',
  }),
  replay: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe(
      '`refuse`: a proof passes once. Each process remembers only its own, and a repeated call of the proxy is refused.',
    ),
}

/** `dpop:`, as a word or as a map. */
export const dpop = z.union([mode, keyMap(dpopShape).meta({ title: 'map, below' })], {
  error: 'must be off, accepted, required, or a map such as { mode: required, maxAge: 1m }',
})
