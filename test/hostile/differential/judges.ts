import { createPublicKey, type JsonWebKey } from 'node:crypto'
import jwt, { type Algorithm, type VerifyOptions } from 'jsonwebtoken'
import { clockTolerance, customFetch, validateJwtAccessToken } from 'oauth4webapi'
import { parse } from '../../../src/config/parse.ts'
import type { Denial } from '../../../src/decision/denial.ts'
import { NOW } from '../../conformance/configuration.ts'
import { createInProcess } from '../../conformance/transport.ts'
import { AUDIENCE, ISSUER, type Keys } from './token-draft.ts'

/** Undefined where a token is taken, else the words in which it is refused. */
export type Verdict = string | undefined

/** Judges `Authorization: <credentials>`; the clock of the process must be at NOW. */
export type Judge = (credentials: string, token: string) => Promise<Verdict>

/** The very decision of the product, on a route that requires nothing but a good token. */
export function createOurJudge(keys: Keys): Judge {
  const text = `
issuers: { main: { issuer: "${ISSUER}", jwksUri: https://keys.example.com/main } }
routes: { api: { resource: https://api.example.com/api, audience: [${AUDIENCE}] } }
`
  const parsed = parse([{ file: 'config.yaml', text }], { now: NOW, readFile: () => ({ error: 'none' }) })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const forge = { keySet: () => ({ keys: keys.jwks }), make: ({ text = '' }: { readonly text?: string }) => text }
  const ask = createInProcess(parsed.config, forge)
  return async (credentials) => {
    const { decision } = await ask({
      ...{ id: 'generated', spec: '-', title: '-', route: 'api', credentials },
      expect: { status: 200, reason: 'token' },
    })
    return decision.outcome === 'allow' ? undefined : words('denial' in decision ? decision.denial : undefined)
  }
}

/** oauth4webapi's check for resource servers: RFC 9068 to the letter. */
export function createOauth4webapiJudge(keys: Keys): Judge {
  const server = { issuer: ISSUER, jwks_uri: 'https://keys.example.com/main' }
  const options = {
    [customFetch]: () => Promise.resolve(Response.json({ keys: keys.jwks })),
    [clockTolerance]: 30,
  }
  return async (authorization, token) => {
    try {
      const request = new Request('https://api.example.com/api', { headers: { authorization } })
      await validateJwtAccessToken(server, request, AUDIENCE, options)
      return undefined
    } catch (error) {
      return errorText(error, token)
    }
  }
}

/** jsonwebtoken, as most Node services use it: the key by its kid, an allow-list of algorithms, issuer and audience. */
export function createJsonwebtokenJudge(keys: Keys): Judge {
  const imported = new Map(
    keys.jwks.map((jwk) => [jwk['kid'], { jwk, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) }]),
  )
  const algorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as Algorithm[]
  const options: VerifyOptions = {
    ...{ algorithms, audience: AUDIENCE, issuer: ISSUER },
    ...{ clockTimestamp: NOW, clockTolerance: 30 },
  }
  return (_, token) =>
    new Promise((settle) => {
      const findKey: Parameters<typeof jwt.verify>[1] = (header, give) => {
        const found = imported.get(header.kid)
        give(found === undefined ? new Error('no key of this kid') : null, found?.key)
      }
      try {
        jwt.verify(token, findKey as never, options, (error) =>
          settle(error === null ? undefined : errorText(error, token)),
        )
      } catch (error) {
        settle(`threw: ${errorText(error, token)}`)
      }
    })
}

function words(denial: Denial | undefined): string {
  if (denial === undefined) return 'no denial'
  const { reason } = denial
  if ('problem' in denial)
    return 'claim' in denial ? `${reason}: ${denial.claim} ${denial.problem}` : `${reason}: ${denial.problem}`
  return 'claim' in denial ? `${reason}: ${denial.claim}` : reason
}

/** What they say, and the members of the header that it may be about. */
function errorText(error: unknown, token: string): string {
  return `${error instanceof Error ? error.message : String(error)} (${headerText(token)})`
}

function headerText(token: string): string {
  try {
    const { alg, kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
    return `alg ${alg}, kid ${kid}`
  } catch {
    return 'no header'
  }
}
