import { isNode, type Site, type SyntaxNode } from './syntax.ts'

/** A change of the text between two places. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** One way to break a program: the edits that it makes at a place of the syntax tree. */
export type Operator = (site: Site, source: string) => readonly Edit[]

type Swaps = ReadonlyMap<string, string>

const BOUNDS: Swaps = new Map(Object.entries({ '<': '<=', '<=': '<', '>': '>=', '>=': '>' }))
const EQUALITIES: Swaps = new Map(Object.entries({ '===': '!==', '!==': '===' }))
const QUANTIFIERS: Swaps = new Map(Object.entries({ some: 'every', every: 'some' }))
/** Calls whose receiver could be taken as it is. */
const NORMALISERS = new Set(['filter', 'normalize', 'replace', 'replaceAll', 'toLowerCase', 'toUpperCase', 'trim'])

/** Where a flag decides. */
const FLAGGED = new Set(['Property', 'ReturnStatement', 'LogicalExpression'])

/** Every operator by name. What all of them leave alone is not a check: texts, names, the order of statements. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  'a guard that never refuses': ({ node }) =>
    node.type === 'IfStatement' && node['alternate'] === null ? replaced(node['test'], 'false') : [],

  'a condition that always holds': ({ node }) => (node.type === 'IfStatement' ? replaced(node['test'], 'true') : []),

  'one operand alone': ({ node }, source) => {
    const { left, right } = node
    if (node.type !== 'LogicalExpression') return []
    const kept = isNarrowing(left, textOf(right, source), source) ? [left] : [left, right]
    return kept.flatMap((side) => replaced(node, `(${textOf(side, source)})`))
  },

  'one branch alone': ({ node }, source) => {
    if (node.type !== 'ConditionalExpression') return []
    return [node['consequent'], node['alternate']].flatMap((side) => replaced(node, `(${textOf(side, source)})`))
  },

  'a bound off by one': (site, source) => operatorReplaced(site, source, BOUNDS),

  'the opposite of a comparison': (site, source) =>
    site.parent?.type === 'IfStatement' ? [] : operatorReplaced(site, source, EQUALITIES),

  'without the negation': ({ node }, source) =>
    node.type === 'UnaryExpression' && node['operator'] === '!' ? replaced(node, textOf(node['argument'], source)) : [],

  'some for every, every for some': ({ node }) => {
    const swapped = QUANTIFIERS.get(methodOf(node) ?? '')
    return swapped === undefined ? [] : replaced(propertyOf(node), swapped)
  },

  'a value as it came': ({ node }, source) =>
    NORMALISERS.has(methodOf(node) ?? '') ? replaced(node, textOf(receiverOf(node), source)) : [],

  'a denial that is not returned': ({ node, parent }) => {
    const isGuarded = parent?.type === 'IfStatement'
    return node.type === 'ReturnStatement' && !isGuarded && isDenial(node['argument']) ? replaced(node, 'return') : []
  },

  'a table without an entry': ({ node, within }) => {
    const entries = node.type === 'ArrayExpression' && within.length === 0 ? (node['elements'] as SyntaxNode[]) : []
    return entries.length < 2
      ? []
      : entries.map(({ start, end }, at) => {
          const next = entries[at + 1]
          return next === undefined
            ? { start: entries[at - 1]?.end ?? start, end, text: '' }
            : { start, end: next.start, text: '' }
        })
  },

  'a check that is not asked': ({ node, within }) => {
    const checks = node.type === 'ArrayExpression' && within.length > 0 ? (node['elements'] as unknown[]) : []
    if (checks.length < 2) return []
    return checks.flatMap((check) => (isNode(check, 'CallExpression') ? replaced(check, 'undefined') : []))
  },

  'the opposite flag': ({ node, parent }) =>
    isNode(node, 'Literal') && typeof node['value'] === 'boolean' && FLAGGED.has(parent?.type ?? '')
      ? replaced(node, String(!node['value']))
      : [],

  'a pattern without its anchor': ({ node }, source) => {
    if (!isNode(node, 'Literal') || node['regex'] === undefined) return []
    const text = textOf(node, source)
    const end = text.lastIndexOf('$/')
    return [
      ...(text.startsWith('/^') ? [{ start: node.start + 1, end: node.start + 2, text: '' }] : []),
      ...(end > 1 && text[end - 1] !== '\\' ? [{ start: node.start + end, end: node.start + end + 1, text: '' }] : []),
    ]
  },

  'a call that is not made': ({ node }) =>
    node.type === 'ExpressionStatement' && isNode(node['expression'], 'CallExpression') ? replaced(node, ';') : [],
}

function replaced(node: unknown, text: string): readonly Edit[] {
  return isNode(node) ? [{ start: node.start, end: node.end, text }] : []
}

function textOf(node: unknown, source: string): string {
  return isNode(node) ? source.slice(node.start, node.end) : ''
}

function operatorReplaced({ node }: Site, source: string, by: Swaps): readonly Edit[] {
  const { left, right, operator } = node
  const other = by.get(String(operator))
  if (node.type !== 'BinaryExpression' || other === undefined || !isNode(left) || !isNode(right)) return []
  const start = left.end + source.slice(left.end, right.start).indexOf(String(operator))
  return [{ start, end: start + String(operator).length, text: other }]
}

/** Whether an operand lets another one read a value that may be undefined: without it the compiler refuses the other. */
function isNarrowing(operand: unknown, other: string, source: string): boolean {
  if (!isNode(operand, 'BinaryExpression') || !isNode(operand['right'], 'Identifier')) return false
  const value = textOf(operand['left'], source)
  return operand['right']['name'] === 'undefined' && other.includes(value)
}

function isDenial(node: unknown): boolean {
  if (!isNode(node, 'ObjectExpression')) return false
  return (node['properties'] as SyntaxNode[]).some(({ key }) => isNode(key) && key['name'] === 'reason')
}

function methodOf(node: SyntaxNode): string | undefined {
  const property = propertyOf(node)
  return isNode(property, 'Identifier') ? String(property['name']) : undefined
}

function propertyOf({ type, callee }: SyntaxNode): unknown {
  return type === 'CallExpression' && isNode(callee, 'MemberExpression') ? callee['property'] : undefined
}

function receiverOf({ callee }: SyntaxNode): unknown {
  return isNode(callee, 'MemberExpression') ? callee['object'] : undefined
}
