import { type PartlyKnown, partlyKnown } from '../placeholders.ts'
import { goPattern } from './go-pattern.ts'

/** What is asked of a rule: does it match this request? Undefined: it depends on something else of the request. */
export interface Probe {
  readonly host: string
  readonly path: string
}

/** A Traefik rule that was understood. */
export interface RuleExpression {
  readonly matches: (probe: Probe) => boolean | undefined
  /** Arguments of every PathPrefix. */
  readonly prefixes: readonly string[]
  /** Arguments of every Path and PathPrefix: where this rule is most particular. */
  readonly paths: readonly string[]
  /** Regular expressions that are not evaluated here: what they match is unknown. */
  readonly unread: readonly string[]
  /** A host or path of it is wholly filled in later: what it takes is not known at all. */
  readonly isVague: boolean
  /** What one question costs at most: its words, and the steps of its regular expressions. */
  readonly cost: number
}

type Matcher = RuleExpression['matches']
type Test = (text: string) => boolean | undefined

/** Longer and deeper rules are none here: a rule that people can read has a few hundred characters. */
const MAX_RULE = 8 * 1024
const MAX_NESTING = 64
/** A character of an expression is a step for each character of the text; a word of a rule is one. */
const COST_OF_PATTERN = 100

/**
 * Reads a rule such as ``Host(`a`) && (Path(`/x`) || PathPrefix(`/x/`))``; undefined if it is not one. Matchers for
 * other parts of a request than host and path may hold or not: they are neither true nor false. Takes linear time.
 */
export function parseRule(text: string): RuleExpression | undefined {
  const tokens = text.length > MAX_RULE ? undefined : tokenize(text)
  return tokens === undefined ? undefined : new RuleReader(tokens).whole()
}

/** Both rules together, as of a parent and its child; the parts are those of the second. */
export function bothRules(
  first: RuleExpression | undefined,
  second: RuleExpression | undefined,
): RuleExpression | undefined {
  if (first === undefined || second === undefined) return undefined
  const parts = [first.matches, second.matches]
  return {
    ...second,
    matches: (probe) => joined(parts, (part) => part(probe), false),
    isVague: first.isVague || second.isVague,
    cost: first.cost + second.cost,
  }
}

class RuleReader {
  readonly #tokens: readonly string[]
  readonly #prefixes: string[] = []
  readonly #paths: string[] = []
  readonly #unread: string[] = []
  #at = 0
  #depth = 0
  #patternCharacters = 0
  #isVague = false

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  whole(): RuleExpression | undefined {
    const matches = this.#either()
    if (matches === undefined || this.#at < this.#tokens.length) return undefined
    const cost = this.#tokens.length + this.#patternCharacters * COST_OF_PATTERN
    return { matches, prefixes: this.#prefixes, paths: this.#paths, unread: this.#unread, isVague: this.#isVague, cost }
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  #either(): Matcher | undefined {
    return this.#chain('||', true, () => this.#chain('&&', false, () => this.#one()))
  }

  /** Parts with an operator between them, which one part can decide by being `decisive`. */
  #chain(operator: string, decisive: boolean, part: () => Matcher | undefined): Matcher | undefined {
    const parts: Matcher[] = []
    do {
      const next = part()
      if (next === undefined) return undefined
      parts.push(next)
    } while (this.#take(operator))
    const [only] = parts
    return parts.length === 1 ? only : (probe) => joined(parts, (part) => part(probe), decisive)
  }

  #one(): Matcher | undefined {
    if (this.#take('!')) {
      const inner = this.#nested(() => this.#one())
      return inner === undefined ? undefined : (probe) => negate(inner(probe))
    }
    if (this.#take('(')) {
      const inner = this.#nested(() => this.#either())
      return this.#take(')') ? inner : undefined
    }
    return this.#call()
  }

  #nested(inner: () => Matcher | undefined): Matcher | undefined {
    if (this.#depth >= MAX_NESTING) return undefined
    this.#depth++
    const matcher = inner()
    this.#depth--
    return matcher
  }

  #call(): Matcher | undefined {
    const name = this.#tokens[this.#at++]
    if (name === undefined || !/^[A-Za-z]/.test(name) || !this.#take('(')) return undefined
    const values: string[] = []
    while (!this.#take(')')) {
      const value = this.#tokens[this.#at++]
      if (value === undefined) return undefined
      if (/^[`"]/.test(value)) values.push(value.slice(1, -1))
      else if (value !== ',') return undefined
    }
    return this.#matcher(name, values)
  }

  #matcher(name: string, values: readonly string[]): Matcher {
    if (name === 'Path' || name === 'PathPrefix') this.#paths.push(...values)
    if (name === 'PathPrefix') this.#prefixes.push(...values)
    const tests = this.#tests(name, values)
    const part = name.startsWith('Host') ? 'host' : 'path'
    return tests === undefined ? () => undefined : (probe) => joined(tests, (test) => test(probe[part]), true)
  }

  /** Path comparisons are plain text: PathPrefix knows no segments. Undefined for matchers of other parts. */
  #tests(name: string, values: readonly string[]): readonly Test[] | undefined {
    switch (name) {
      case 'Host':
        return this.#texts(values.map((value) => value.toLowerCase())).map(({ is }) => is)
      case 'Path':
        return this.#texts(values).map(({ is }) => is)
      case 'PathPrefix':
        return this.#texts(values).map(({ begins }) => begins)
      case 'HostRegexp':
      case 'PathRegexp':
        return this.#patterns(values)
    }
    return undefined
  }

  #texts(values: readonly string[]): readonly PartlyKnown[] {
    const texts = values.map(partlyKnown)
    if (texts.some(({ isVague }) => isVague)) this.#isVague = true
    return texts
  }

  /** An expression that is not evaluated could match anything. */
  #patterns(values: readonly string[]): readonly Test[] {
    return values.map((value) => {
      this.#patternCharacters += value.length
      const pattern = goPattern(value)
      if (pattern === undefined) this.#unread.push(value)
      return (text) => pattern?.test(text)
    })
  }
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

/** The decisive value when any one has it, else unknown when any is, else the other value. */
function joined<T>(all: readonly T[], holds: (one: T) => boolean | undefined, decisive: boolean): boolean | undefined {
  let result: boolean | undefined = !decisive
  for (const one of all) {
    const value = holds(one)
    if (value === decisive) return decisive
    if (value === undefined) result = undefined
  }
  return result
}

const TOKEN = /\s*(`[^`]*`|"[^"]*"|&&|\|\||[!(),]|[A-Za-z]+)/y

function tokenize(text: string): readonly string[] | undefined {
  const rule = text.trimEnd()
  const pattern = new RegExp(TOKEN)
  const tokens: string[] = []
  while (pattern.lastIndex < rule.length) {
    const [, token] = pattern.exec(rule) ?? []
    if (token === undefined) return undefined
    tokens.push(token)
  }
  return tokens
}
