import { Lexer } from 'yaml'
import type { Steps } from '../steps.ts'

/** What may still be read, of one file or of several together; reading takes from it. */
export interface YamlAllowance {
  readonly mostTokens: number
  tokens: number
  aliases: number
}

/** Signs and words of YAML: a configuration of 5,000 routes has about 250,000. */
const MAX_TOKENS = 500_000
const MAX_ALIASES = 1_000
/** Brackets within brackets, before anything recursive sees them. */
const MAX_BRACKETS = 200

/** What one file may hold, or several that are read together. */
export function yamlAllowance(mostTokens = MAX_TOKENS): YamlAllowance {
  return { mostTokens, tokens: mostTokens, aliases: MAX_ALIASES }
}

/**
 * Why a text is too much to be read, found in linear time before the parser sees it: each token costs the parser
 * microseconds, each alias a search, each bracket a stack frame. Undefined when it may be read.
 */
export function* findExcess(text: string, allowance: YamlAllowance): Steps<string | undefined> {
  let depth = 0
  let read = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    if (++read % STEP_TOKENS === 0) yield
    const sign = isScalar ? '' : token[0]
    isScalar = token === SCALAR
    if (--allowance.tokens < 0) return `holds more than ${allowance.mostTokens} words and signs; split it`
    if (sign === '*' && --allowance.aliases < 0) return `holds more than ${MAX_ALIASES} aliases; write the values out`
    if (sign === '[' || sign === '{') depth++
    if (sign === ']' || sign === '}') depth--
    if (depth > MAX_BRACKETS) return 'is nested too deeply to be read'
  }
  return undefined
}

/** Words and signs that are looked at in one step. */
const STEP_TOKENS = 500

/** The lexer announces a plain or block scalar by this token. */
const SCALAR = '\x1f'
