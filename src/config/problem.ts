/** A place in the configuration: map keys and list indexes from the top. */
export type Path = readonly (string | number)[]

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing that is wrong (or odd) in the configuration, with the fix in its message. */
export interface Problem {
  /** As a reader would write it (`routes.api.issuers[0]`), or the variable in environment mode; empty: the whole file. */
  readonly path: string
  readonly message: string
  readonly position: Position | undefined
  /** Stable name of what was checked; a warning has one. */
  readonly id?: string
  /** Why it matters, if the message does not say so. */
  readonly why?: string
}

/** Something odd but legal: its stable name, what is so with the fix, and why it matters. */
export type Warning = Required<Pick<Problem, 'id' | 'message' | 'why'>>

/** `routes.kubernetes.issuers[0]: "homelb" is not in issuers; did you mean "homelab"? (config.yaml:14:15)`: always one line. */
export function formatProblem({ path, message, position }: Problem): string {
  const where = position === undefined ? '' : ` (${position.file}:${position.line}:${position.column})`
  return `${path === '' ? '' : `${path}: `}${message}${where}`
}

/** `routes.api.claims["https://ns/role"][0]`: plain names after a dot, all others in brackets. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[A-Za-z0-9_-]+$/.test(part)) return `[${quote(part)}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')
}

/** A value of the configuration inside a message: on one line, without control characters or passwords, cut when long. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value))
    .replace(/[\u007f-\u009f\u2028\u2029]/g, '\ufffd')
    .replace(/:\/\/[^/?#\s]*@/g, '://…@')
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`
}

/** `[a, b]`: these words as the list that should be written; odd and long ones as `quote` shows them, the first few of many. */
export function listOf(words: readonly string[]): string {
  const shown = words.slice(0, 5).map((word) => (/^[\w.:/*+-]{1,60}$/.test(word) ? word : quote(word)))
  return `[${[...shown, ...(words.length > shown.length ? ['…'] : [])].join(', ')}]`
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
