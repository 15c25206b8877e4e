import type { MutantFamily } from './mutant.ts'
import { ANSWER_MUTANTS } from './mutants-answer.ts'
import { CONFIG_MUTANTS } from './mutants-config.ts'
import { CREDENTIALS_MUTANTS } from './mutants-credentials.ts'
import { KEY_MUTANTS } from './mutants-keys.ts'
import { MCP_MUTANTS } from './mutants-mcp.ts'
import { REGISTRATION_MUTANTS } from './mutants-registration.ts'
import { REQUEST_MUTANTS } from './mutants-request.ts'
import { TOKEN_MUTANTS } from './mutants-token.ts'
import { TRANSPORT_MUTANTS } from './mutants-transport.ts'

/** Every security check that is taken out in turn. */
export const MUTANTS: readonly MutantFamily[] = [
  ...REQUEST_MUTANTS,
  ...TOKEN_MUTANTS,
  ...CREDENTIALS_MUTANTS,
  ...ANSWER_MUTANTS,
  ...KEY_MUTANTS,
  ...CONFIG_MUTANTS,
  ...TRANSPORT_MUTANTS,
  ...REGISTRATION_MUTANTS,
  ...MCP_MUTANTS,
]
