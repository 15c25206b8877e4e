import { createSecretKey } from 'node:crypto'
import { parse } from '../../../src/config/parse.ts'
import { tooLarge } from '../../../src/decision/mcp/mcp.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import { assessToken } from '../../../src/decision/token/assessed-token.ts'
import { createPending } from '../../../src/http/app.ts'
import { FORWARD_AUTH } from '../../../src/http/dialects/dialect.ts'
import { createVerifyEndpoint } from '../../../src/http/verify.ts'
import { createProofDeps } from '../../../src/issuers/asking.ts'
import { decisionKind, decisionRecord } from '../../../src/telemetry/decision-record.ts'
import { NOW } from '../../conformance/configuration.ts'
import { signTexts } from '../../support/fake-issuer-keys.ts'

const SECRET_FILE = Buffer.from('s'.repeat(32))
const SECRET = createSecretKey(SECRET_FILE)

/** A route for every way in which a stranger's text is worked on. */
const CONFIGURATION = `
issuers:
  main: { issuer: https://id.example.com, secretFile: secret }
  opaque:
    issuer: https://opaque.example.com
    jwksUri: https://opaque.example.com/keys
    introspection: { endpoint: https://opaque.example.com/introspect, clientId: a, clientSecretFile: secret }
defaults: { issuers: [main] }
routes:
  rules:
    resource: https://h.example.com/rules
    identityHeaders: { X-Auth-Subject: sub, X-Groups: groups, X-Scopes: "@scopes" }
    upstreamAuthorization: { claim: backend }
    rules:
      - { paths: [/rules/admin, /rules/caf%C3%A9/deep/down], scopes: [admin] }
      - { methods: [DELETE], scopes: [admin] }
  cookie: { resource: https://h.example.com/cookie, anonymous: true, tokenSource: { cookie: t } }
  opaque: { resource: https://h.example.com/opaque, issuers: [opaque] }
  mcp:
    resource: https://h.example.com/mcp
    anonymous: true
    mcp:
      lists: open
      tools: { status: allow, "read_*": [read], "*secret*": [admin] }
      resources: { "note://public/*": allow, "https://h.example.com/*": [read] }
      default: [other]
`

export const ROUTES = ['', '/rules', '/cookie', '/opaque', '/mcp']

/** One request and what its token or the answer about it says. */
export interface CostlyCall {
  readonly route: string
  /** Name, value, name, value … */
  readonly fields: readonly string[]
  readonly body: string
  /** The payload of a signed token; absent where Authorization is among the fields or there is none. */
  readonly payload: string | undefined
  /** What the issuer of opaque tokens answers. */
  readonly answer: string
}

/** Asks the whole decision, its log line included, and resolves with its reason; nothing is remembered between two questions. */
export function openCostWorld(): (call: CostlyCall) => () => Promise<string> {
  const parsed = parse([{ file: 'config.yaml', text: CONFIGURATION }], {
    now: NOW,
    readFile: () => ({ bytes: SECRET_FILE }),
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { config } = parsed
  const routes = buildRouteTable(config.routes)
  const proofs = createProofDeps()
  const keys = [{ kid: undefined, alg: undefined, key: SECRET, live: true }]
  return (call) => {
    const introspect = async () => {
      const { active: _, ...claims } = JSON.parse(call.answer) as Record<string, unknown>
      return { kind: 'active', claims, validity: { live: true } } as const
    }
    const ports = { findKeys: () => keys, introspect }
    const bytes = Buffer.from(call.body)
    const rawHeaders = [...call.fields, ...authorizationOf(call)]
    return () =>
      new Promise((settle, fail) => {
        const verify = createVerifyEndpoint({
          ...{ exposeReason: true, pending: createPending(), onBug: fail },
          policy: () => ({
            ...{ routes, proofs, now: () => NOW },
            assessToken: (token, route) => assessToken(token, route, config.revocations, ports),
          }),
          onDecision: (decision, fields, milliseconds) => {
            decisionKind(decision)
            JSON.stringify(decisionRecord(decision, fields, milliseconds))
            settle(decision.reason)
          },
        })
        const readBody = async (limit: number) =>
          bytes.length > limit ? tooLarge(limit) : ({ ok: true, bytes } as const)
        const target = `/verify${call.route}`
        verify({ dialect: FORWARD_AUTH, method: 'POST', target, rawHeaders }, () => {}, readBody)
      })
  }
}

function authorizationOf({ payload }: CostlyCall): readonly string[] {
  if (payload === undefined) return []
  return ['Authorization', `Bearer ${signTexts('{"alg":"HS256"}', payload, 'HS256', SECRET)}`]
}

/** Bytes that a client had to send. */
export function sizeOf({ fields, body, payload = '', answer, route }: CostlyCall): number {
  const head = fields.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0)
  const said = route === '/opaque' ? Buffer.byteLength(answer) : 0
  return head + Buffer.byteLength(body) + Math.ceil((Buffer.byteLength(payload) * 4) / 3) + said
}
