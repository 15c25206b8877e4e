import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const spec = 'DESIGN §4 accept: each entry binds its issuer to its own requirements'
const row = (id: string, token: Vector['token'] & object, expect: Vector['expect'], twin?: string): Vector => ({
  id: `accept-${id}`,
  spec,
  title: id.replaceAll('-', ' '),
  route: 'accept',
  token,
  expect,
  ...(twin === undefined ? {} : { twin }),
})
const PIPELINE = { issuer: 'twin', claims: { repository: 'me/infra' } }

/** Several ways in. */
export const ACCEPT: readonly Vector[] = [
  row('first', { claims: { scope: 'deploy' } }, ALLOWED),
  row('first-short', { claims: { scope: 'mcp:read' } }, { status: 403, reason: 'scope_insufficient' }, 'accept-first'),
  row('second', PIPELINE, ALLOWED),
  row(
    'second-claim',
    { issuer: 'twin', claims: { repository: 'you/infra' } },
    { status: 403, reason: 'claim_not_allowed' },
    'accept-second',
  ),
  row('no-mixing', { issuer: 'twin', claims: { scope: 'deploy' } }, { status: 403, reason: 'claim_not_allowed' }),
  row('no-mixing-back', { claims: { repository: 'me/infra' } }, { status: 403, reason: 'scope_insufficient' }),
  row('third', { claims: { aud: 'machines', client_id: 'robot' } }, ALLOWED),
  row(
    'third-client',
    { claims: { aud: 'machines', client_id: 'claude' } },
    { status: 403, reason: 'client_not_allowed' },
    'accept-third',
  ),
  row(
    'no-audience',
    { claims: { aud: 'x', client_id: 'robot' } },
    { status: 401, reason: 'audience_mismatch' },
    'accept-third',
  ),
  row('issuer-of-no-entry', { issuer: 'strict' }, { status: 401, reason: 'issuer_untrusted' }),
]
