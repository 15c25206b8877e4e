/** A regular expression of a manifest that can be asked. */
export interface GoPattern {
  readonly test: (text: string) => boolean
}

/** One step of the machine; targets are relative. */
type Step =
  | { readonly take: (character: string) => boolean }
  | { readonly split: readonly number[] }
  | { readonly at: 'begin' | 'end' }

type Program = readonly Step[]

const MAX_PATTERN = 1_024
const MAX_STEPS = 2_000
/** A longer text is said not to match: no host, path or header name of ours is. */
const MAX_TEXT = 2_048

/**
 * Reads a regular expression as Go does (RE2), as far as manifests need it; undefined for what is longer or uses more:
 * what that matches is unknown. Like RE2 it keeps every state in which it could be, so that a text costs its length
 * times the size of the expression, for any expression. JavaScript's own would backtrack.
 */
export function goPattern(text: string, flags: '' | 'i' = ''): GoPattern | undefined {
  const inline = text.startsWith('(?i)')
  if (text.length > MAX_PATTERN) return undefined
  const tokens = (inline ? text.slice('(?i)'.length) : text).match(TOKEN) ?? []
  const program = new Reader(tokens, inline || flags === 'i').whole()
  if (program === undefined) return undefined
  return { test: (tested) => tested.length <= MAX_TEXT && run(program, [...tested]) }
}

/** The beginning of a group, an escape, a class, how often; any other character by itself. */
const TOKEN = /\(\?:|\\.|\[(?!\^?\])(?:\\.|[^\\[\]])+\]|(?:[*+?]|\{\d{1,9}(?:,\d{0,9})?\})\??|./gsu

/** Whether the program reaches its end from any character on. */
function run(program: Program, text: readonly string[]): boolean {
  let states: number[] = []
  for (let at = 0; at <= text.length; at++) {
    const here = spread(program, [...states, 0], at === 0, at === text.length)
    if (here.has(program.length)) return true
    states = []
    for (const state of here) {
      const step = program[state]
      if (step !== undefined && 'take' in step && step.take(text[at] ?? '')) states.push(state + 1)
    }
  }
  return false
}

/** Every state that is reached without a character. */
function spread(program: Program, from: readonly number[], begin: boolean, end: boolean): ReadonlySet<number> {
  const reached = new Set(from)
  // A set that grows is walked to its end.
  for (const state of reached) {
    const step = program[state]
    if (step === undefined || 'take' in step) continue
    if ('split' in step) for (const way of step.split) reached.add(state + way)
    else if (step.at === 'begin' ? begin : end) reached.add(state + 1)
  }
  return reached
}

class Reader {
  readonly #tokens: readonly string[]
  readonly #folded: boolean
  #at = 0

  constructor(tokens: readonly string[], folded: boolean) {
    this.#tokens = tokens
    this.#folded = folded
  }

  whole(): Program | undefined {
    const program = this.#alternatives()
    return this.#at < this.#tokens.length ? undefined : program
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  #alternatives(): Program | undefined {
    let program = this.#sequence()
    while (program !== undefined && this.#takes('|')) {
      const other = this.#sequence()
      if (other === undefined) return undefined
      program = bounded([{ split: [1, program.length + 2] }, ...program, { split: [other.length + 1] }, ...other])
    }
    return program
  }

  #sequence(): Program | undefined {
    let program: Program | undefined = []
    while (program !== undefined && !'|)'.includes(this.#tokens[this.#at] ?? ')')) {
      const part = this.#repeated()
      program = part && bounded([...program, ...part])
    }
    return program
  }

  #repeated(): Program | undefined {
    const part = this.#atom()
    const times = timesOf(this.#tokens[this.#at])
    if (part === undefined || times === undefined) return part
    this.#at++
    return timesOf(this.#tokens[this.#at]) === undefined ? repeat(part, ...times) : undefined
  }

  #atom(): Program | undefined {
    const token = this.#tokens[this.#at++] ?? ''
    if (token === '(' || token === '(?:') {
      const inner = this.#alternatives()
      return this.#takes(')') ? inner : undefined
    }
    if (token === '^') return [{ at: 'begin' }]
    if (token === '$') return [{ at: 'end' }]
    const take = characters(token, this.#folded)
    return take && [{ take }]
  }
}

/** How often, as a token says it; undefined for one that says something else. Reluctant or not, the same texts match. */
function timesOf(token = ''): readonly [least: number, most: number] | undefined {
  const { sign, least = '', comma, most } = TIMES.exec(token)?.groups ?? {}
  if (sign !== undefined) return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY]
  if (least === '') return undefined
  return [Number(least), comma === undefined ? Number(least) : Number(most || Number.POSITIVE_INFINITY)]
}

const TIMES = /^(?:(?<sign>[*+?])|\{(?<least>\d+)(?<comma>,)?(?<most>\d*)\})\??$/

/**
 * What one token takes; undefined for what is not known here: words of Go, and signs that have no place. Blanks beyond
 * ASCII, in which the two languages differ, are in no host, path or header name.
 */
function characters(token: string, folded: boolean): ((character: string) => boolean) | undefined {
  if (token === '.') return (character) => character !== '\n'
  if (/^(?:[*+?{].*|[[\\]|)$/s.test(token)) return undefined
  if (!/^[[\\]/.test(token)) {
    const own = folded ? [token.toLowerCase(), token.toUpperCase()] : [token]
    return (character) => own.includes(character)
  }
  const words = token.match(/\\./gsu)?.filter((escaped) => /[A-Za-z0-9]/.test(escaped)) ?? []
  if (words.some((word) => !/[dDwWsS]/.test(word))) return undefined
  const source = token.replace(/\\([^A-Za-z0-9])/gu, (_, sign: string) => RegExp.escape(sign))
  try {
    const pattern = new RegExp(`^${source}$`, folded ? 'iu' : 'u')
    return (character) => pattern.test(character)
  } catch {
    return undefined
  }
}

function bounded(program: Program): Program | undefined {
  return program.length > MAX_STEPS ? undefined : program
}

function repeat(part: Program, least: number, most: number): Program | undefined {
  const copies = most === Number.POSITIVE_INFINITY ? least + 1 : most
  if (most < least || (part.length + 2) * copies > MAX_STEPS) return undefined
  const program: Step[] = []
  for (let copy = 0; copy < least; copy++) program.push(...part)
  if (most === Number.POSITIVE_INFINITY) {
    return [...program, { split: [1, part.length + 2] }, ...part, { split: [-part.length - 1] }]
  }
  for (let copy = least; copy < most; copy++) program.push({ split: [1, part.length + 1] }, ...part)
  return program
}
