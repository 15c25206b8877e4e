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
 * Looks at the tokens of a text one by one, before the parser sees them: each costs the parser microseconds, each alias a
 * search, each bracket a stack frame. What it returns is why the text is too much to be read; undefined: read on.
 */
export function createExcess(allowance: YamlAllowance): (token: string) => string | undefined {
  let depth = 0
  let isScalar = false
  return (token) => {
    const sign = isScalar ? '' : token[0]
    isScalar = token === SCALAR
    if (--allowance.tokens < 0) return `holds more than ${allowance.mostTokens} words and signs; split it`
    if (sign === '*' && --allowance.aliases < 0) return `holds more than ${MAX_ALIASES} aliases; write the values out`
    if (sign === '[' || sign === '{') depth++
    if (sign === ']' || sign === '}') depth--
    return depth > MAX_BRACKETS ? TOO_DEEP : undefined
  }
}

/** Why a text cannot be read whose nesting has no end. */
export const TOO_DEEP = 'is nested too deeply to be read'

/** The lexer announces a plain or block scalar by this token. */
const SCALAR = '\x1f'
