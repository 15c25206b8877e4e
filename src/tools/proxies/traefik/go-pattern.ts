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
  const folded = text.startsWith('(?i)')
  if (text.length > MAX_PATTERN) return undefined
  const program = new Reader([...(folded ? text.slice('(?i)'.length) : text)], folded || flags === 'i').whole()
  if (program === undefined) return undefined
  return { test: (tested) => tested.length <= MAX_TEXT && run(program, [...tested]) }
}

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
  readonly #text: readonly string[]
  readonly #folded: boolean
  #at = 0

  constructor(text: readonly string[], folded: boolean) {
    this.#text = text
    this.#folded = folded
  }

  whole(): Program | undefined {
    const program = this.#alternatives()
    return this.#at < this.#text.length ? undefined : program
  }

  #next(): string | undefined {
    return this.#text[this.#at++]
  }

  #takes(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false
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
    while (program !== undefined && this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? '')) {
      const part = this.#repeated()
      program = part === undefined ? undefined : bounded([...program, ...part])
    }
    return program
  }

  #repeated(): Program | undefined {
    const part = this.#atom()
    if (part === undefined) return undefined
    const times = this.#times()
    if (times === null) return part
    // Reluctant or not, the same texts match.
    this.#takes('?')
    if (times === undefined || '*+?{'.includes(this.#text[this.#at] ?? ' ')) return undefined
    return repeat(part, ...times)
  }

  /** How often; null when nothing is written, undefined when it cannot be read. */
  #times(): readonly [least: number, most: number] | null | undefined {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#takes('?')) return [0, 1]
    if (!this.#takes('{')) return null
    let written = ''
    for (let sign = this.#next(); sign !== '}'; sign = this.#next()) {
      if (sign === undefined || written.length > 9) return undefined
      written += sign
    }
    const [, least = '', comma = '', most = ''] = /^(\d+)(,?)(\d*)$/.exec(written) ?? []
    if (least === '' || (comma === '' && most !== '')) return undefined
    const end = comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most)
    return end < Number(least) ? undefined : [Number(least), end]
  }

  #atom(): Program | undefined {
    const sign = this.#next()
    switch (sign) {
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '.':
        return [{ take: (character) => character !== '\n' }]
      case '^':
        return [{ at: 'begin' }]
      case '$':
        return [{ at: 'end' }]
      case '\\': {
        const take = escaped(this.#next())
        return take === undefined ? undefined : [this.#step(take)]
      }
      default:
        return sign === undefined || '*+?{'.includes(sign) ? undefined : [this.#step((character) => character === sign)]
    }
  }

  #group(): Program | undefined {
    if (this.#takes('?') && !this.#takes(':')) return undefined
    const inner = this.#alternatives()
    return this.#takes(')') ? inner : undefined
  }

  #class(): Program | undefined {
    const inverted = this.#takes('^')
    const members: ((character: string) => boolean)[] = []
    for (let sign = this.#next(); sign !== ']' || members.length === 0; sign = this.#next()) {
      if (sign === undefined || sign === '[' || sign === ']') return undefined
      const from = sign === '\\' ? this.#next() : sign
      const named = sign === '\\' ? escaped(from) : undefined
      if (from === undefined || (sign === '\\' && named === undefined)) return undefined
      const isRange = this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']'
      if (isRange && (named !== undefined || '\\['.includes(this.#text[this.#at + 1] ?? '\\'))) return undefined
      if (isRange) this.#at++
      const to = isRange ? this.#next() : from
      members.push(named ?? ((character) => from <= character && character <= (to ?? from)))
    }
    const { take } = this.#step((character) => members.some((member) => member(character)))
    return [{ take: (character) => take(character) !== inverted }]
  }

  #step(take: (character: string) => boolean): { readonly take: (character: string) => boolean } {
    if (!this.#folded) return { take }
    return { take: (character) => take(character.toLowerCase()) || take(character.toUpperCase()) }
  }
}

function bounded(program: Program): Program | undefined {
  return program.length > MAX_STEPS ? undefined : program
}

function repeat(part: Program, least: number, most: number): Program | undefined {
  const copies = most === Number.POSITIVE_INFINITY ? least + 1 : most
  if ((part.length + 2) * copies > MAX_STEPS) return undefined
  const program: Step[] = []
  for (let copy = 0; copy < least; copy++) program.push(...part)
  if (most === Number.POSITIVE_INFINITY) {
    return [...program, { split: [1, part.length + 2] }, ...part, { split: [-part.length - 1] }]
  }
  for (let copy = least; copy < most; copy++) program.push({ split: [1, part.length + 1] }, ...part)
  return program
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  D: /[^0-9]/,
  w: /\w/,
  W: /\W/,
  s: /[\t\n\f\r ]/,
  S: /[^\t\n\f\r ]/,
}

/** What a backslash and this mean; undefined for words of Go that are not known here. */
function escaped(sign: string | undefined): ((character: string) => boolean) | undefined {
  if (sign === undefined) return undefined
  const named = Object.hasOwn(CLASSES, sign) ? CLASSES[sign] : undefined
  if (named !== undefined) return (character) => named.test(character)
  return /[A-Za-z0-9]/.test(sign) ? undefined : (character) => character === sign
}
