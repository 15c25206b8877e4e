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
}

type Matcher = RuleExpression['matches']

/**
 * Reads a rule such as ``Host(`a`) && (Path(`/x`) || PathPrefix(`/x/`))``; undefined when it is none. Matchers for
 * other parts of a request than host and path may hold or not: they are neither true nor false.
 */
export function parseRule(text: string): RuleExpression | undefined {
  const tokens = tokenize(text)
  if (tokens === undefined) return undefined
  const prefixes: string[] = []
  const paths: string[] = []
  let at = 0
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false
    at++
    return true
  }

  const either = (): Matcher | undefined =>
    chain(both, '||', (a, b) => (a === true || b === true ? true : a === false && b === false ? false : undefined))
  const both = (): Matcher | undefined =>
    chain(one, '&&', (a, b) => (a === false || b === false ? false : a === true && b === true ? true : undefined))

  function chain(
    part: () => Matcher | undefined,
    operator: string,
    join: (a: boolean | undefined, b: boolean | undefined) => boolean | undefined,
  ): Matcher | undefined {
    let left = part()
    while (left !== undefined && take(operator)) {
      const [a, b] = [left, part()]
      left = b === undefined ? undefined : (probe) => join(a(probe), b(probe))
    }
    return left
  }

  function one(): Matcher | undefined {
    if (take('!')) {
      const inner = one()
      return inner === undefined ? undefined : (probe) => negate(inner(probe))
    }
    if (take('(')) {
      const inner = either()
      return take(')') ? inner : undefined
    }
    const name = tokens?.[at++]
    if (name === undefined || !/^[A-Za-z]+$/.test(name) || !take('(')) return undefined
    const values: string[] = []
    while (!take(')')) {
      const value = tokens?.[at++]
      if (value === undefined) return undefined
      if (/^[`"]/.test(value)) values.push(value.slice(1, -1))
      else if (value !== ',') return undefined
    }
    if (name === 'PathPrefix') prefixes.push(...values)
    if (name === 'Path' || name === 'PathPrefix') paths.push(...values)
    return matcher(name, values)
  }

  const matches = either()
  return matches === undefined || at < tokens.length ? undefined : { matches, prefixes, paths }
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

function tokenize(text: string): readonly string[] | undefined {
  const tokens = text.match(/`[^`]*`|"[^"]*"|&&|\|\||[!(),]|[A-Za-z]+/g) ?? []
  return tokens.join('').length === text.replace(/\s+(?=(?:[^`"]*[`"][^`"]*[`"])*[^`"]*$)/g, '').length
    ? tokens
    : undefined
}

/** Path comparisons are plain text: PathPrefix knows no segments. */
function matcher(name: string, values: readonly string[]): Matcher {
  switch (name) {
    case 'Host':
      return ({ host }) => values.some((value) => value.toLowerCase() === host)
    case 'HostRegexp':
      return ({ host }) => anyPattern(values, host)
    case 'Path':
      return ({ path }) => values.includes(path)
    case 'PathPrefix':
      return ({ path }) => values.some((value) => path.startsWith(value))
    case 'PathRegexp':
      return ({ path }) => anyPattern(values, path)
    default:
      return () => undefined
  }
}

/** Go's expressions are nearly those of JavaScript; one that is not could match anything. */
function anyPattern(patterns: readonly string[], text: string): boolean | undefined {
  try {
    return patterns.some((pattern) =>
      new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'i' : '').test(text),
    )
  } catch {
    return undefined
  }
}
