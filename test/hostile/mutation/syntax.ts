import { parseSync } from 'oxc-parser'

/** A node of the ESTree, with the members of its kind. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

/** A node with its place: its parent, and the names of the functions around it, outermost first. */
export interface Site {
  readonly node: SyntaxNode
  readonly parent: SyntaxNode | undefined
  readonly within: readonly string[]
  /** The constant at the top of the file that it belongs to. */
  readonly declared: string | undefined
}

/** Every node of a TypeScript file that runs, in the order of the text; types are left out. */
export function sitesOf(file: string, source: string): readonly Site[] {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} is not a program: ${errors[0]?.message}`)
  const sites: Site[] = []
  let declared: string | undefined
  const walk = (node: SyntaxNode, parent: SyntaxNode | undefined, within: readonly string[]): void => {
    if (node.type.startsWith('TS') && !TRANSPARENT.has(node.type)) return
    const inside = isFunction(node) ? [...within, nameOf(node, parent)] : within
    if (parent?.type === 'Program') declared = undefined
    if (node.type === 'VariableDeclarator' && within.length === 0) declared = nameOf(node, undefined)
    sites.push({ node, parent, within, declared })
    for (const child of childrenOf(node)) walk(child, node, inside)
  }
  walk(program as unknown as SyntaxNode, undefined, [])
  return sites
}

/** Whether a value is a node of one of these types. */
export function isNode(value: unknown, ...types: readonly string[]): value is SyntaxNode {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  return types.length === 0 || types.includes(String(value.type))
}

/** What is written around an expression for the compiler alone. */
const TRANSPARENT = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'])

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node)
    .flat()
    .filter((value) => isNode(value))
}

function isFunction(node: SyntaxNode): boolean {
  return isNode(node, 'FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression')
}

function nameOf(node: SyntaxNode, parent: SyntaxNode | undefined): string {
  const name = [node['id'], parent?.['id'], parent?.['key']].find((candidate) => isNode(candidate, 'Identifier'))
  return isNode(name) ? String(name['name']) : ''
}
