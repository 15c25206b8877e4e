import type { Attack, Family } from './attack.ts'
import { CLAIMS } from './claims.ts'
import { CREDENTIALS } from './credentials.ts'
import { HTTP2 } from './floods.ts'
import { FORWARDED } from './forwarded.ts'
import { HTTP } from './http.ts'
import { IDENTITY } from './identity.ts'
import { MCP_CALLS } from './mcp.ts'
import { KEYS_AND_CACHE, OPERATIONS } from './operations.ts'
import { PATHS } from './paths.ts'
import { TOKENS } from './tokens.ts'

/** The whole corpus, in the order of the page. */
export const FAMILIES: readonly Family[] = [
  PATHS,
  FORWARDED,
  IDENTITY,
  CREDENTIALS,
  TOKENS,
  CLAIMS,
  MCP_CALLS,
  KEYS_AND_CACHE,
  HTTP,
  HTTP2,
  OPERATIONS,
]

/** Every attack of it. */
export const ATTACKS: readonly Attack[] = FAMILIES.flatMap(({ attacks }) => attacks)
