/** A place where a stranger's text is folded, split, copied, matched or looked up, and the bound of that text. */
export interface Place {
  /** What is done there, in a few words. */
  readonly work: string
  readonly file: string
  readonly input: string
  /** Where it ends, and what is answered past it. */
  readonly bound: string
  /** How large an input at the bound is: characters, or what `shapes` count by. */
  readonly largest: number
  /** Far past the bound, where the code of the place itself refuses it: that must cost no more than the bound. */
  readonly beyond?: number
  /** The most costly inputs that were found, each made in a size; what they return is measured. */
  readonly shapes: Readonly<Record<string, (size: number) => () => unknown>>
}
