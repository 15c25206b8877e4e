/** One security check taken out of the product, as an edit of one text in one file. */
export interface Mutant {
  /** What is wrong with the product then, in a few words. */
  readonly without: string
  /** Stands exactly once in the file. */
  readonly find: string
  readonly replace: string
}

/** Mutants of one file, and the tests that are to notice each of them. */
export interface MutantFamily {
  readonly file: string
  readonly tests: readonly string[]
  readonly mutants: readonly Mutant[]
}

/** One row of a family: what is missing, the text, and what stands there instead. */
export function without(what: string, find: string, replace: string): Mutant {
  return { without: what, find, replace }
}

/** The source with the mutant's edit. Throws when the text is not there exactly once: such a mutant tests nothing. */
export function mutate(source: string, file: string, { without, find, replace }: Mutant): string {
  const pieces = source.split(find)
  if (pieces.length === 2) return pieces.join(replace)
  throw new Error(`${file}: the text of the mutant "without ${without}" is there ${pieces.length - 1} times: ${find}`)
}
