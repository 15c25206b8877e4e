import type { Attack, Family } from './attack.ts'
import { CLAIMS } from './claims.ts'
import { CREDENTIALS } from './credentials.ts'
import { FORWARDED } from './forwarded.ts'
import { HTTP } from './http.ts'
import { IDENTITY } from './identity.ts'
import { PATHS } from './paths.ts'
import { TOKENS } from './tokens.ts'

/** The whole corpus, in the order of the page. */
export const FAMILIES: readonly Family[] = [PATHS, FORWARDED, IDENTITY, CREDENTIALS, TOKENS, CLAIMS, HTTP]

/** Every attack of it. */
export const ATTACKS: readonly Attack[] = FAMILIES.flatMap(({ attacks }) => attacks)
